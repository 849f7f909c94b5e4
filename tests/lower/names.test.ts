import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { identifier, RESERVED, uniqueIdentifiers } from "../../src/lower/names.js";
import { lowerWhole } from "../support/parallel.js";
import { lowerAt } from "../support/stream.js";

/** IEEE 1364-2005, Annex B. */
const VERILOG_2005 =
  "always and assign automatic begin buf bufif0 bufif1 case casex casez cell cmos config deassign default defparam design disable edge else end endcase endconfig endfunction endgenerate endmodule endprimitive endspecify endtable endtask event for force forever fork function generate genvar highz0 highz1 if ifnone incdir include initial inout input instance integer join large liblist library localparam macromodule medium module nand negedge nmos nor noshowcancelled not notif0 notif1 or output parameter pmos posedge primitive pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent rcmos real realtime reg release repeat rnmos rpmos rtran rtranif0 rtranif1 scalared showcancelled signed small specify specparam strong0 strong1 supply0 supply1 table task time tran tranif0 tranif1 tri tri0 tri1 triand trior trireg unsigned use uwire vectored wait wand weak0 weak1 while wire wor xnor xor".split(
    " ",
  );

describe("Verilog names", () => {
  it.each([
    ["conv1", "conv1"],
    ["block/conv 1", "block_conv_1"],
    ["twice@1.relu", "twice_1_relu"],
    ["a__b", "a_b"],
    ["7seg", "_7seg"],
    ["", "_"],
    ["module", "module_"],
    ["logic", "logic_"],
    ["μ-chamber", "_chamber"],
    ["🛰", "_"],
    ["$display", "_display"],
    ["a\nb", "a_b"],
    ["\\escaped ", "_escaped_"],
  ])("%j becomes %s", (name, expected) => {
    expect(identifier(name)).toBe(expected);
  });

  it("are no word that Verilog reserves", () => {
    for (const word of VERILOG_2005) expect(RESERVED.has(identifier(word)), word).toBe(false);
  });

  it("are identifiers without double underscores, whatever they come from", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 12 }), (name) => {
        expect(identifier(name)).toMatch(/^(?!.*__)[A-Za-z_][A-Za-z0-9_]*$/);
      }),
    );
  });

  it("are unique, also against those taken", () => {
    expect(uniqueIdentifiers(["a b", "a_b", "a-b", "a_b_2"], ["top"])).toEqual([
      "a_b",
      "a_b_2",
      "a_b_3",
      "a_b_2_2",
    ]);
    expect(uniqueIdentifiers(["Conv", "conv", "CONV"])).toEqual(["Conv", "conv_2", "CONV_3"]);
    expect(uniqueIdentifiers(["top", "wire"], ["top", "wire_"])).toEqual(["top_2", "wire_2"]);
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 4 })), (names) => {
        expect(new Set(uniqueIdentifiers(names)).size).toBe(names.length);
      }),
    );
  });
});

/** A chain of relu and requantize nodes with these names. */
function chain(model: string, input: string, layers: readonly string[], output: string) {
  const quote = (name: string) => JSON.stringify(name);
  const convs = layers.map(
    (name, i) =>
      `  %${quote(name)} : [1, 4, 1] fixed<${3 + i},${3 + i}> ${-(2 ** (2 + i))}..${2 ** (2 + i) - 2 ** i} = conv2d(%${quote(layers[i - 1] ?? input)}) {pads = [0, 0, 0, 0], kernel = tensor<1x1x1x1>[${i === 0 ? 1 : 2}], bias = tensor<1>[0]}`,
  );
  const text = [
    `l1c fixed ${quote(model)}`,
    "",
    "graph main {",
    `  %${quote(input)} : [1, 4, 1] fixed<3,3> -4..3 = input()`,
    ...convs,
    `  return ${quote(output)} = %${quote(layers.at(-1) as string)}`,
    "}",
    "",
  ].join("\n");
  return parseFixed(text, "chain");
}

describe("the names of lowered firmware", () => {
  it.each([
    ["layers that differ in a sign only", chain("m", "x", ["twice@1", "twice_1", "twice.1"], "y")],
    ["an input and an output like control signals", chain("m", "valid", ["a"], "first")],
    ["a layer named like another one's port", chain("m", "x", ["a", "a_out_data", "a_site"], "y")],
    ["a model named like the template", chain("l1c_window", "x", ["a"], "y")],
    ["a model named like the test bench", chain("l1c_testbench", "x", ["a"], "y")],
    ["keywords everywhere", chain("module", "wire", ["reg", "always"], "endmodule")],
    ["nothing but signs", chain("//", "@", ["#", "$"], "%")],
  ])("do not collide: %s", (_, fixed) => {
    for (const { circuit, inputs, outputs } of [lowerAt(fixed, 2), lowerWhole(fixed)]) {
      const names = circuit.modules.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(names).not.toContain("l1c_window");
      expect(names).not.toContain("l1c_testbench");
      for (const name of [...names, ...[...inputs, ...outputs].map(({ port }) => port)])
        expect(name).toMatch(/^(?!.*__)[A-Za-z_]\w*$/);
    }
  });
});
