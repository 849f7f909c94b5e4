// Adds three operands: sum = a + b + c modulo 2^WIDTH, with b and c subtracted where NEGATE_B and NEGATE_C are 1. Before
// that, the bits in SHUTS_A, SHUTS_B and SHUTS_C are 0 where their bit of shut_a, shut_b and shut_c is 1; then those in SETS_A,
// SETS_B and SETS_C are 1 where their bit of set_a, set_b and set_c is 1; then the bits in INVERT_A, INVERT_B and INVERT_C are
// inverted: all in the LUTs, so that no logic makes an operand's bits besides.
//
// For AMD UltraScale and UltraScale+: one LUT6_2 a bit and the carry chain (CARRY8). Each LUT has two outputs. O5 is the
// majority of the bit's three operands, which the next bit's LUT takes as an input; O6 is the sum of the operands and of
// what the bit below saved, modulo 2, which the carry chain adds to its carry. A subtracted operand is inverted in the
// LUTs; its + 1 is a carry into the lowest bit, of which there are two. With TOP_IS_CARRY the highest bit takes no LUT;
// neither does a bit that only one operand has, and one that two have is added in plain logic, which synthesis joins with
// what drives it, unless it is gated. The operands of a bit, what forces them and what is saved into it, where it has more
// than one operand, must be five at most: both outputs of a LUT have the same five inputs.
`default_nettype none
/* verilator lint_off UNUSED */
/* verilator lint_off DECLFILENAME */
module l1c_gated_add3 #(
  parameter WIDTH = 1,
  parameter NEGATE_B = 0,
  parameter NEGATE_C = 0,
  parameter TOP_IS_CARRY = 0,  // the highest bit is the carry out of the others: the operands do not reach it
  parameter [WIDTH-1:0] LIVE_A = {WIDTH{1'b1}},  // the bits that may be 1; of a negated operand all
  parameter [WIDTH-1:0] LIVE_B = {WIDTH{1'b1}},
  parameter [WIDTH-1:0] LIVE_C = {WIDTH{1'b1}},
  parameter [WIDTH-1:0] SHUTS_A = {WIDTH{1'b0}},  // the bits that are 0 where shut_a is 1, of those that are live
  parameter [WIDTH-1:0] SHUTS_B = {WIDTH{1'b0}},
  parameter [WIDTH-1:0] SHUTS_C = {WIDTH{1'b0}},
  parameter [WIDTH-1:0] SETS_A = {WIDTH{1'b0}},  // the bits that are 1 where set_a is 1, of those that are live
  parameter [WIDTH-1:0] SETS_B = {WIDTH{1'b0}},
  parameter [WIDTH-1:0] SETS_C = {WIDTH{1'b0}},
  parameter [WIDTH-1:0] INVERT_A = {WIDTH{1'b0}},  // the bits that are inverted
  parameter [WIDTH-1:0] INVERT_B = {WIDTH{1'b0}},
  parameter [WIDTH-1:0] INVERT_C = {WIDTH{1'b0}}
) (
  input  wire [WIDTH-1:0] a,
  input  wire [WIDTH-1:0] b,
  input  wire [WIDTH-1:0] c,
  input  wire [WIDTH-1:0] shut_a,
  input  wire [WIDTH-1:0] shut_b,
  input  wire [WIDTH-1:0] shut_c,
  input  wire [WIDTH-1:0] set_a,
  input  wire [WIDTH-1:0] set_b,
  input  wire [WIDTH-1:0] set_c,
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

  // The inputs of a LUT, each as a table over all five.
  localparam [159:0] INPUTS = {32'hffff0000, 32'hff00ff00, 32'hf0f0f0f0, 32'hcccccccc, 32'haaaaaaaa};

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
      localparam [2:0] OWN = {LIVE_C[i], LIVE_B[i], LIVE_A[i]};
      localparam [2:0] SHUTS = OWN & {SHUTS_C[i], SHUTS_B[i], SHUTS_A[i]};
      localparam [2:0] SETS = OWN & {SETS_C[i], SETS_B[i], SETS_A[i]};
      localparam [2:0] GATED = SHUTS | SETS;
      localparam [2:0] FLIPS = {FLIPS_C[i], FLIPS_B[i], INVERT_A[i]};
      if (SAVED[i+1] && GATED == 3'd0) begin : three
        // Contents over the inputs {save, c, b, a}: parity and, without save, majority.
        localparam [15:0] PARITY = 16'h6996 ^ {16{INVERT_A[i] ^ FLIPS_B[i] ^ FLIPS_C[i]}};
        localparam [7:0] MAJORITY = majority(INVERT_A[i], FLIPS_B[i], FLIPS_C[i]);
        LUT6_2 #(.INIT({{2{PARITY}}, {4{MAJORITY}}})) lut (
          .I0(a[i]), .I1(b[i]), .I2(c[i]), .I3(save[i]), .I4(1'b0), .I5(1'b1), .O5(save[i+1]), .O6(propagate[i])
        );
        assign saved[i] = save[i];
      end else if (GATED != 3'd0 && {2'b0, OWN[0]} + {2'b0, OWN[1]} + {2'b0, OWN[2]} + {2'b0, SAVED[i]} > 3'd1) begin : gated
        // The inputs are those of {set_c, set_b, set_a, shut_c, shut_b, shut_a, save, c, b, a} that there are, in this order.
        /* verilator lint_off WIDTH */
        localparam integer AT_B = OWN[0];
        localparam integer AT_C = AT_B + OWN[1];
        localparam integer AT_SAVE = AT_C + OWN[2];
        localparam integer AT_SHUT_A = AT_SAVE + SAVED[i];
        localparam integer AT_SHUT_B = AT_SHUT_A + SHUTS[0];
        localparam integer AT_SHUT_C = AT_SHUT_B + SHUTS[1];
        localparam integer AT_SET_A = AT_SHUT_C + SHUTS[2];
        localparam integer AT_SET_B = AT_SET_A + SETS[0];
        localparam integer AT_SET_C = AT_SET_B + SETS[1];
        wire [4:0] inputs = {4'd0, OWN[0] & a[i]} | {4'd0, OWN[1] & b[i]} << AT_B | {4'd0, OWN[2] & c[i]} << AT_C |
          {4'd0, SAVED[i] & save[i]} << AT_SAVE | {4'd0, SHUTS[0] & shut_a[i]} << AT_SHUT_A |
          {4'd0, SHUTS[1] & shut_b[i]} << AT_SHUT_B | {4'd0, SHUTS[2] & shut_c[i]} << AT_SHUT_C |
          {4'd0, SETS[0] & set_a[i]} << AT_SET_A | {4'd0, SETS[1] & set_b[i]} << AT_SET_B |
          {4'd0, SETS[2] & set_c[i]} << AT_SET_C;
        localparam [31:0] A = {32{OWN[0]}} & ((INPUTS[31:0] & ~({32{SHUTS[0]}} & INPUTS >> 32 * AT_SHUT_A) |
          ({32{SETS[0]}} & INPUTS >> 32 * AT_SET_A)) ^ {32{FLIPS[0]}});
        localparam [31:0] B = {32{OWN[1]}} & ((INPUTS >> 32 * AT_B & ~({32{SHUTS[1]}} & INPUTS >> 32 * AT_SHUT_B) |
          ({32{SETS[1]}} & INPUTS >> 32 * AT_SET_B)) ^ {32{FLIPS[1]}});
        localparam [31:0] C = {32{OWN[2]}} & ((INPUTS >> 32 * AT_C & ~({32{SHUTS[2]}} & INPUTS >> 32 * AT_SHUT_C) |
          ({32{SETS[2]}} & INPUTS >> 32 * AT_SET_C)) ^ {32{FLIPS[2]}});
        localparam [31:0] SUM = A ^ B ^ C ^ ({32{SAVED[i]}} & INPUTS >> 32 * AT_SAVE);
        // Where nothing is saved, the second output is what goes into the carry chain.
        localparam [31:0] SECOND = SAVED[i+1] ? A & B | A & C | B & C : OWN[0] ? A : OWN[1] ? B : C;
        /* verilator lint_on WIDTH */
        wire second;
        LUT6_2 #(.INIT({SUM, SECOND})) lut (
          .I0(inputs[0]), .I1(inputs[1]), .I2(inputs[2]), .I3(inputs[3]), .I4(inputs[4]), .I5(1'b1), .O5(second), .O6(propagate[i])
        );
        assign saved[i] = SAVED[i] | SAVED[i+1] ? save[i] : second;
        assign save[i+1] = SAVED[i+1] & second;
      end else begin : two
        // The carry goes on where the two differ; where they are equal, it is either of them: one that is not inverted.
        wire [2:0] own = OWN & (({c[i], b[i], a[i]} & ~(SHUTS & {shut_c[i], shut_b[i], shut_a[i]}) |
          (SETS & {set_c[i], set_b[i], set_a[i]})) ^ FLIPS);
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

// The same without gates.
module l1c_add3 #(
  parameter WIDTH = 1,
  parameter NEGATE_B = 0,
  parameter NEGATE_C = 0,
  parameter TOP_IS_CARRY = 0,
  parameter [WIDTH-1:0] LIVE_A = {WIDTH{1'b1}},
  parameter [WIDTH-1:0] LIVE_B = {WIDTH{1'b1}},
  parameter [WIDTH-1:0] LIVE_C = {WIDTH{1'b1}},
  parameter [WIDTH-1:0] INVERT_A = {WIDTH{1'b0}},
  parameter [WIDTH-1:0] INVERT_B = {WIDTH{1'b0}},
  parameter [WIDTH-1:0] INVERT_C = {WIDTH{1'b0}}
) (
  input  wire [WIDTH-1:0] a,
  input  wire [WIDTH-1:0] b,
  input  wire [WIDTH-1:0] c,
  output wire [WIDTH-1:0] sum
);
  l1c_gated_add3 #(
    .WIDTH(WIDTH), .NEGATE_B(NEGATE_B), .NEGATE_C(NEGATE_C), .TOP_IS_CARRY(TOP_IS_CARRY),
    .LIVE_A(LIVE_A), .LIVE_B(LIVE_B), .LIVE_C(LIVE_C),
    .INVERT_A(INVERT_A), .INVERT_B(INVERT_B), .INVERT_C(INVERT_C)
  ) adder (
    .a(a), .b(b), .c(c), .shut_a({WIDTH{1'b0}}), .shut_b({WIDTH{1'b0}}), .shut_c({WIDTH{1'b0}}),
    .set_a({WIDTH{1'b0}}), .set_b({WIDTH{1'b0}}), .set_c({WIDTH{1'b0}}), .sum(sum)
  );
endmodule
/* verilator lint_on DECLFILENAME */
/* verilator lint_on UNUSED */
`default_nettype wire
