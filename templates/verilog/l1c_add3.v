// Adds three operands: sum = a + b + c modulo 2^WIDTH, with b and c subtracted where NEGATE_B and NEGATE_C are 1. Before
// that, the bits in INVERT_A, INVERT_B and INVERT_C are inverted.
//
// In plain Verilog, for any device. templates/verilog/ultrascale/ has the same modules in LUT6_2 and CARRY8.
`default_nettype none
/* verilator lint_off UNUSED */
/* verilator lint_off DECLFILENAME */
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
  wire [WIDTH-1:0] x = a ^ INVERT_A;
  wire [WIDTH-1:0] y = b ^ INVERT_B;
  wire [WIDTH-1:0] z = c ^ INVERT_C;
  generate
    if (NEGATE_B != 0 && NEGATE_C != 0) begin : neither
      assign sum = x - y - z;
    end else if (NEGATE_B != 0) begin : first
      assign sum = x + z - y;
    end else if (NEGATE_C != 0) begin : second
      assign sum = x + y - z;
    end else begin : both
      assign sum = x + y + z;
    end
  endgenerate
endmodule

// The same of gated operands: before anything else, the bits in SHUTS_A, SHUTS_B and SHUTS_C become 0 where their bit of
// shut_a, shut_b and shut_c is 1, and then those in SETS_A, SETS_B and SETS_C 1 where their bit of set_a, set_b and set_c is 1.
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
  wire [WIDTH-1:0] x = ((a & ~(shut_a & SHUTS_A)) | (set_a & SETS_A)) ^ INVERT_A;
  wire [WIDTH-1:0] y = ((b & ~(shut_b & SHUTS_B)) | (set_b & SETS_B)) ^ INVERT_B;
  wire [WIDTH-1:0] z = ((c & ~(shut_c & SHUTS_C)) | (set_c & SETS_C)) ^ INVERT_C;
  generate
    if (NEGATE_B != 0 && NEGATE_C != 0) begin : neither
      assign sum = x - y - z;
    end else if (NEGATE_B != 0) begin : first
      assign sum = x + z - y;
    end else if (NEGATE_C != 0) begin : second
      assign sum = x + y - z;
    end else begin : both
      assign sum = x + y + z;
    end
  endgenerate
endmodule
/* verilator lint_on DECLFILENAME */
/* verilator lint_on UNUSED */
`default_nettype wire
