// For simulators only: AMD's carry chain of eight bits (UG974), one chain of eight (SINGLE_CY8) or two of four
// (DUAL_CY4). Where S is 1 a bit hands on the carry below it, where S is 0 it hands on DI; O is S plus that carry modulo 2.
//
// As an addition, which simulators do fast: where S is 1 the addends differ, where it is 0 both are DI, so that the
// carries are those of the chain.
`default_nettype none
module CARRY8 #(
  parameter CARRY_TYPE = "SINGLE_CY8"
) (
  input  wire       CI,
  input  wire       CI_TOP,
  input  wire [7:0] DI,
  input  wire [7:0] S,
  output wire [7:0] CO,
  output wire [7:0] O
);
  wire [7:0] one = S | DI;
  wire [7:0] other = DI & ~S;
  wire [4:0] low = {1'b0, one[3:0]} + {1'b0, other[3:0]} + {4'h0, CI};
  wire middle = CARRY_TYPE == "DUAL_CY4" ? CI_TOP : low[4];
  wire [4:0] high = {1'b0, one[7:4]} + {1'b0, other[7:4]} + {4'h0, middle};
  assign O = {high[3:0], low[3:0]};
  assign CO = {high[4], high[3:1] ^ S[7:5], low[4], low[3:1] ^ S[3:1]};
endmodule
`default_nettype wire
