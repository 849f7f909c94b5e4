import { UserError } from "../ir/errors.js";
import type { ByteSource } from "./bytes.js";
import { openNpy, openNpz } from "./npz.js";
import type { EventSource } from "./source.js";

/** Opens a file of events; the format is known by the file's first bytes, not by its name. */
export async function openEvents(source: ByteSource): Promise<EventSource> {
  const magic = await source.read(0, Math.min(6, source.size));
  const starts = (...bytes: readonly number[]): boolean => bytes.every((byte, i) => magic[i] === byte);
  if (starts(0x50, 0x4b)) return openNpz(source);
  if (starts(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return openNpy(source);
  // Loaded when needed: ROOT's reader is large.
  if (starts(0x72, 0x6f, 0x6f, 0x74)) return (await import("./root.js")).openMe0Ntuple(source);
  throw new UserError(source.size === 0 ? "the file is empty" : "this is no file of events", {
    where: source.name,
    hint: "Events are read from .npz, .npy and .root files.",
  });
}
