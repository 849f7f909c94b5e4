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
  wire [6:0] e0;
  l1c_add3 #(.WIDTH(7), .TOP_IS_CARRY(1), .LIVE_A(7'hf), .LIVE_B(7'hf), .LIVE_C(7'h3c), .INVERT_A(7'h8), .INVERT_B(7'h7), .INVERT_C(7'h1c)) e0_add (.a({3'h0, x0}), .b({3'h0, x1}), .c({1'h0, x1, 2'h0}), .sum(e0[6:0]));
  wire [5:0] e0_1 = e0[6:1];
  wire [5:0] e1;
  l1c_add3 #(.WIDTH(6), .LIVE_A(6'h1e), .LIVE_C(6'h9), .INVERT_A(6'h10), .INVERT_B(6'h3f)) e1_add (.a({1'h0, x0, 1'h0}), .b(e0_1), .c(6'h9), .sum(e1[5:0]));
  wire [7:0] e2;
  l1c_add3 #(.WIDTH(8), .LIVE_A(8'h78), .LIVE_B(8'h7f), .LIVE_C(8'hf), .INVERT_A(8'h40), .INVERT_B(8'h7f), .INVERT_C(8'h7)) e2_add (.a({1'h0, x2, 3'h0}), .b({1'h0, e0}), .c({4'h0, x2}), .sum(e2[7:0]));
  wire [6:0] e2_1 = e2[7:1];
  reg [6:0] e2_1_c1;
  always @(posedge clk) e2_1_c1 <= e2_1;
  wire [6:0] a0 = 7'h2f + e2_1_c1;
  wire [4:0] h0 = e1[5:1];
  wire [3:0] w0 = h0[3:0];
  wire g0 = ~h0[4];
  wire [3:0] m0 = g0 ? w0 : 4'h0;
  wire [5:0] h1 = a0[6:1];
  wire [3:0] w1 = h1[3:0];
  wire g1 = ~h1[5];
  wire [1:0] h1_1 = h1[5:4];
  wire g2 = $signed(h1_1) >= $signed(2'h1);
  wire [3:0] m1 = g1 ? w1 : 4'h0;
  wire [3:0] m2 = g2 ? 4'hf : m1;
  reg [3:0] m0_c1;
  always @(posedge clk) m0_c1 <= m0;
  wire [7:0] results0 = {m2, m0_c1};
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
