import { styleText } from "node:util";

/** Where a command prints: progress to stderr; the result to stdout, as text or as one JSON object. */
export interface Output {
  readonly json: boolean;
  /** One line of progress, on stderr. */
  progress(line: string): void;
  /** The command's result: `text` for people, `value` for `--json`. */
  result(value: unknown, text: string): void;
}

export function createOutput(json: boolean): Output {
  return {
    json,
    progress: (line) => process.stderr.write(`${styleText("dim", "·")} ${line}\n`),
    result: (value, text) =>
      process.stdout.write(json ? `${JSON.stringify(value)}\n` : text.endsWith("\n") ? text : `${text}\n`),
  };
}
