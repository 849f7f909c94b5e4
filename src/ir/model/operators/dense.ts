import { UserError } from "../../errors.js";
import { write } from "../../text/write.js";
import { verifyConstant } from "./constants.js";
import { type ModelOperator, type Shape, showShape } from "./operator.js";
import { readOptional, writeOptional } from "./quantizer.js";

export const dense: ModelOperator<"dense"> = {
  arity: 1,
  verify: ({ kernel, bias, kernelQuantizer, biasQuantizer }, _, where) => {
    if (kernel.shape.length !== 2) throw new UserError("its kernel does not have two axes", { where });
    verifyConstant(kernel, kernel.shape, `${where}: kernel`, kernelQuantizer);
    verifyConstant(bias, [kernel.shape[1] as number], `${where}: bias`, biasQuantizer);
  },
  shape: ({ name, kernel }, [input]) => denseShape(input as Shape, kernel.shape, `node '${name}'`),
  write: (node) => ({
    kernel: write.tensor(node.kernel),
    ...writeOptional("kernel_quantizer", node.kernelQuantizer),
    bias: write.tensor(node.bias),
    ...writeOptional("bias_quantizer", node.biasQuantizer),
  }),
  read: (reader) => ({
    kernel: reader.realTensor("kernel"),
    kernelQuantizer: readOptional(reader, "kernel_quantizer"),
    bias: reader.realTensor("bias"),
    biasQuantizer: readOptional(reader, "bias_quantizer"),
  }),
};

/** The shape of the last axis times a matrix of shape (inputs, outputs); `where` names the node in errors. */
export function denseShape(input: Shape, kernel: Shape, where: string): Shape {
  const [inputs, outputs] = kernel as [number, number];
  if (input.length === 0 || input.at(-1) !== inputs) {
    throw new UserError(`the kernel takes ${inputs} values along the last axis of ${showShape(input)}`, {
      where,
    });
  }
  return input.with(-1, outputs);
}
