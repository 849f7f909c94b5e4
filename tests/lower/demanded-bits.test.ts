import { describe, expect, it } from "vitest";
import { parseCircuit } from "../../src/ir/circuit/text.js";
import { demandedBits } from "../../src/lower/demanded-bits.js";

/** The demanded bits of the wires of a module, by name; `others` come before it. */
function demanded(body: string, others = ""): Readonly<Record<string, bigint>> {
  const text = `l1c circuit "c"\n${others}\nmodule m {comment = []} {\n${body}\n}\n`;
  const module = parseCircuit(text, "c").modules.at(-1);
  if (module === undefined) throw new Error("no module");
  const bits = demandedBits(module);
  return Object.fromEntries(module.wires.map(({ name }, id) => [name, bits[id] as bigint]));
}

describe("demanded bits", () => {
  it("are those that are read, and for a sum all below them where operands meet", () => {
    expect(
      demanded(`
  %a : u8 c0 = input()
  %b : u8 c0 = input()
  %unread : u3 c0 = slice(%a) {low = 5}
  %sum : u9 c0 = add(%a, %b) {shifts = [0, 2]}
  %high : u2 c0 = slice(%sum) {low = 4}
  return out = %high`),
    ).toEqual({ a: 0b111100n, b: 0b1111n, unread: 0n, sum: 0b110000n, high: 0b11n });
  });

  it("of a signed wire that is extended are its sign", () => {
    expect(
      demanded(`
  %a : s4 c0 = input()
  %b : u1 c0 = input()
  %n : s8 c0 = mux(%b, %a, %a)
  %high : u2 c0 = slice(%n) {low = 6}
  return out = %high`),
    ).toMatchObject({ a: 0b1000n, b: 1n, n: 0b11000000n });
  });

  it("go through registers, and are all where an instance reads them or a register its own result", () => {
    expect(
      demanded(
        `
  %a : u4 c0 = input()
  %b : u4 c0 = input()
  %held : u4 c1 = register(%a)
  %low : u1 c1 = slice(%held) {low = 1}
  %same_out : u4 c0 = instance(%b) {name = same, module = inner, inputs = [a], outputs = [out]}
  %one : u1 c0 = slice(%same_out) {low = 0}
  %late : u1 c1 = register(%one)
  %both : u2 c1 = concat(%low, %late)
  return out = %both`,
        `module inner {comment = []} {\n  %a : u4 c0 = input()\n  return out = %a\n}\n`,
      ),
    ).toEqual({
      ...{ a: 0b10n, b: 0b1111n, held: 0b10n, low: 1n, same_out: 1n },
      ...{ one: 1n, late: 1n, both: 0b11n },
    });
  });
});
