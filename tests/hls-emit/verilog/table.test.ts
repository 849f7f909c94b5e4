import { describe, expect, it } from "vitest";
import { emitWire } from "../../../src/hls-emit/verilog/cells.js";
import type { Module } from "../../../src/ir/circuit/circuit.js";
import { ModuleBuilder } from "../../../src/lower/module-builder.js";
import { Random } from "../../support/random.js";

/** The module of one table over all bits of a port. */
function tableOf(inputs: number, entries: readonly bigint[]): Module {
  const builder = new ModuleBuilder();
  const out = builder.table(builder.input("x", inputs), entries);
  return builder.finish("m", [], [{ name: "out", signal: out }]);
}

function linesOf(module: Module): readonly string[] {
  return emitWire(module.wires.at(-1) as Module["wires"][number], module);
}

/** The output for one index by the emitted lines: constants, selections, multiplexers, inversions. */
function evaluate(lines: readonly string[], index: bigint): bigint {
  const constants = new Map<string, bigint>();
  const wires = new Map<string, bigint>();
  const bits = (high: string, low: string | undefined) =>
    low === undefined
      ? (index >> BigInt(high)) & 1n
      : (index >> BigInt(low)) & ((1n << (BigInt(high) - BigInt(low) + 1n)) - 1n);
  const value = (text: string): bigint => {
    const expression = text.trim();
    if (expression.startsWith("~")) return 1n - value(expression.slice(1));
    const literal = /^\d+'h([0-9a-f]+)$/.exec(expression);
    if (literal) return BigInt(`0x${literal[1]}`);
    const mux = /^x\[(\d+)\] \? (\S+) : (\S+)$/.exec(expression);
    if (mux) return value((bits(mux[1] as string, undefined) === 1n ? mux[2] : mux[3]) as string);
    const selected = /^(T\w+)\[x(?:\[(\d+):(\d+)\])?\]$/.exec(expression);
    if (selected) {
      const at = selected[2] === undefined ? index : bits(selected[2], selected[3]);
      return ((constants.get(selected[1] as string) as bigint) >> at) & 1n;
    }
    return wires.get(expression) as bigint;
  };
  for (const line of lines) {
    const constant = /^localparam \[\d+:0\] (\w+) = \d+'h([0-9a-f]+);$/.exec(line);
    const wire = /^wire (?:\[\d+:0\] )?(\w+) = (.*);$/.exec(line);
    if (constant) constants.set(constant[1] as string, BigInt(`0x${constant[2]}`));
    else if (wire?.[2]?.startsWith("{")) {
      const parts = wire[2].slice(1, -1).split(", ");
      return parts.reduce((word, part) => (word << 1n) | value(part), 0n);
    } else if (wire) wires.set(wire[1] as string, value(wire[2] as string));
    else throw new Error(`not understood: ${line}`);
  }
  throw new Error("no output");
}

const random = new Random(1);
const TABLES: readonly (readonly [string, number, readonly bigint[]])[] = [
  ["six inputs", 6, random.array(64, () => random.bits(4))],
  ["seven inputs", 7, random.array(128, () => random.bits(3))],
  ["noise of nine inputs", 9, random.array(512, () => random.bits(4))],
  ["a smooth function of ten inputs", 10, Array.from({ length: 1024 }, (_, k) => BigInt((k * k) >> 12))],
  ["a bit and its inverse", 8, Array.from({ length: 256 }, (_, k) => ((k * 37) % 256 > 99 ? 1n : 2n))],
  ["what depends on the highest inputs only", 9, Array.from({ length: 512 }, (_, k) => BigInt(k >> 6))],
];

describe("the Verilog of a table", () => {
  it.each(TABLES)("has every entry: %s", (_, inputs, entries) => {
    const lines = linesOf(tableOf(inputs, entries));
    const found = entries.map((_, index) => evaluate(lines, BigInt(index)));
    expect(found).toEqual(entries);
  });

  it("has equal parts once, and the inverse of a part as its inverse", () => {
    const constants = (what: string) => {
      const [, inputs, entries] = TABLES.find(([name]) => name === what) as (typeof TABLES)[number];
      return linesOf(tableOf(inputs, entries)).filter((line) => line.startsWith("localparam")).length;
    };
    expect(constants("noise of nine inputs")).toBe(4 * 8);
    expect(constants("a bit and its inverse")).toBeLessThanOrEqual(4);
    expect(constants("what depends on the highest inputs only")).toBe(0);
  });
});
