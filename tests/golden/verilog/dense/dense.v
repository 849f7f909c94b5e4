// ---- small_dense.v
// Layer 'dense': dense, requantize.
// Types fixed<4,2> -> ufixed<4,2>.
// Latency 1 cycle.
`default_nettype none
/* verilator lint_off UNUSED */
module small_dense (
  input  wire clk,
  input  wire [11:0] in_x,
  output wire [7:0] out_data
);
  wire [3:0] x0 = in_x[3:0];
  wire [3:0] x1 = in_x[7:4];
  wire [3:0] x2 = in_x[11:8];
  wire [3:0] n0 = {~x0[3], x0[2:0]};
  wire [3:0] n2 = {~x2[3], x2[2:0]};
  wire [3:0] n3 = {x1[3], ~x1[2:0]};
  wire [4:0] a0 = {1'h0, n0} + {1'h0, n3};
  wire [3:0] a0_1 = a0[4:1];
  wire [5:0] e0;
  assign e0[0] = a0_1[0] ^ 1'h1;
  l1c_add3 #(.WIDTH(5), .LIVE_A(5'hf), .LIVE_B(5'hf), .LIVE_C(5'h7), .INVERT_A(5'h8), .INVERT_B(5'h8), .INVERT_C(5'h7)) e0_add (.a({1'h0, x0}), .b({1'h0, x1}), .c({2'h0, a0_1[3:1]}), .sum(e0[5:1]));
  wire [5:0] a1 = 6'h1b + e0;
  wire [3:0] n5 = {x2[3], ~x2[2:0]};
  wire [6:0] a2 = {n2, 3'h0} + {3'h0, n5};
  wire [7:0] e1;
  l1c_add3 #(.WIDTH(8), .TOP_IS_CARRY(1), .LIVE_A(8'h3c), .LIVE_B(8'h1f), .LIVE_C(8'h7f), .INVERT_A(8'h20), .INVERT_B(8'h1f)) e1_add (.a({2'h0, x1, 2'h0}), .b({3'h0, a0}), .c({1'h0, a2}), .sum(e1[7:0]));
  wire [6:0] e1_1 = e1[7:1];
  wire [6:0] a3 = 7'h41 + e1_1;
  wire [4:0] h0 = a1[5:1];
  reg [4:0] h0_c1;
  always @(posedge clk) h0_c1 <= h0;
  wire [3:0] w0 = h0_c1[3:0];
  wire g0 = ~h0_c1[4];
  wire [3:0] m0 = g0 ? w0 : 4'h0;
  wire [5:0] h1 = a3[6:1];
  reg [5:0] h1_c1;
  always @(posedge clk) h1_c1 <= h1;
  wire [3:0] w1 = h1_c1[3:0];
  wire g1 = ~h1_c1[5];
  wire [1:0] h1_1 = h1_c1[5:4];
  wire g2 = $signed(h1_1) >= $signed(2'h1);
  wire [3:0] m1 = g1 ? w1 : 4'h0;
  wire [3:0] m2 = g2 ? 4'hf : m1;
  wire [7:0] results0 = {m2, m0};
  assign out_data = results0;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire

// ---- small_.v
// Model 'small'. An event is one beat, marked by in_valid and in_first; between events in_valid may be low.
// Latency 2 cycles, initiation interval 1 cycle.
// A port holds its tensor's elements side by side, row-major, the first one lowest.
`default_nettype none
/* verilator lint_off UNUSED */
module small_ (
  input  wire clk,
  input  wire rst,
  input  wire in_valid,
  input  wire in_first,
  input  wire [11:0] in_x,
  output wire out_valid,
  output wire out_first,
  output wire [7:0] out_y
);
  wire first = in_valid ? in_first : 1'h0;
  wire [7:0] layer1_dense_out_data;
  small_dense layer1_dense (.clk(clk), .in_x(in_x), .out_data(layer1_dense_out_data));
  reg [7:0] result0;
  always @(posedge clk) result0 <= layer1_dense_out_data;
  reg in_valid_d1;
  always @(posedge clk) in_valid_d1 <= rst ? 1'h0 : in_valid;
  reg in_valid_d2;
  always @(posedge clk) in_valid_d2 <= rst ? 1'h0 : in_valid_d1;
  reg first_d1;
  always @(posedge clk) first_d1 <= rst ? 1'h0 : first;
  reg first_d2;
  always @(posedge clk) first_d2 <= rst ? 1'h0 : first_d1;
  assign out_valid = in_valid_d2;
  assign out_first = first_d2;
  assign out_y = result0;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire
