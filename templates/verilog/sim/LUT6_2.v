// For simulators only: AMD's look-up table with two outputs (UG974). O6 is the bit of INIT that the six inputs name, O5
// the bit of its lower half that the five lower inputs name. Synthesis tools have their own.
`default_nettype none
module LUT6_2 #(
  parameter [63:0] INIT = 64'h0
) (
  input  wire I0,
  input  wire I1,
  input  wire I2,
  input  wire I3,
  input  wire I4,
  input  wire I5,
  output wire O5,
  output wire O6
);
  wire [4:0] index = {I4, I3, I2, I1, I0};
  assign O5 = INIT[{1'b0, index}];
  assign O6 = INIT[{I5, index}];
endmodule
`default_nettype wire
