import { UserError } from "../../ir/errors.js";

/** A configuration takes kilobytes; reading a longer text would only take long. */
export const LONGEST_JSON = 16 * 2 ** 20;

/** The text of a configuration. Throws a UserError when it is too long or no UTF-8. */
export function decodeText(bytes: Uint8Array, where: string): string {
  if (bytes.length > LONGEST_JSON) {
    throw new UserError(`it has ${bytes.length} bytes: too long for a configuration`, { where });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError("its text is not UTF-8", { where });
  }
}
