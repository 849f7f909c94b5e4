import { UserError } from "../../errors.js";
import type { Tensor } from "../../tensor.js";
import { write } from "../../text/write.js";
import { verifyConstant, verifyFinite } from "./constants.js";
import { type ModelOperator, readFlag, type Shape, sameShape, showShape, writeFlag } from "./operator.js";

export const threshold: ModelOperator<"threshold"> = {
  arity: 1,
  verify: ({ level }, _, where) => verifyFinite(level, "level", where),
  shape: sameShape,
  write: (node) => ({ level: node.level, ...writeFlag("strict", node.strict) }),
  read: (reader) => ({ level: reader.real("level"), strict: readFlag(reader, "strict") }),
};

export const steps: ModelOperator<"steps"> = {
  arity: 1,
  verify: ({ levels, values }, [input], where) => {
    const channels = (input as Shape).at(-1) ?? 1;
    verifyRows(levels, channels, `${where}: levels`);
    verifyRows(values, channels, `${where}: values`);
    const [count, entries] = [levels.shape.at(-1) as number, values.shape.at(-1) as number];
    if (entries !== count + 1) {
      throw new UserError(`${count} levels need ${count + 1} values, found ${entries}`, { where });
    }
    for (const [n, level] of levels.data.entries()) {
      if (n % count !== 0 && (levels.data[n - 1] as number) > level) {
        throw new UserError(`its levels do not ascend: ${level} follows ${levels.data[n - 1]}`, { where });
      }
    }
  },
  shape: sameShape,
  write: ({ levels, values }) => ({ levels: write.tensor(levels), values: write.tensor(values) }),
  read: (reader) => ({ levels: reader.realTensor("levels"), values: reader.realTensor("values") }),
};

/** Checks that a constant has one row for all channels or one for each. */
function verifyRows(tensor: Tensor<number>, channels: number, where: string): void {
  const { shape } = tensor;
  if (shape.length !== 1 && !(shape.length === 2 && shape[0] === channels)) {
    throw new UserError(`should have shape [n] or [${channels}, n], found ${showShape(shape)}`, { where });
  }
  verifyConstant(tensor, shape, where);
}
