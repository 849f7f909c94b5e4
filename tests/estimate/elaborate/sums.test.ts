import { describe, expect, it } from "vitest";
import { type Sums, sumsOf } from "../../../src/estimate/elaborate/sums.js";
import type { Addend } from "../../../src/ir/circuit/addends.js";
import type { Module } from "../../../src/ir/circuit/circuit.js";
import { parseCircuit } from "../../../src/ir/circuit/text.js";
import type { Target } from "../../../src/lower/target.js";

/** A module with three inputs a, b and c. */
function moduleOf(body: string): Module {
  const inputs = ["a", "b", "c"].map((name) => `  %${name} : u8 c0 = input()`);
  const text = ["module m {comment = []} {", ...inputs, body, "}", ""].join("\n");
  return parseCircuit(`l1c circuit "c"\n\n${text}`, "c").modules[0] as Module;
}

/** The operands of each addition that remains, as text, and how many bits of each wire are read. */
function described(module: Module, { sums: found, demanded }: Sums) {
  const name = (id: number) => module.wires[id]?.name as string;
  const text = ({ id, shift, negative }: Addend) => `${negative ? "-" : ""}${name(id)}<<${shift}`;
  return {
    addends: Object.fromEntries(
      [...found].map(([id, { low, below, addends }]) => [
        name(id),
        `${addends.map(text).join(" ")}${low > 0 ? ` from ${low}, below ${below ? text(below) : 0}` : ""}`,
      ]),
    ),
    demanded: Object.fromEntries(module.wires.map((wire, id) => [wire.name, demanded[id]])),
  };
}

function sums(body: string, target: Target = "ultrascale") {
  const module = moduleOf(body);
  return described(module, sumsOf(module, target));
}

describe("the sums that a synthesis tool sees", () => {
  it("are of what merges: an addition that one other reads whole and unshifted, in its own width", () => {
    const inner = "  %s : s12 c0 = add(%a, %b) {shifts = [0, 1]}";
    expect(sums(`${inner}\n  %t : s12 c0 = sub(%c, %s)\n  return out = %t`).addends).toEqual({
      t: "c<<0 -a<<0 -b<<1",
    });
    expect(sums(`${inner}\n  %t : s12 c0 = sub(%c, %s)\n  return out = %t\n  return o = %s`).addends).toEqual(
      {
        ...{ s: "a<<0 b<<1", t: "c<<0 -s<<0" },
      },
    );
    expect(
      sums(`${inner}\n  %t : s14 c0 = sub(%c, %s) {shifts = [0, 1]}\n  return out = %t`).addends,
    ).toEqual({
      ...{ s: "a<<0 b<<1", t: "c<<0 -s<<1" },
    });
  });

  it("merge in a wider one where no carry can get lost between them", () => {
    const outer = "  %t : u12 c0 = add(%s, %c)\n  return out = %t";
    expect(sums(`  %s : u9 c0 = add(%a, %b)\n${outer}`).addends).toEqual({ t: "a<<0 b<<0 c<<0" });
    expect(sums(`  %s : u8 c0 = add(%a, %b)\n${outer}`).addends).toEqual({ s: "a<<0 b<<0", t: "s<<0 c<<0" });
  });

  it("have their low bits only where nothing reads those above, through registers and multiplexers too", () => {
    const body = `
  %s : u9 c0 = add(%a, %b) {shifts = [0, 3]}
  %m : u9 c0 = mux(%one, %s, %c)
  %r : u9 c1 = register(%m)
  %low : u4 c1 = slice(%r) {low = 1}
  return out = %low`;
    expect(sums(`  %one : u1 c0 = slice(%a) {low = 0}${body}`).demanded).toEqual({
      ...{ a: 5, b: 2, c: 5, one: 1, s: 5, m: 5, r: 5, low: 4 },
    });
  });

  it("are whole below those cells of which Yosys drops no bits", () => {
    const { demanded } = sums(`
  %p : u16 c0 = mul(%a, %b) {dsp = 0}
  %low : u4 c0 = slice(%p) {low = 0}
  return out = %low`);
    expect(demanded).toMatchObject({ p: 4, a: 8, b: 8, c: 0 });
  });

  it("leave adders of three operands alone where they are primitives", () => {
    const body = "  %s : u10 c0 = add3(%a, %b, %c)\n  return out = %s";
    expect(sums(body, "ultrascale").addends).toEqual({});
    expect(sums(body, "generic").addends).toEqual({ s: "a<<0 b<<0 c<<0" });
  });

  it("begin where the operands of an instance of l1c_add3 meet, and merge from the same bit on only", () => {
    const body = (shifts: string, outer: string) => `
  %s : u14 c0 = add3(%a, %b, %c) {shifts = ${shifts}}
  %t : u16 c0 = add(%a, %s) {shifts = ${outer}}
  return out = %t`;
    expect(sums(body("[0, 2, 3]", "[0, 0]"), "generic").addends).toEqual({
      ...{ s: "a<<-2 b<<0 c<<1 from 2, below a<<0", t: "a<<0 s<<0" },
    });
    expect(sums(body("[1, 1, 3]", "[0, 0]"), "generic").addends).toEqual({
      ...{ s: "a<<0 b<<0 c<<2 from 1, below 0", t: "a<<0 s<<0" },
    });
    expect(sums(body("[0, 0, 2]", "[0, 0]"), "generic").addends).toEqual({ t: "a<<0 a<<0 b<<0 c<<2" });
    expect(sums(body("[0, 0, 2]", "[0, 1]"), "generic").addends).toEqual({
      ...{ s: "a<<0 b<<0 c<<2", t: "a<<0 s<<1" },
    });
  });
});
