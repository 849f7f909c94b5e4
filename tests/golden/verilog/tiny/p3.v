// ---- tiny_conv_site.v
// One site of layer 'conv': conv2d, relu, requantize.
// Reads a patch of 3 columns x 1 position; types ufixed<1,1> -> ufixed<2,1>.
// Latency 0 cycles.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny_conv_site (
  input  wire [5:0] in_patch,
  output wire [3:0] out_site
);
  /* verilator hier_block */
  wire x0 = in_patch[0];
  wire x1 = in_patch[1];
  wire x2 = in_patch[2];
  wire x3 = in_patch[3];
  wire x4 = in_patch[4];
  wire x5 = in_patch[5];
  wire [4:0] i0 = {x5, x3, x2, x1, x0};
  localparam [31:0] T0_B0 = 32'hc230bc63;
  localparam [31:0] T0_B1 = 32'h3000f3b0;
  wire [1:0] t0 = {T0_B1[i0], T0_B0[i0]};
  wire [3:0] i2 = {x5, x4, x2, x1};
  localparam [15:0] T2_B0 = 16'h20d2;
  localparam [15:0] T2_B1 = 16'h20;
  wire [1:0] t2 = {T2_B1[i2], T2_B0[i2]};
  wire [3:0] i4 = {t2, t0};
  assign out_site = i4;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire

// ---- tiny_conv.v
// Layer 'conv': window buffer and one site module for each of 3 columns and each position.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny_conv (
  input  wire clk,
  input  wire rst,
  input  wire in_valid,
  input  wire in_first,
  input  wire [11:0] in_data,
  output wire out_valid,
  output wire out_first,
  output wire [23:0] out_data
);
  wire window_out_valid;
  wire window_out_first;
  wire [19:0] window_out_data;
  l1c_window #(.BITS(4), .COLUMNS(3), .LAST(1), .BEFORE(1), .AFTER(1)) window (.clk(clk), .rst(rst), .in_valid(in_valid), .in_first(in_first), .in_data(in_data), .out_valid(window_out_valid), .out_first(window_out_first), .out_data(window_out_data));
  wire [1:0] patch_c0_s0_0 = window_out_data[1:0];
  wire [1:0] patch_c0_s0_1 = window_out_data[5:4];
  wire [1:0] patch_c0_s0_2 = window_out_data[9:8];
  wire [5:0] patch_c0_s0 = {patch_c0_s0_2, patch_c0_s0_1, patch_c0_s0_0};
  wire [3:0] site_c0_s0_out_site;
  tiny_conv_site site_c0_s0 (.in_patch(patch_c0_s0), .out_site(site_c0_s0_out_site));
  wire [1:0] patch_c0_s1_0 = window_out_data[3:2];
  wire [1:0] patch_c0_s1_1 = window_out_data[7:6];
  wire [1:0] patch_c0_s1_2 = window_out_data[11:10];
  wire [5:0] patch_c0_s1 = {patch_c0_s1_2, patch_c0_s1_1, patch_c0_s1_0};
  wire [3:0] site_c0_s1_out_site;
  tiny_conv_site site_c0_s1 (.in_patch(patch_c0_s1), .out_site(site_c0_s1_out_site));
  wire [1:0] patch_c1_s0_0 = window_out_data[5:4];
  wire [1:0] patch_c1_s0_1 = window_out_data[9:8];
  wire [1:0] patch_c1_s0_2 = window_out_data[13:12];
  wire [5:0] patch_c1_s0 = {patch_c1_s0_2, patch_c1_s0_1, patch_c1_s0_0};
  wire [3:0] site_c1_s0_out_site;
  tiny_conv_site site_c1_s0 (.in_patch(patch_c1_s0), .out_site(site_c1_s0_out_site));
  wire [1:0] patch_c1_s1_0 = window_out_data[7:6];
  wire [1:0] patch_c1_s1_1 = window_out_data[11:10];
  wire [1:0] patch_c1_s1_2 = window_out_data[15:14];
  wire [5:0] patch_c1_s1 = {patch_c1_s1_2, patch_c1_s1_1, patch_c1_s1_0};
  wire [3:0] site_c1_s1_out_site;
  tiny_conv_site site_c1_s1 (.in_patch(patch_c1_s1), .out_site(site_c1_s1_out_site));
  wire [1:0] patch_c2_s0_0 = window_out_data[9:8];
  wire [1:0] patch_c2_s0_1 = window_out_data[13:12];
  wire [1:0] patch_c2_s0_2 = window_out_data[17:16];
  wire [5:0] patch_c2_s0 = {patch_c2_s0_2, patch_c2_s0_1, patch_c2_s0_0};
  wire [3:0] site_c2_s0_out_site;
  tiny_conv_site site_c2_s0 (.in_patch(patch_c2_s0), .out_site(site_c2_s0_out_site));
  wire [1:0] patch_c2_s1_0 = window_out_data[11:10];
  wire [1:0] patch_c2_s1_1 = window_out_data[15:14];
  wire [1:0] patch_c2_s1_2 = window_out_data[19:18];
  wire [5:0] patch_c2_s1 = {patch_c2_s1_2, patch_c2_s1_1, patch_c2_s1_0};
  wire [3:0] site_c2_s1_out_site;
  tiny_conv_site site_c2_s1 (.in_patch(patch_c2_s1), .out_site(site_c2_s1_out_site));
  wire [23:0] sites = {site_c2_s1_out_site, site_c2_s0_out_site, site_c1_s1_out_site, site_c1_s0_out_site, site_c0_s1_out_site, site_c0_s0_out_site};
  assign out_valid = window_out_valid;
  assign out_first = window_out_first;
  assign out_data = sites;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire

// ---- tiny_head_site.v
// One site of layer 'head': conv2d, threshold.
// Reads a patch of 2 columns x 1 position; types ufixed<2,1> -> ufixed<1,1>.
// Latency 1 cycle.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny_head_site (
  input  wire clk,
  input  wire [7:0] in_patch,
  output wire out_site
);
  /* verilator hier_block */
  wire [1:0] x0 = in_patch[1:0];
  wire [1:0] x1 = in_patch[3:2];
  wire [1:0] x2 = in_patch[5:4];
  wire [1:0] x3 = in_patch[7:6];
  wire [3:0] e0;
  l1c_add3 #(.WIDTH(4), .TOP_IS_CARRY(1), .LIVE_A(4'h3), .LIVE_B(4'h3), .LIVE_C(4'h3), .INVERT_C(4'h3)) e0_add (.a({2'h0, x0}), .b({2'h0, x1}), .c({2'h0, x3}), .sum(e0[3:0]));
  wire [2:0] e0_1 = e0[3:1];
  wire [3:0] e1;
  l1c_add3 #(.WIDTH(4), .LIVE_A(4'h3), .LIVE_B(4'h6), .LIVE_C(4'h7), .INVERT_B(4'h6)) e1_add (.a({2'h0, x2}), .b({1'h0, x1, 1'h0}), .c({1'h0, e0_1}), .sum(e1[3:0]));
  reg [3:0] e1_c1;
  always @(posedge clk) e1_c1 <= e1;
  wire [3:0] a0 = 4'h7 + e1_c1;
  wire g0 = ~a0[3];
  assign out_site = g0;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire

// ---- tiny_head.v
// Layer 'head': window buffer and one site module for each of 3 columns and each position.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny_head (
  input  wire clk,
  input  wire rst,
  input  wire in_valid,
  input  wire in_first,
  input  wire [23:0] in_data,
  output wire out_valid,
  output wire out_first,
  output wire [5:0] out_data
);
  wire window_out_valid;
  wire window_out_first;
  wire [31:0] window_out_data;
  l1c_window #(.BITS(8), .COLUMNS(3), .LAST(1), .BEFORE(1), .AFTER(0)) window (.clk(clk), .rst(rst), .in_valid(in_valid), .in_first(in_first), .in_data(in_data), .out_valid(window_out_valid), .out_first(window_out_first), .out_data(window_out_data));
  wire [3:0] patch_c0_s0_0 = window_out_data[3:0];
  wire [3:0] patch_c0_s0_1 = window_out_data[11:8];
  wire [7:0] patch_c0_s0 = {patch_c0_s0_1, patch_c0_s0_0};
  wire site_c0_s0_out_site;
  tiny_head_site site_c0_s0 (.clk(clk), .in_patch(patch_c0_s0), .out_site(site_c0_s0_out_site));
  wire [3:0] patch_c0_s1_0 = window_out_data[7:4];
  wire [3:0] patch_c0_s1_1 = window_out_data[15:12];
  wire [7:0] patch_c0_s1 = {patch_c0_s1_1, patch_c0_s1_0};
  wire site_c0_s1_out_site;
  tiny_head_site site_c0_s1 (.clk(clk), .in_patch(patch_c0_s1), .out_site(site_c0_s1_out_site));
  wire [3:0] patch_c1_s0_0 = window_out_data[11:8];
  wire [3:0] patch_c1_s0_1 = window_out_data[19:16];
  wire [7:0] patch_c1_s0 = {patch_c1_s0_1, patch_c1_s0_0};
  wire site_c1_s0_out_site;
  tiny_head_site site_c1_s0 (.clk(clk), .in_patch(patch_c1_s0), .out_site(site_c1_s0_out_site));
  wire [3:0] patch_c1_s1_0 = window_out_data[15:12];
  wire [3:0] patch_c1_s1_1 = window_out_data[23:20];
  wire [7:0] patch_c1_s1 = {patch_c1_s1_1, patch_c1_s1_0};
  wire site_c1_s1_out_site;
  tiny_head_site site_c1_s1 (.clk(clk), .in_patch(patch_c1_s1), .out_site(site_c1_s1_out_site));
  wire [3:0] patch_c2_s0_0 = window_out_data[19:16];
  wire [3:0] patch_c2_s0_1 = window_out_data[27:24];
  wire [7:0] patch_c2_s0 = {patch_c2_s0_1, patch_c2_s0_0};
  wire site_c2_s0_out_site;
  tiny_head_site site_c2_s0 (.clk(clk), .in_patch(patch_c2_s0), .out_site(site_c2_s0_out_site));
  wire [3:0] patch_c2_s1_0 = window_out_data[23:20];
  wire [3:0] patch_c2_s1_1 = window_out_data[31:28];
  wire [7:0] patch_c2_s1 = {patch_c2_s1_1, patch_c2_s1_0};
  wire site_c2_s1_out_site;
  tiny_head_site site_c2_s1 (.clk(clk), .in_patch(patch_c2_s1), .out_site(site_c2_s1_out_site));
  reg window_out_valid_d1;
  always @(posedge clk) window_out_valid_d1 <= rst ? 1'h0 : window_out_valid;
  reg window_out_first_d1;
  always @(posedge clk) window_out_first_d1 <= rst ? 1'h0 : window_out_first;
  wire [5:0] sites = {site_c2_s1_out_site, site_c2_s0_out_site, site_c1_s1_out_site, site_c1_s0_out_site, site_c0_s1_out_site, site_c0_s0_out_site};
  assign out_valid = window_out_valid_d1;
  assign out_first = window_out_first_d1;
  assign out_data = sites;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire

// ---- tiny.v
// Model 'tiny'. An event is 2 beats without a gap, 3 columns a beat;
// in_first marks its first beat, in_valid each of them. Between events in_valid may be low.
// Latency 7 cycles, initiation interval 2 cycles.
// Bits of in_hits: (column in the beat * 2 + row) * 2 + channel bits.
// Bits of out_mask: (column in the beat * 2 + row) * 1 + channel bits.
// Only the lowest 1 columns of an event's last beat belong to the image.
`default_nettype none
/* verilator lint_off UNUSED */
module tiny (
  input  wire clk,
  input  wire rst,
  input  wire in_valid,
  input  wire in_first,
  input  wire [11:0] in_hits,
  output wire out_valid,
  output wire out_first,
  output wire [5:0] out_mask
);
  wire layer1_conv_out_valid;
  wire layer1_conv_out_first;
  wire [23:0] layer1_conv_out_data;
  tiny_conv layer1_conv (.clk(clk), .rst(rst), .in_valid(in_valid), .in_first(in_first), .in_data(in_hits), .out_valid(layer1_conv_out_valid), .out_first(layer1_conv_out_first), .out_data(layer1_conv_out_data));
  wire layer2_head_out_valid;
  wire layer2_head_out_first;
  wire [5:0] layer2_head_out_data;
  tiny_head layer2_head (.clk(clk), .rst(rst), .in_valid(layer1_conv_out_valid), .in_first(layer1_conv_out_first), .in_data(layer1_conv_out_data), .out_valid(layer2_head_out_valid), .out_first(layer2_head_out_first), .out_data(layer2_head_out_data));
  reg layer2_head_out_valid_d1;
  always @(posedge clk) layer2_head_out_valid_d1 <= rst ? 1'h0 : layer2_head_out_valid;
  reg layer2_head_out_first_d1;
  always @(posedge clk) layer2_head_out_first_d1 <= rst ? 1'h0 : layer2_head_out_first;
  reg [5:0] layer2_head_out_data_d1;
  always @(posedge clk) layer2_head_out_data_d1 <= layer2_head_out_data;
  assign out_valid = layer2_head_out_valid_d1;
  assign out_first = layer2_head_out_first_d1;
  assign out_mask = layer2_head_out_data_d1;
endmodule
/* verilator lint_on UNUSED */
`default_nettype wire
