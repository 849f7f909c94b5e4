import { UserError } from "../../ir/errors.js";
import type { ModelSource } from "../source.js";
import type { TensorProto } from "./proto/onnx_pb.js";

/** The files beside the model that hold its weights, each read once. */
export interface External {
  readonly read: (path: string, where: string) => Uint8Array;
}

export function openExternal({ external }: ModelSource): External {
  const files = new Map<string, Uint8Array>();
  return {
    read: (path, where) => {
      const known = files.get(path);
      if (known !== undefined) return known;
      const bytes = external?.(path);
      if (bytes === undefined) {
        throw new UserError(`its data should be in the file '${path}', which is not there`, {
          where,
          hint: "Keep the model's data file beside it, or save the model with its weights inside.",
        });
      }
      files.set(path, bytes);
      return bytes;
    },
  };
}

/** The bytes of a tensor with external data (onnx/docs/ExternalData.md). Throws a UserError likewise. */
export function externalBytes(proto: TensorProto, where: string, external: External): Uint8Array {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get("location");
  if (location === undefined || location === "") {
    throw new UserError("its data are external, but no file is named", { where });
  }
  if (leavesFolder(location)) {
    throw new UserError(`its data file '${location}' is outside the model's folder`, {
      where,
      hint: "Only files beside the model are read.",
    });
  }
  const bytes = external.read(location, where);
  const offset = count(entries.get("offset") ?? "0", "offset", where);
  const length = count(entries.get("length") ?? String(bytes.length - offset), "length", where);
  if (offset + length > bytes.length) {
    throw new UserError(
      `bytes ${offset} to ${offset + length} are beyond the end of '${location}' (${bytes.length} bytes)`,
      { where },
    );
  }
  return bytes.subarray(offset, offset + length);
}

function leavesFolder(path: string): boolean {
  return /^([/\\]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes("..") || path.includes("\0");
}

function count(text: string, what: string, where: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new UserError(`the ${what} of its external data is '${text.slice(0, 40)}'`, { where });
}
