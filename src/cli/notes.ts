import type { Note } from "../ir/note.js";

/** Places that a line names; more are counted. */
const NAMED = 3;

/**
 * Notes as lines for people: one for each message, with the first places that it is about. The model's own file is not
 * named again and again.
 */
export function describeNotes(notes: readonly Note[], model: string): readonly string[] {
  const places = new Map<string, string[]>();
  for (const { where: full, message } of notes) {
    const where = full.startsWith(`${model}: `) ? full.slice(model.length + 2) : full;
    const known = places.get(message) ?? [];
    if (!known.includes(where)) known.push(where);
    places.set(message, known);
  }
  return [...places].map(([message, all]) => {
    const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : "";
    return `note: ${all.slice(0, NAMED).join(", ")}${more}: ${message}`;
  });
}
