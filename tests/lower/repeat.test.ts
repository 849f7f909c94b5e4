import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { FABRICS } from "../../src/lower/delay.js";
import { readGolden } from "../support/golden.js";

/** Verilog of the same graph, made by a compiler that has just been loaded: it remembers no adder graph. */
async function verilog(effort: 1 | 2): Promise<string> {
  vi.resetModules();
  const { parseFixed } = await import("../../src/ir/fixed/text.js");
  const { lower } = await import("../../src/lower/index.js");
  const { emitVerilog } = await import("../../src/hls-emit/verilog/index.js");
  const { Random } = await import("../support/random.js");
  const random = new Random(3);
  const [n, m] = effort === 1 ? [9, 8] : [4, 4];
  const tensor = (shape: string, size: number, most: number) =>
    `tensor<${shape}>[${random.array(size, () => random.integer(-most, most)).join(", ")}]`;
  const dense = parseFixed(
    `l1c fixed "net"

graph main {
  %x : [${n}] fixed<6,6> -32..31 = input()
  %d : [${m}] fixed<18,18> -131072..131071 = dense(%x) {kernel = ${tensor(`${n}x${m}`, n * m, 100)}, bias = ${tensor(`${m}`, m, 99)}}
  %q : [${m}] ufixed<1,15> 0..1 = requantize(%d) {rounding = RND, overflow = SAT}
  %e : [6] fixed<15,15> -16384..16383 = dense(%q) {kernel = ${tensor(`${m}x6`, 6 * m, 30)}, bias = ${tensor("6", 6, 9)}}
  return y = %e
}
`,
    "net",
  );
  const common = { period: 2.5, delays: FABRICS["ultrascale+"], effort };
  const stream = parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny");
  const circuits = [
    lower(dense, { architecture: "parallel", ...common }),
    lower(stream, { architecture: "stream", axis: 1, columns: 2, ...common }),
  ].map(({ circuit }) => circuit);
  const hash = createHash("sha256");
  for (const { name, text } of circuits.flatMap((circuit) => emitVerilog(circuit)))
    hash.update(name).update(text);
  return hash.digest("hex");
}

describe("the same graph", () => {
  it.each([1, 2] as const)("gives the same bytes of Verilog in three runs, effort %i", async (effort) => {
    const first = await verilog(effort);
    expect(await verilog(effort)).toBe(first);
    expect(await verilog(effort)).toBe(first);
  });
});
