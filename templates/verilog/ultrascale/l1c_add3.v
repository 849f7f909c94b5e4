// Adds three operands: sum = a + b + c modulo 2^WIDTH, with b and c subtracted where NEGATE_B and NEGATE_C are 1. Before
// that, the bits in INVERT_A, INVERT_B and INVERT_C are inverted: in the LUTs, so that no operand is needed both ways.
//
// For AMD UltraScale and UltraScale+: one LUT6_2 a bit and the carry chain (CARRY8). Each LUT has two outputs. O5 is the
// majority of the bit's three operands, which the next bit's LUT takes as its fourth input; O6 is the sum of all four
// modulo 2, which the carry chain adds to its carry. A subtracted operand is inverted in the LUTs; its + 1 is a carry
// into the lowest bit, of which there are two. With TOP_IS_CARRY the highest bit takes no LUT; neither does a bit that
// only one operand has, and one that two have is added in plain logic, which synthesis joins with what drives it.
`default_nettype none
/* verilator lint_off UNUSED */
module l1c_add3 #(
  parameter WIDTH = 1,
  parameter NEGATE_B = 0,
  parameter NEGATE_C = 0,
  parameter TOP_IS_CARRY = 0,  // the highest bit is the carry out of the others: the operands do not reach it
  parameter [WIDTH-1:0] LIVE_A = {WIDTH{1'b1}},  // the bits that may be 1; of a negated operand all
  parameter [WIDTH-1:0] LIVE_B = {WIDTH{1'b1}},
  parameter [WIDTH-1:0] LIVE_C = {WIDTH{1'b1}},
  parameter [WIDTH-1:0] INVERT_A = {WIDTH{1'b0}},  // the bits that are inverted
  parameter [WIDTH-1:0] INVERT_B = {WIDTH{1'b0}},
  parameter [WIDTH-1:0] INVERT_C = {WIDTH{1'b0}}
) (
  input  wire [WIDTH-1:0] a,
  input  wire [WIDTH-1:0] b,
  input  wire [WIDTH-1:0] c,
  output wire [WIDTH-1:0] sum
);
  localparam LUTS = TOP_IS_CARRY != 0 ? WIDTH - 1 : WIDTH;
  localparam BLOCKS = (LUTS + 7) / 8;
  localparam [0:0] FLIP_B = NEGATE_B != 0;
  localparam [0:0] FLIP_C = NEGATE_C != 0;
  localparam [WIDTH-1:0] FLIPS_B = INVERT_B ^ {WIDTH{FLIP_B}};
  localparam [WIDTH-1:0] FLIPS_C = INVERT_C ^ {WIDTH{FLIP_C}};

  // The majority of {c, b, a} where some of them are inverted, as the contents of a LUT.
  function [7:0] majority(input flip_a, input flip_b, input flip_c);
    integer k;
    begin
      for (k = 0; k < 8; k = k + 1)
        majority[k] = {1'b0, k[0] ^ flip_a} + {1'b0, k[1] ^ flip_b} + {1'b0, k[2] ^ flip_c} > 2'd1;
    end
  endfunction

  // Whether a bit has something saved into it: where the bit below adds three or more.
  function [LUTS:0] saving(input first);
    integer k;
    begin
      saving[0] = first;
      for (k = 0; k < LUTS; k = k + 1)
        saving[k+1] = {2'b0, LIVE_A[k]} + {2'b0, LIVE_B[k]} + {2'b0, LIVE_C[k]} + {2'b0, saving[k]} > 3'd2;
    end
  endfunction
  localparam [LUTS:0] SAVED = saving(FLIP_B & FLIP_C);

  // save: what the LUT of the bit below saves into a bit. The carry chain is a whole number of blocks.
  wire [LUTS:0] save;
  wire [8*BLOCKS-1:0] carry;
  wire [8*BLOCKS-1:0] total;
  wire [8*BLOCKS-1:0] propagate;
  wire [8*BLOCKS-1:0] saved;
  assign save[0] = FLIP_B & FLIP_C;

  genvar i;
  generate
    if (TOP_IS_CARRY != 0) begin : top
      assign sum = {carry[LUTS-1], total[LUTS-1:0]};
    end else begin : plain
      assign sum = total[LUTS-1:0];
    end
    for (i = 0; i < LUTS; i = i + 1) begin : compress
      if (SAVED[i+1]) begin : three
        // Contents over the inputs {save, c, b, a}: parity and, without save, majority.
        localparam [15:0] PARITY = 16'h6996 ^ {16{INVERT_A[i] ^ FLIPS_B[i] ^ FLIPS_C[i]}};
        localparam [7:0] MAJORITY = majority(INVERT_A[i], FLIPS_B[i], FLIPS_C[i]);
        LUT6_2 #(.INIT({{2{PARITY}}, {4{MAJORITY}}})) lut (
          .I0(a[i]), .I1(b[i]), .I2(c[i]), .I3(save[i]), .I4(1'b0), .I5(1'b1), .O5(save[i+1]), .O6(propagate[i])
        );
        assign saved[i] = save[i];
      end else begin : two
        // The carry goes on where the two differ; where they are equal, it is either of them: one that is not inverted.
        wire [2:0] own = {LIVE_C[i] & (c[i] ^ FLIPS_C[i]), LIVE_B[i] & (b[i] ^ FLIPS_B[i]), LIVE_A[i] & (a[i] ^ INVERT_A[i])};
        assign propagate[i] = ^own ^ save[i];
        assign saved[i] = SAVED[i] ? save[i] :
          LIVE_A[i] & ~INVERT_A[i] ? own[0] : LIVE_B[i] & ~FLIPS_B[i] ? own[1] : LIVE_C[i] & ~FLIPS_C[i] ? own[2] :
          LIVE_A[i] ? own[0] : LIVE_B[i] ? own[1] : own[2];
        assign save[i+1] = 1'b0;
      end
    end
    if (8 * BLOCKS > LUTS) begin : rest
      assign propagate[8*BLOCKS-1:LUTS] = {(8*BLOCKS-LUTS){1'b0}};
      assign saved[8*BLOCKS-1:LUTS] = {(8*BLOCKS-LUTS){1'b0}};
    end
    for (i = 0; i < BLOCKS; i = i + 1) begin : chain
      wire below;
      if (i == 0) begin : lowest
        assign below = FLIP_B | FLIP_C;
      end else begin : above
        assign below = carry[8*i-1];
      end
      CARRY8 #(.CARRY_TYPE("SINGLE_CY8")) carry8 (
        .CI(below), .CI_TOP(1'b0), .DI(saved[8*i +: 8]), .S(propagate[8*i +: 8]),
        .CO(carry[8*i +: 8]), .O(total[8*i +: 8])
      );
    end
  endgenerate
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire
