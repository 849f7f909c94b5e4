import { UserError } from "./errors.js";

type Shape = readonly number[];

/** What a list of indices [E] takes of values [N, …F]: [E, …F]. Throws a UserError that begins with `where`. */
export function indexSelectShape(values: Shape, index: Shape, where: string): Shape {
  checkList(values, index, where);
  return [index[0] as number, ...values.slice(1)];
}

/** What values [E, …F] give that a list of indices [E] brings into `rows` rows. Throws a UserError that begins with `where`. */
export function scatterShape(values: Shape, index: Shape, rows: number, where: string): Shape {
  checkList(values, index, where);
  if (values[0] !== index[0]) {
    throw new UserError(`${index[0]} indices for ${values[0]} rows of ${show(values)}`, { where });
  }
  if (!Number.isSafeInteger(rows) || rows < 1) throw new UserError(`it has ${rows} rows`, { where });
  return [rows, ...values.slice(1)];
}

function checkList(values: Shape, index: Shape, where: string): void {
  if (values.length === 0) throw new UserError("its values have no rows: they have no axis", { where });
  if (index.length !== 1) {
    throw new UserError(`its index should be a list [E], found ${show(index)}`, {
      where,
      hint: "reshape makes a list of it.",
    });
  }
}

const show = (shape: Shape) => `[${shape.join(", ")}]`;
