// Memory that delays words: in_push takes in_data, in_pop gives the oldest word.
//
// The word is in out_data two clocks after in_pop: the memory's read register and an output register, as a block RAM has
// them. At other clocks out_data means nothing. A pop must find a word that was pushed in an earlier clock, and a push at
// most DEPTH - 1 words: then no word is written and read in one clock at one address. rst forgets all words.
`default_nettype none
module l1c_line #(
  parameter BITS = 1,   // bits of a word
  parameter DEPTH = 1   // words of the memory
) (
  input  wire clk,
  input  wire rst,
  input  wire [BITS-1:0] in_data,
  input  wire in_push,
  input  wire in_pop,
  output wire [BITS-1:0] out_data
);
  localparam AW = DEPTH > 1 ? $clog2(DEPTH) : 1;
  localparam [31:0] LAST = DEPTH - 1;

  reg [AW-1:0] push_at;
  reg [AW-1:0] pop_at;
  always @(posedge clk) begin
    if (rst) push_at <= {AW{1'b0}};
    else if (in_push) push_at <= push_at == LAST[AW-1:0] ? {AW{1'b0}} : push_at + 1'b1;
    if (rst) pop_at <= {AW{1'b0}};
    else if (in_pop) pop_at <= pop_at == LAST[AW-1:0] ? {AW{1'b0}} : pop_at + 1'b1;
  end

  reg [BITS-1:0] popped;
  reg [BITS-1:0] out;
  always @(posedge clk) out <= popped;
  assign out_data = out;

  // The resource estimate (src/estimate/primitives.ts) counts on this choice. A name inside a block must not be that of
  // anything in the module above, or Verilator warns; hence l1c_memory.
  generate
    if (DEPTH <= 64) begin : luts
      (* ram_style = "distributed" *) reg [BITS-1:0] l1c_memory [0:DEPTH-1];
      always @(posedge clk) begin
        if (in_push) l1c_memory[push_at] <= in_data;
        if (in_pop) popped <= l1c_memory[pop_at];
      end
    end else begin : blocks
      (* ram_style = "block" *) reg [BITS-1:0] l1c_memory [0:DEPTH-1];
      always @(posedge clk) begin
        if (in_push) l1c_memory[push_at] <= in_data;
        if (in_pop) popped <= l1c_memory[pop_at];
      end
    end
  endgenerate
endmodule
`default_nettype wire
