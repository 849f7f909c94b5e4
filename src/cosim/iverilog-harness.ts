import type { HarnessPorts } from "./verilator-harness.js";

/** The test bench for Icarus Verilog: the same player and recorder in Verilog. */
export function iverilogHarness(
  top: string,
  { input, output }: HarnessPorts,
  inputWidth: number,
  outputWidth: number,
): string {
  return `// Plays a stimulus clock by clock into the firmware and records its outputs.
\`timescale 1ns/1ps
module l1c_testbench;
  reg clk, rst, in_valid, in_first;
  reg [${inputWidth - 1}:0] data;
  wire out_valid, out_first;
  wire [${outputWidth - 1}:0] result;
  integer in, out, read;
  reg [8*4096-1:0] in_name, out_name;
  ${top} firmware (.clk(clk), .rst(rst), .in_valid(in_valid), .in_first(in_first), .${input}(data),
    .out_valid(out_valid), .out_first(out_first), .${output}(result));
  initial begin
    if (!$value$plusargs("in=%s", in_name) || !$value$plusargs("out=%s", out_name)) $finish;
    in = $fopen(in_name, "r");
    out = $fopen(out_name, "w");
    clk = 0; rst = 1; in_valid = 0; in_first = 0;
    repeat (8) #1 clk = ~clk;
    rst = 0;
    read = $fscanf(in, "%1b%1b %h\\n", in_valid, in_first, data);
    while (read == 3) begin
      clk = 0;
      #1;
      if (out_valid) $fdisplay(out, "%b%b %h", out_valid, out_first, result);
      else $fdisplay(out, "%b%b ", out_valid, out_first);
      clk = 1;
      #1;
      read = $fscanf(in, "%1b%1b %h\\n", in_valid, in_first, data);
    end
    $fclose(out);
    $finish;
  end
endmodule
`;
}
