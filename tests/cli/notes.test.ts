import { describe, expect, it } from "vitest";
import { describeNotes } from "../../src/cli/notes.js";

describe("notes", () => {
  it("are one line for each message, with the first places", () => {
    const notes = [
      { where: "node 'a'", message: "is read." },
      { where: "net.h5: node 'x'", message: "is large." },
      ...["b", "c", "d", "e", "b"].map((name) => ({ where: `node '${name}'`, message: "is read." })),
    ];
    expect(describeNotes(notes, "net.h5")).toEqual([
      "note: node 'a', node 'b', node 'c' and 2 more: is read.",
      "note: node 'x': is large.",
    ]);
    expect(describeNotes([], "net.h5")).toEqual([]);
  });
});
