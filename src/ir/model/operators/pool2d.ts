import { UserError } from "../../errors.js";
import type { ModelPool2d } from "../model.js";
import { type ModelOperator, readFlag, type Shape, writeFlag } from "./operator.js";
import {
  pool2dShape,
  readMotion,
  readPads,
  readSpatial,
  type WindowAxis,
  windowAxes,
  windowCount,
  writeMotion,
  writePads,
  writeSpatial,
} from "./window.js";

export const pool2d: ModelOperator<"pool2d"> = {
  arity: 1,
  verify: (node, [input], where) => {
    pool2dShape(input as Shape, node, where);
    verifyNotEmpty(node, input as Shape, where);
  },
  shape: (node, [input]) => pool2dShape(input as Shape, node, `node '${node.name}'`),
  write: (node) => ({
    kind: node.kind,
    size: writeSpatial(node.size),
    ...writeMotion({ strides: node.strides, dilations: node.dilations }),
    pads: writePads(node.pads),
    ...writeFlag("count_pads", node.countPads),
  }),
  read: (reader) => {
    const { strides, dilations } = readMotion(reader);
    return {
      kind: reader.oneOf("kind", ["max", "average"]),
      size: readSpatial(reader, "size"),
      strides,
      dilations,
      pads: readPads(reader),
      countPads: readFlag(reader, "count_pads"),
    };
  },
};

/** A window without any pixel of the image has neither a largest value nor a mean. */
function verifyNotEmpty(node: ModelPool2d, image: Shape, where: string): void {
  if (node.kind === "average" && node.countPads) return;
  for (const [axis, name] of windowAxes(image, node).map((a, n) => [a, ["rows", "columns"][n]] as const)) {
    for (let position = 0; position < windowCount(axis); position++) {
      if (readsImage(axis, position)) continue;
      throw new UserError(`the window at position ${position} of the ${name} lies in the padding`, { where });
    }
  }
}

function readsImage({ length, size, before, stride, dilation }: WindowAxis, position: number): boolean {
  const first = position * stride - before;
  for (let n = 0; n < size; n++) {
    const index = first + n * dilation;
    if (index >= 0 && index < length) return true;
  }
  return false;
}
