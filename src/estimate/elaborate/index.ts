import { type Circuit, type Instance, isFeedback, type Module, type Wire } from "../../ir/circuit/circuit.js";
import { InternalError } from "../../ir/errors.js";
import type { Target } from "../../lower/target.js";
import { type Bit, isConstant } from "../network.js";
import { Cells } from "./cells.js";
import { Logic, type Ports } from "./logic.js";
import { primitiveBits } from "./primitive.js";
import { type Readers, readersOf } from "./readers.js";
import { type Sums, sumsOf } from "./sums.js";
import { WireBits } from "./wire-bits.js";

/** A module that stays a block of its own, where it is used many times: its copies are all the same. */
export interface Block {
  readonly module: string;
  /** Of each input bit, the constant that it is, or undefined. */
  readonly constants: readonly (Bit | undefined)[];
  readonly inputs: readonly Bit[];
  readonly outputs: readonly Bit[];
}

/** A module as single bits: what a synthesis tool maps to LUTs, carry chains and flip-flops. */
export interface Elaborated {
  readonly logic: Logic;
  readonly blocks: readonly Block[];
  readonly outputs: readonly Bit[];
}

/** What a block gives out when some of its inputs are constant: a constant, or undefined. */
export type BlockOutputs = (
  module: string,
  constants: readonly (Bit | undefined)[],
) => readonly (Bit | undefined)[];

/** Turns a module into bits. Instances of modules in `blocks` stay blocks; all others are put in their place. */
export function elaborate(
  circuit: Circuit,
  name: string,
  constants: readonly (Bit | undefined)[],
  blocks: ReadonlySet<string>,
  outputsOf: BlockOutputs,
  target: Target,
): Elaborated {
  const elaborator = new Elaborator(circuit, blocks, outputsOf, target);
  const inputs = constants.map((value) => value ?? elaborator.logic.network.leaf());
  const outputs = elaborator.module(elaborator.named(name), inputs);
  return { logic: elaborator.logic, blocks: elaborator.blocks, outputs };
}

/** The input ports of a module, in order. */
export function inputsOf(module: Module): readonly Wire[] {
  return module.wires.filter(({ cell }) => cell.op === "input");
}

class Elaborator {
  readonly logic = new Logic();
  readonly blocks: Block[] = [];
  private readonly modules: ReadonlyMap<string, Module>;
  private readonly sums = new Map<string, Sums>();
  private readonly readers = new Map<string, Readers>();
  private readonly kept: ReadonlySet<string>;
  private readonly outputsOf: BlockOutputs;
  private readonly target: Target;

  constructor(circuit: Circuit, kept: ReadonlySet<string>, outputsOf: BlockOutputs, target: Target) {
    this.kept = kept;
    this.outputsOf = outputsOf;
    this.target = target;
    this.modules = new Map(circuit.modules.map((module) => [module.name, module]));
  }

  named(name: string): Module {
    const module = this.modules.get(name);
    if (module === undefined) throw new InternalError(`no module '${name}'`);
    return module;
  }

  /** The bits of a module's outputs, all ports side by side, from those of its inputs. */
  module(module: Module, inputs: readonly Bit[]): readonly Bit[] {
    const { logic } = this;
    const wires = new WireBits(module);
    const sums = this.sumsOf(module);
    const cells = new Cells(logic, wires, sums, this.readersOf(module, sums));
    const ports = new Map<number, Ports>();
    let at = 0;
    module.wires.forEach((wire, id) => {
      const { cell, width } = wire;
      if (cell.op === "input") {
        wires.push(inputs.slice(at, at + width));
        at += width;
      } else if (cell.op === "port") {
        const outputs =
          ports.get(cell.instance) ?? this.instance(module.instances[cell.instance] as Instance, wires);
        ports.set(cell.instance, outputs);
        wires.push(outputs.get(cell.port) as readonly Bit[]);
      } else if (isFeedback(wire, id)) {
        wires.push(logic.leaves(width));
      } else {
        wires.push(cells.of(id));
      }
    });
    module.wires.forEach((wire, id) => {
      const { cell } = wire;
      if (cell.op !== "register" || !isFeedback(wire, id)) return;
      const source = wires.of(cell.source);
      for (const [i, output] of wires.of(id).entries())
        logic.flipFlops.feedback(output, source[i] as Bit, cell.reset);
    });
    return module.outputs.flatMap(({ wire }) => wires.of(wire));
  }

  private sumsOf(module: Module): Sums {
    const sums = this.sums.get(module.name) ?? sumsOf(module, this.target);
    this.sums.set(module.name, sums);
    return sums;
  }

  private readersOf(module: Module, { primitives }: Sums): Readers {
    const readers = this.readers.get(module.name) ?? readersOf(module, primitives);
    this.readers.set(module.name, readers);
    return readers;
  }

  private instance({ of, inputs: connections }: Instance, wires: WireBits): Ports {
    const connected = new Map(connections.map(({ port, wire }) => [port, wires.of(wire)]));
    if (!("module" in of)) return primitiveBits(this.logic, of, connected);
    const inner = this.named(of.module);
    const inputs = inputsOf(inner).flatMap(({ name }) => connected.get(name) as readonly Bit[]);
    const outputs = this.kept.has(inner.name) ? this.block(inner, inputs) : this.module(inner, inputs);
    let at = 0;
    return new Map(
      inner.outputs.map(({ name, wire }) => {
        const { width } = inner.wires[wire] as Wire;
        at += width;
        return [name, outputs.slice(at - width, at)];
      }),
    );
  }

  private block(module: Module, inputs: readonly Bit[]): readonly Bit[] {
    const constants = inputs.map((bit) => (isConstant(bit) ? bit : undefined));
    const known = this.outputsOf(module.name, constants);
    const outputs = known.map((value) => value ?? this.logic.network.leaf());
    this.blocks.push({ module: module.name, constants, inputs, outputs });
    return outputs;
  }
}
