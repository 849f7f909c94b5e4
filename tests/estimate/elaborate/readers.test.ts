import { describe, expect, it } from "vitest";
import { estimateResources } from "../../../src/estimate/resources.js";
import { parseCircuit } from "../../../src/ir/circuit/text.js";
import { countedByYosys } from "../../support/synthesize.js";
import { hasTool } from "../../support/tools.js";

/** Five bits that two others force to 0 and to 1, into a register and, with `more`, into other logic too. */
const circuitOf = (name: string, more: string, outputs: string) =>
  parseCircuit(
    `l1c circuit "${name}"

module ${name} {
  %x : u5 c0 = input()
  %y : u5 c0 = input()
  %shut : u1 c0 = input()
  %set : u1 c0 = input()
  %none : u5 c0 = constant() {value = 0}
  %all : u5 c0 = constant() {value = 31}
  %open : u5 c0 = mux(%shut, %none, %x)
  %forced : u5 c0 = mux(%set, %all, %open)
  %forced_c1 : u5 c1 = register(%forced)
${more}  return out = %forced_c1
${outputs}}
`,
    "test",
  );

const CIRCUITS = [
  circuitOf("alone", "", ""),
  circuitOf(
    "beside",
    "  %level : u1 c0 = atleast(%forced) {level = 13}\n  %level_c1 : u1 c1 = register(%level)\n",
    "  return far = %level_c1\n",
  ),
];

describe("multiplexers in front of registers", () => {
  it.runIf(hasTool("yosys", "-V"))("are resets where nothing else reads them, as Yosys has it", async () => {
    const counted = await countedByYosys(CIRCUITS, "ultrascale");
    const estimated = CIRCUITS.map((circuit) => estimateResources(circuit).get(circuit.name));
    expect(estimated).toEqual(CIRCUITS.map(({ name }) => counted.get(name)));
    expect(estimated.map((own) => own?.lut)).toEqual([5, 7]);
  });
});
