/**
 * HTML that is safe by construction: {@link html} escapes every value put into it, except {@link Html} itself.
 */

/** A piece of finished HTML or SVG. */
export interface Html {
  readonly html: string;
}

/** What may be put into an {@link html} template; `undefined` and `false` leave nothing. */
export type Part = Html | string | number | undefined | false | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes a text for element contents and for quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

/** Takes markup as it is. Only for markup that was made here, never for text of a user. */
export function raw(markup: string): Html {
  return { html: markup };
}

function print(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  if ("html" in part) return part.html;
  return part.map(print).join("");
}

/** A template of HTML; values are escaped, lists are joined. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return raw(literals.reduce((text, literal, i) => text + print(parts[i - 1]) + literal));
}
