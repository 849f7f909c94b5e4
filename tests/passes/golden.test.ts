import { describe, expect, it } from "vitest";
import { parseFixed, printFixed } from "../../src/ir/fixed/text.js";
import { verifyFixed } from "../../src/ir/fixed/verify.js";
import { PASSES } from "../../src/passes/index.js";
import { expectGolden, goldenCases, readGolden } from "../support/golden.js";

/**
 * Golden pairs: tests/golden/passes/PASS/CASE.in.l1c and what the pass makes of it, CASE.out.l1c. A case whose name
 * begins with `keeps-` shows what the pass must leave alone. UPDATE_GOLDEN=1 writes the .out.l1c files.
 */
describe.each(PASSES)("the pass $name", ({ name, run }) => {
  it.each(goldenCases(`passes/${name}`, ".in.l1c"))("%s", (example) => {
    const path = `passes/${name}/${example}`;
    const before = parseFixed(readGolden(`${path}.in.l1c`), `${example}.in.l1c`);
    const after = run(before);
    verifyFixed(after);
    const text = printFixed(after);
    expectGolden(`${path}.out.l1c`, text);
    if (example.startsWith("keeps-")) expect(text).toBe(printFixed(before));
    // A second run finds nothing more to do.
    expect(printFixed(run(after))).toBe(text);
  });
});
