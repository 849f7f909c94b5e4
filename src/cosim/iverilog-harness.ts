import type { HarnessPorts } from "./verilator-harness.js";

/** The test bench for Icarus Verilog: the same player and recorder in Verilog. */
export function iverilogHarness(top: string, { inputs, outputs }: HarnessPorts, resetClocks: number): string {
  const data = inputs.map((_, i) => `data${i}`);
  const results = outputs.map((_, i) => `result${i}`);
  const connect = (ports: HarnessPorts["inputs"], names: readonly string[]) =>
    ports.map(({ port }, i) => `.${port}(${names[i]})`).join(", ");
  const declare = (kind: string, ports: HarnessPorts["inputs"], names: readonly string[]) =>
    ports.map(({ width }, i) => `  ${kind} [${width - 1}:0] ${names[i]};`).join("\n");
  const format = (names: readonly string[]) => names.map(() => " %h").join("");
  const read = `read = $fscanf(in, "%1b%1b${format(data)}\\n", in_valid, in_first, ${data.join(", ")});`;
  return `// Plays a stimulus clock by clock into the firmware and records its outputs.
\`timescale 1ns/1ps
module l1c_testbench;
  reg clk, rst, in_valid, in_first;
${declare("reg", inputs, data)}
  wire out_valid, out_first;
${declare("wire", outputs, results)}
  integer in, out, read;
  reg [8*4096-1:0] in_name, out_name;
  ${top} firmware (.clk(clk), .rst(rst), .in_valid(in_valid), .in_first(in_first), ${connect(inputs, data)},
    .out_valid(out_valid), .out_first(out_first), ${connect(outputs, results)});
  initial begin
    if (!$value$plusargs("in=%s", in_name) || !$value$plusargs("out=%s", out_name)) $finish;
    in = $fopen(in_name, "r");
    out = $fopen(out_name, "w");
    clk = 0; rst = 1; in_valid = 0; in_first = 0;
    repeat (${2 * resetClocks}) #1 clk = ~clk;
    rst = 0;
    ${read}
    while (read == ${2 + data.length}) begin
      clk = 0;
      #1;
      if (out_valid) $fdisplay(out, "%b%b${format(results)}", out_valid, out_first, ${results.join(", ")});
      else $fdisplay(out, "%b%b", out_valid, out_first);
      clk = 1;
      #1;
      ${read}
    end
    $fclose(out);
    $finish;
  end
endmodule
`;
}
