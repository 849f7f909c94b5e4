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
  wire [4:0] d0 = {x0[3], x0} - {x1[3], x1};
  wire [6:0] d1 = {x1[3], x1, 2'h0} - {{2{d0[4]}}, d0};
  wire [6:0] a0 = 7'h6 + {x0[3], x0, 2'h0};
  wire [7:0] a1 = {a0[6], a0} + {d1[6], d1};
  wire [4:0] d2 = 5'h19 - {x2[3], x2};
  wire [7:0] a2 = {x2[3], x2, 3'h0} + {{3{d2[4]}}, d2};
  wire [7:0] a3 = {d1[6], d1} + a2;
  wire [6:0] w0 = a1[6:0];
  wire [4:0] h0 = w0[6:2];
  wire [3:0] w1 = h0[3:0];
  wire g0 = ~h0[4];
  wire [3:0] m0 = g0 ? w1 : 4'h0;
  wire [5:0] h1 = a3[7:2];
  wire [3:0] w2 = h1[3:0];
  wire g1 = ~h1[5];
  wire g2 = $signed(h1) >= $signed(6'h10);
  wire [3:0] m1 = g1 ? w2 : 4'h0;
  reg g2_c1;
  always @(posedge clk) g2_c1 <= g2;
  reg [3:0] m1_c1;
  always @(posedge clk) m1_c1 <= m1;
  wire [3:0] m2 = g2_c1 ? 4'hf : m1_c1;
  reg [3:0] m0_c1;
  always @(posedge clk) m0_c1 <= m0;
  wire [7:0] i0 = {m2, m0_c1};
  assign out_data = i0;
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
