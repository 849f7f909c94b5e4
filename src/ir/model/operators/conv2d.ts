import { UserError } from "../../errors.js";
import { write } from "../../text/write.js";
import { verifyConstant } from "./constants.js";
import type { ModelOperator, Shape } from "./operator.js";
import { readOptional, writeOptional } from "./quantizer.js";
import { conv2dShape, readMotion, readPads, writeMotion, writePads } from "./window.js";

export const conv2d: ModelOperator<"conv2d"> = {
  arity: 1,
  verify: ({ kernel, bias, kernelQuantizer, biasQuantizer }, _, where) => {
    if (kernel.shape.length !== 4) throw new UserError("its kernel does not have four axes", { where });
    verifyConstant(kernel, kernel.shape, `${where}: kernel`, kernelQuantizer);
    verifyConstant(bias, [kernel.shape[3] as number], `${where}: bias`, biasQuantizer);
  },
  shape: ({ name, kernel, pads, strides, dilations, groups }, [input]) =>
    conv2dShape(input as Shape, kernel.shape, pads, strides, dilations, groups, `node '${name}'`),
  write: (node) => ({
    pads: writePads(node.pads),
    ...writeMotion(node),
    kernel: write.tensor(node.kernel),
    ...writeOptional("kernel_quantizer", node.kernelQuantizer),
    bias: write.tensor(node.bias),
    ...writeOptional("bias_quantizer", node.biasQuantizer),
  }),
  read: (reader) => ({
    pads: readPads(reader),
    ...readMotion(reader),
    kernel: reader.realTensor("kernel"),
    kernelQuantizer: readOptional(reader, "kernel_quantizer"),
    bias: reader.realTensor("bias"),
    biasQuantizer: readOptional(reader, "bias_quantizer"),
  }),
};
