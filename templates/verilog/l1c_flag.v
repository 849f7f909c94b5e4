// Delays a flag of one clock by CYCLES clocks, at least 2, by counting.
//
// Flags come at least CYCLES clocks apart: one that comes sooner takes the place of the one before.
`default_nettype none
module l1c_flag #(
  parameter CYCLES = 2
) (
  input  wire clk,
  input  wire rst,
  input  wire in_first,
  output wire out_first
);
  localparam BITS = $clog2(CYCLES);
  localparam [31:0] ONE = 1;
  localparam [31:0] LAST = CYCLES - 1;

  reg [BITS-1:0] count;  // clocks since the flag, 0 when none is on its way
  reg first;
  wire due = count == LAST[BITS-1:0];
  always @(posedge clk) begin
    first <= due & ~in_first & ~rst;
    if (rst) count <= {BITS{1'b0}};
    else if (in_first) count <= ONE[BITS-1:0];
    else if (due) count <= {BITS{1'b0}};
    else if (|count) count <= count + 1'b1;
  end
  assign out_first = first;
endmodule
`default_nettype wire
