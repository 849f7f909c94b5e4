import { UserError } from "../../../ir/errors.js";
import { type LayerHandler, onlyInput } from "./handler.js";
import { Nodes } from "./nodes.js";

/** More rows than a table for a trigger has. */
const MOST_ROWS = 2 ** 16;

/** keras Embedding: the row of a table that an integer input selects; as steps of the index, one column a channel. */
export const embedding: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const { config } = call;
  config.require("mask_zero", [false], false);
  const input = onlyInput(call);
  const [rows, columns] = [config.count("input_dim"), config.count("output_dim")];
  if (rows > MOST_ROWS) {
    throw new UserError(`its table has ${rows} rows, more than ${MOST_ROWS}`, { where: call.where });
  }
  const table = call.parameter(
    "embeddings",
    call.weights.variable("", 0, { what: "table", shape: [rows, columns] }),
  );
  const shape = [...input.shape, columns];
  const index = nodes.expand(nodes.reshape(input, [...input.shape, 1], "index"), shape, "columns");
  call.note(`its input is taken as an integer from 0 to ${rows - 1}; others select the nearest row`);
  const { data } = table.tensor;
  const values = Array.from(
    { length: rows * columns },
    (_, n) => data[(n % rows) * columns + Math.floor(n / rows)] as number,
  );
  const levels = Array.from({ length: rows - 1 }, (_, n) => n + 1);
  return nodes.result(
    nodes.map(
      "",
      {
        op: "steps",
        levels: { shape: [levels.length], data: levels },
        values: { shape: [columns, rows], data: values },
      },
      index,
    ),
  );
};
