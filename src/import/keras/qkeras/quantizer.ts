import { UserError } from "../../../ir/errors.js";
import type { Tensor } from "../../../ir/tensor.js";
import type { Config } from "../config.js";
import type { Value } from "../layers/handler.js";
import type { Nodes } from "../layers/nodes.js";
import type { Parameter } from "../layers/parameter.js";

/** What a quantizer of QKeras does at inference. */
export interface Quantizing {
  /**
   * The quantized weight. `trainable` ones, kernels above all, have alpha 'auto_po2' where none is given
   * (`_set_trainable_parameter`).
   */
  readonly weight: (tensor: Tensor<number>, trainable: boolean) => Parameter;
  /** Quantizes a value; `suffix` names the main node. */
  readonly activation: (nodes: Nodes, input: Value, suffix: string) => Value;
}

/** A class of quantizers: its parameters in Python's order, and how to read one. */
export interface QuantizerClass {
  readonly parameters: readonly string[];
  /** `note` tells the user where the result may differ from QKeras' own. */
  readonly read: (config: Config, note: (message: string) => void) => Quantizing;
}

/** The name of a node before the main one. */
export function partOf(suffix: string, name: string): string {
  return suffix === "" ? name : `${suffix}.${name}`;
}

/** A weight cannot be quantized so. */
export function noWeight(name: string, where: string): Quantizing["weight"] {
  return () => {
    throw new UserError(`the quantizer '${name}' is not supported for weights`, {
      where,
      hint: "Use quantized_bits, quantized_po2, binary or ternary.",
    });
  };
}

/** A scale that depends on each event's values has no hardware. */
export function automaticActivation(name: string, where: string): never {
  throw new UserError(`the quantizer '${name}' computes its scale from the values of each batch of events`, {
    where,
    hint: "Give it a number as alpha; 'auto' and 'auto_po2' are for weights.",
  });
}
