// ---- tiny_sent_site.v
// One site of layer 'sent': index_select.
// Types fixed<3,3>; ufixed<2,2> -> fixed<3,3>.
// Latency 1 cycle.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny_sent_site (
  input  wire clk,
  input  wire [8:0] in_x,
  input  wire [1:0] in_senders,
  output wire [2:0] out_data
);
  /* verilator hier_block */
  wire [2:0] x0 = in_x[2:0];
  wire [2:0] x1 = in_x[5:3];
  wire [2:0] x2 = in_x[8:6];
  wire [1:0] x3 = in_senders;
  wire [1:0] s2 = x3;
  wire [2:0] m0 = s2[1] ? (s2[0] ? 3'h0 : x2) : (s2[0] ? x1 : x0);
  reg [2:0] m0_c1;
  always @(posedge clk) m0_c1 <= m0;
  assign out_data = m0_c1;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire

// ---- tiny_sent.v
// 4 sites of layer 'sent': index_select.
// Types fixed<3,3>; ufixed<2,2> -> fixed<3,3>.
// Latency 1 cycle.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny_sent (
  input  wire clk,
  input  wire [8:0] in_x,
  input  wire [7:0] in_senders,
  output wire [11:0] out_data
);
  wire [1:0] s0 = in_senders[1:0];
  wire [2:0] site0_out_data;
  tiny_sent_site site0 (.clk(clk), .in_x(in_x), .in_senders(s0), .out_data(site0_out_data));
  wire [1:0] s1 = in_senders[3:2];
  wire [2:0] site1_out_data;
  tiny_sent_site site1 (.clk(clk), .in_x(in_x), .in_senders(s1), .out_data(site1_out_data));
  wire [1:0] s2 = in_senders[5:4];
  wire [2:0] site2_out_data;
  tiny_sent_site site2 (.clk(clk), .in_x(in_x), .in_senders(s2), .out_data(site2_out_data));
  wire [1:0] s3 = in_senders[7:6];
  wire [2:0] site3_out_data;
  tiny_sent_site site3 (.clk(clk), .in_x(in_x), .in_senders(s3), .out_data(site3_out_data));
  wire [11:0] w4 = {site3_out_data, site2_out_data, site1_out_data, site0_out_data};
  assign out_data = w4;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire

// ---- tiny_sums_hits.v
// Layer 'sums.hits': steps.
// Types ufixed<2,2> -> ufixed<1,1>.
// Latency 0 cycles.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny_sums_hits (
  input  wire [7:0] in_sums_each,
  output wire [11:0] out_data
);
  wire [1:0] x0 = in_sums_each[1:0];
  wire [1:0] x1 = in_sums_each[3:2];
  wire [1:0] x2 = in_sums_each[5:4];
  wire [1:0] x3 = in_sums_each[7:6];
  localparam [3:0] T0_B0 = 4'h1;
  wire t0 = {T0_B0[x0]};
  localparam [3:0] T1_B0 = 4'h2;
  wire t1 = {T1_B0[x0]};
  localparam [3:0] T2_B0 = 4'h4;
  wire t2 = {T2_B0[x0]};
  localparam [3:0] T3_B0 = 4'h1;
  wire t3 = {T3_B0[x1]};
  localparam [3:0] T4_B0 = 4'h2;
  wire t4 = {T4_B0[x1]};
  localparam [3:0] T5_B0 = 4'h4;
  wire t5 = {T5_B0[x1]};
  localparam [3:0] T6_B0 = 4'h1;
  wire t6 = {T6_B0[x2]};
  localparam [3:0] T7_B0 = 4'h2;
  wire t7 = {T7_B0[x2]};
  localparam [3:0] T8_B0 = 4'h4;
  wire t8 = {T8_B0[x2]};
  localparam [3:0] T9_B0 = 4'h1;
  wire t9 = {T9_B0[x3]};
  localparam [3:0] T10_B0 = 4'h2;
  wire t10 = {T10_B0[x3]};
  localparam [3:0] T11_B0 = 4'h4;
  wire t11 = {T11_B0[x3]};
  wire [11:0] results0 = {t11, t10, t9, t8, t7, t6, t5, t4, t3, t2, t1, t0};
  assign out_data = results0;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire

// ---- tiny_sums_pairs.v
// Layer 'sums.pairs': add.
// Types fixed<3,3> -> fixed<4,4>.
// Latency 0 cycles.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny_sums_pairs (
  input  wire [5:0] in_sums_even,
  input  wire [5:0] in_sums_odd,
  output wire [7:0] out_data
);
  wire [2:0] x0 = in_sums_even[2:0];
  wire [2:0] x1 = in_sums_even[5:3];
  wire [2:0] x2 = in_sums_odd[2:0];
  wire [2:0] x3 = in_sums_odd[5:3];
  wire [3:0] e0;
  l1c_add3 #(.WIDTH(4), .LIVE_A(4'h7), .LIVE_B(4'h7), .LIVE_C(4'h8), .INVERT_A(4'h4), .INVERT_B(4'h4)) e0_add (.a({1'h0, x0}), .b({1'h0, x2}), .c(4'h8), .sum(e0[3:0]));
  wire [3:0] e1;
  l1c_add3 #(.WIDTH(4), .LIVE_A(4'h8), .LIVE_B(4'h7), .LIVE_C(4'h7), .INVERT_B(4'h4), .INVERT_C(4'h4)) e1_add (.a(4'h8), .b({1'h0, x1}), .c({1'h0, x3}), .sum(e1[3:0]));
  wire [7:0] results0 = {e1, e0};
  assign out_data = results0;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire

// ---- tiny_sums_site.v
// One site of layer 'sums': scatter.
// Types fixed<3,3>; ufixed<1,1>; fixed<4,4> -> fixed<5,5>.
// Latency 0 cycles.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny_sums_site (
  input  wire [11:0] in_sent,
  input  wire [3:0] in_sums_hits,
  input  wire [7:0] in_sums_pairs,
  output wire [4:0] out_data
);
  /* verilator hier_block */
  wire [2:0] x0 = in_sent[2:0];
  wire [2:0] x1 = in_sent[5:3];
  wire [2:0] x2 = in_sent[8:6];
  wire [2:0] x3 = in_sent[11:9];
  wire x4 = in_sums_hits[0];
  wire x5 = in_sums_hits[1];
  wire x6 = in_sums_hits[2];
  wire x7 = in_sums_hits[3];
  wire [3:0] x8 = in_sums_pairs[3:0];
  wire [3:0] x9 = in_sums_pairs[7:4];
  wire [1:0] i0 = {x5, x4};
  wire [3:0] m0 = i0[1] ? (i0[0] ? x8 : {x1[2], x1}) : (i0[0] ? {x0[2], x0} : 4'h0);
  wire [1:0] i1 = {x7, x6};
  wire [3:0] m1 = i1[1] ? (i1[0] ? x9 : {x3[2], x3}) : (i1[0] ? {x2[2], x2} : 4'h0);
  wire [4:0] e0;
  l1c_add3 #(.WIDTH(5), .LIVE_A(5'hf), .LIVE_B(5'hf), .LIVE_C(5'h10), .INVERT_A(5'h8), .INVERT_B(5'h8)) e0_add (.a({1'h0, m0}), .b({1'h0, m1}), .c(5'h10), .sum(e0[4:0]));
  assign out_data = e0;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire

// ---- tiny_sums.v
// 3 sites of layer 'sums': scatter.
// Types fixed<3,3>; ufixed<1,1>; fixed<4,4> -> fixed<5,5>.
// Latency 0 cycles.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny_sums (
  input  wire [11:0] in_sent,
  input  wire [11:0] in_sums_hits,
  input  wire [7:0] in_sums_pairs,
  output wire [14:0] out_data
);
  wire s0 = in_sums_hits[0];
  wire s1 = in_sums_hits[3];
  wire s2 = in_sums_hits[6];
  wire s3 = in_sums_hits[9];
  wire [3:0] w4 = {s3, s2, s1, s0};
  wire [4:0] site0_out_data;
  tiny_sums_site site0 (.in_sent(in_sent), .in_sums_hits(w4), .in_sums_pairs(in_sums_pairs), .out_data(site0_out_data));
  wire s5 = in_sums_hits[1];
  wire s6 = in_sums_hits[4];
  wire s7 = in_sums_hits[7];
  wire s8 = in_sums_hits[10];
  wire [3:0] w9 = {s8, s7, s6, s5};
  wire [4:0] site1_out_data;
  tiny_sums_site site1 (.in_sent(in_sent), .in_sums_hits(w9), .in_sums_pairs(in_sums_pairs), .out_data(site1_out_data));
  wire s10 = in_sums_hits[2];
  wire s11 = in_sums_hits[5];
  wire s12 = in_sums_hits[8];
  wire s13 = in_sums_hits[11];
  wire [3:0] w14 = {s13, s12, s11, s10};
  wire [4:0] site2_out_data;
  tiny_sums_site site2 (.in_sent(in_sent), .in_sums_hits(w14), .in_sums_pairs(in_sums_pairs), .out_data(site2_out_data));
  wire [14:0] w15 = {site2_out_data, site1_out_data, site0_out_data};
  assign out_data = w15;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire

// ---- tiny.v
// Model 'tiny'. An event is one beat, marked by in_valid and in_first; between events in_valid may be low.
// Latency 2 cycles, initiation interval 1 cycle.
// A port holds its tensor's elements side by side, row-major, the first one lowest.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny (
  input  wire clk,
  input  wire rst,
  input  wire in_valid,
  input  wire in_first,
  input  wire [8:0] in_x,
  input  wire [7:0] in_senders,
  input  wire [7:0] in_receivers,
  output wire out_valid,
  output wire out_first,
  output wire [14:0] out_sums
);
  wire first = in_valid ? in_first : 1'h0;
  reg [7:0] late1_in_receivers;
  always @(posedge clk) late1_in_receivers <= in_receivers;
  wire [11:0] layer1_sent_out_data;
  tiny_sent layer1_sent (.clk(clk), .in_x(in_x), .in_senders(in_senders), .out_data(layer1_sent_out_data));
  wire [11:0] layer2_sums_hits_out_data;
  tiny_sums_hits layer2_sums_hits (.in_sums_each(late1_in_receivers), .out_data(layer2_sums_hits_out_data));
  wire [2:0] s0 = layer1_sent_out_data[2:0];
  wire [2:0] s1 = layer1_sent_out_data[8:6];
  wire [5:0] w2 = {s1, s0};
  wire [2:0] s3 = layer1_sent_out_data[5:3];
  wire [2:0] s4 = layer1_sent_out_data[11:9];
  wire [5:0] w5 = {s4, s3};
  wire [7:0] layer3_sums_pairs_out_data;
  tiny_sums_pairs layer3_sums_pairs (.in_sums_even(w2), .in_sums_odd(w5), .out_data(layer3_sums_pairs_out_data));
  wire [14:0] layer4_sums_out_data;
  tiny_sums layer4_sums (.in_sent(layer1_sent_out_data), .in_sums_hits(layer2_sums_hits_out_data), .in_sums_pairs(layer3_sums_pairs_out_data), .out_data(layer4_sums_out_data));
  reg [14:0] result0;
  always @(posedge clk) result0 <= layer4_sums_out_data;
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
  assign out_sums = result0;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire
