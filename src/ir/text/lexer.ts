import { UserError } from "../errors.js";

export type TokenKind = "word" | "reference" | "string" | "integer" | "real" | "symbol" | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
}

// The order matters: `0..1` is an interval, so a real needs a digit after its point.
const RULES: readonly (readonly [Exclude<TokenKind, "end"> | "space", RegExp])[] = [
  ["space", /\s+|#[^\n]*/y],
  ["reference", /%(?:[A-Za-z0-9_](?:[A-Za-z0-9_]|\.(?!\.))*|"(?:[^"\\]|\\.)*")/y],
  ["real", /-?(?:\d+\.\d+(?:e[+-]?\d+)?|\d+e[+-]?\d+|Infinity\b)|NaN\b/y],
  ["integer", /-?\d+/y],
  ["word", /[A-Za-z_][A-Za-z0-9_]*/y],
  ["string", /"(?:[^"\\\n]|\\.)*"/y],
  ["symbol", /\.\.|[{}()[\]<>=,:*/]/y],
];

/** Cuts a text into tokens. Throws a UserError with file and line on a character that no token begins with. */
export function tokenize(text: string, file: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  let line = 1;
  while (position < text.length) {
    let found = false;
    for (const [kind, rule] of RULES) {
      rule.lastIndex = position;
      const match = rule.exec(text);
      if (match === null) continue;
      if (kind !== "space") tokens.push({ kind, text: match[0], line });
      for (let i = 0; i < match[0].length; i++) if (match[0][i] === "\n") line++;
      position += match[0].length;
      found = true;
      break;
    }
    if (!found) {
      throw new UserError(`unexpected character ${JSON.stringify(text[position])}`, {
        where: `${file}:${line}`,
      });
    }
  }
  tokens.push({ kind: "end", text: "end of file", line });
  return tokens;
}
