import { randomBytes } from "node:crypto";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../ir/errors.js";

/** Temporary files and folders in use now: what an interrupted command must not leave behind. */
const inUse = new Set<string>();

/** A name for what will be called `name`: hidden, and one that no other run has, nor one that was killed left. */
export function temporaryName(name: string): string {
  return `.${name}.${randomBytes(6).toString("hex")}.tmp`;
}

/** Uses a temporary path: it is removed at the end, whatever happens, unless `use` has moved it away. */
export async function withTemporary<T>(path: string, use: () => Promise<T>): Promise<T> {
  inUse.add(path);
  try {
    return await use();
  } finally {
    remove(path);
    inUse.delete(path);
  }
}

/** As {@link withTemporary}, with a new folder whose path begins with `prefix`. */
export function withTemporaryFolder<T>(prefix: string, use: (folder: string) => Promise<T>): Promise<T> {
  // Synchronous, so that no signal comes between the making and the keeping in mind.
  const folder = mkdtempSync(prefix);
  return withTemporary(folder, () => use(folder));
}

/**
 * As {@link withTemporaryFolder}, in the system's place for such folders. Programs that run there, make above all,
 * take no white space in a path: such a place is a UserError, and so is one where no folder can be made.
 */
export async function withWorkFolder<T>(prefix: string, use: (folder: string) => Promise<T>): Promise<T> {
  const place = tmpdir();
  const hint = "Set the environment variable TMPDIR to another folder, as in TMPDIR=/tmp.";
  if (/\s/.test(place))
    throw new UserError("the path of the folder for temporary files holds white space", {
      where: place,
      hint,
    });
  try {
    accessSync(place, constants.W_OK);
  } catch {
    throw new UserError("no temporary folder can be made there", { where: place, hint });
  }
  return withTemporaryFolder(join(place, prefix), use);
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  } catch {
    // What cannot be removed stays: that is no reason to fail, and others may still have to go.
  }
}

/** Removes every temporary path in use. */
export function removeTemporaries(): void {
  for (const path of inUse) remove(path);
  inUse.clear();
}

/** Signals that end a command, and the exit code that shells know them by. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * From now on a signal that ends the program first stops what runs (`stop`) and removes the temporary paths; then the
 * program exits with the signal's code.
 */
export function cleanUpOnSignals(stop: () => void, exit: (code: number) => void = process.exit): void {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    const listener = () => {
      stop();
      removeTemporaries();
      exit(code);
    };
    listeners.set(signal, listener);
    process.on(signal, listener);
  }
}

const listeners = new Map<string, () => void>();

/**
 * Does work that keeps this thread busy for long, in which nothing could be done on a signal: the system ends the program
 * then, at once. Where a temporary path is in use, signals wait for the work instead.
 */
export async function endingAtOnce<T>(work: () => Promise<T>): Promise<T> {
  if (inUse.size > 0) return work();
  for (const [signal, listener] of listeners) process.off(signal, listener);
  try {
    return await work();
  } finally {
    for (const [signal, listener] of listeners) process.on(signal, listener);
  }
}
