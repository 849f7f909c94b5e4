import { UserError } from "../../ir/errors.js";

/** The node mixes events: the leading axis is then perhaps no batch. */
export class BatchMixed extends UserError {
  constructor(where: string, type: string, axis: number) {
    super(`${type} would mix events: axis ${axis} is the batch`, {
      where,
      hint: "Export the model with a batch of 1, or without operations along the batch axis.",
    });
  }
}
