import { type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { UserError } from "../../ir/errors.js";

/** More messages and numbers than any model has: each takes some hundred bytes of memory once it is read. */
const MOST_MESSAGES = 1_000_000;
const MOST_NUMBERS = 2 ** 24;

export interface Varint {
  readonly value: number;
  /** The position behind it. */
  readonly end: number;
}

/** A number of protobuf's wire format; undefined where it does not end. Beyond 2^53 it is rounded. */
export function readVarint(bytes: Uint8Array, start: number): Varint | undefined {
  let value = 0;
  for (let i = 0; i < 10 && start + i < bytes.length; i++) {
    const byte = bytes[start + i] as number;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: start + i + 1 };
  }
  return undefined;
}

/** Whether a list of this type may be packed: all but strings and bytes. */
const packed = (type: ScalarType) => type !== ScalarType.STRING && type !== ScalarType.BYTES;

/**
 * Counts what a message holds before it is read, because a small file can hold very many empty messages. Throws a UserError
 * when there are too many; damage is left for the reader to find.
 */
export function checkMessages(schema: DescMessage, bytes: Uint8Array, deepest: number, file: string): void {
  let messages = 0;
  let numbers = 0;
  const refuse = (what: string) => {
    throw new UserError(`it holds more than ${what}: it is damaged or no model`, { where: file });
  };
  const fields = new Map<DescMessage, ReadonlyMap<number, DescMessage["fields"][number]>>();
  const fieldsOf = (message: DescMessage) => {
    const known = fields.get(message) ?? new Map(message.fields.map((field) => [field.number, field]));
    fields.set(message, known);
    return known;
  };
  const walk = (message: DescMessage, start: number, end: number, depth: number): void => {
    if (++messages > MOST_MESSAGES) refuse(`${MOST_MESSAGES} messages`);
    if (depth > deepest) return;
    const known = fieldsOf(message);
    for (let position = start; position < end; ) {
      const tag = readVarint(bytes, position);
      if (tag === undefined) return;
      const wire = tag.value % 8;
      const field = known.get(Math.floor(tag.value / 8));
      if (field?.fieldKind === "list" && field.listKind !== "message" && ++numbers > MOST_NUMBERS) {
        refuse(`${MOST_NUMBERS} numbers`);
      }
      if (wire === 0) {
        const value = readVarint(bytes, tag.end);
        if (value === undefined) return;
        position = value.end;
      } else if (wire === 1) position = tag.end + 8;
      else if (wire === 5) position = tag.end + 4;
      else if (wire === 2) {
        const length = readVarint(bytes, tag.end);
        if (length === undefined || length.end + length.value > end) return;
        position = length.end + length.value;
        const inner = field?.message;
        if (inner !== undefined) walk(inner, length.end, position, depth + 1);
        // Packed numbers take at least a byte each.
        else if (
          field?.fieldKind === "list" &&
          field.listKind === "scalar" &&
          packed(field.scalar) &&
          (numbers += length.value) > 4 * MOST_NUMBERS
        ) {
          refuse(`${MOST_NUMBERS} numbers`);
        }
      } else return;
    }
  };
  walk(schema, 0, bytes.length, 0);
}
