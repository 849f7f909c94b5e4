// A table of items that is written row by row and read at indices.
//
// in_push writes the next row of LANES items from in_data; after ROWS = ceil(ITEMS / LANES) of them the table is
// complete and the next one begins, in the next bank. in_pop reads, for each port, the item of its index from the oldest
// table; it is in out_data two clocks later, at other clocks out_data means nothing. An index that is no item gives 0. After
// READS pops the next table is read. The first pop of a table comes after the clock of its last push, the first push into
// a bank after the clock of the last pop from it. rst forgets all tables.
`default_nettype none
module l1c_gather #(
  parameter BITS = 1,        // bits of an item
  parameter ITEMS = 1,
  parameter LANES = 1,       // items of a row: a power of two, or ITEMS
  parameter PORTS = 1,       // items read in a clock
  parameter INDEX_BITS = 1,
  parameter READS = 1,       // clocks in which a table is read
  parameter BANKS = 1        // tables held at once: a power of two
) (
  input  wire clk,
  input  wire rst,
  input  wire in_push,
  input  wire [LANES*BITS-1:0] in_data,
  input  wire in_pop,
  input  wire [PORTS*INDEX_BITS-1:0] in_index,
  output wire [PORTS*BITS-1:0] out_data
);
  // Numbers are extended by a bit or more than is read, so that no width is 0.
  /* verilator lint_off UNUSED */
  localparam ROWS = (ITEMS + LANES - 1) / LANES;
  localparam ROW_BITS = ROWS > 1 ? $clog2(ROWS) : 1;
  localparam BANK_BITS = BANKS > 1 ? $clog2(BANKS) : 1;
  localparam READ_BITS = READS > 1 ? $clog2(READS) : 1;
  localparam ITEM_BITS = ITEMS > 1 ? $clog2(ITEMS) : 1;
  localparam [31:0] LAST_ROW = ROWS - 1;
  localparam [31:0] LAST_READ = READS - 1;
  localparam [31:0] ALL = ITEMS;

  // Names are not those of anything in the module above, or Verilator warns; hence l1c_.
  reg [BANK_BITS-1:0] l1c_push_bank;
  reg [BANK_BITS-1:0] l1c_pop_bank;
  reg [ROW_BITS-1:0] l1c_row;
  reg [READ_BITS-1:0] l1c_read;
  wire l1c_push_end = ROWS == 1 || l1c_row == LAST_ROW[ROW_BITS-1:0];
  wire l1c_pop_end = READS == 1 || l1c_read == LAST_READ[READ_BITS-1:0];
  always @(posedge clk) begin
    if (rst) l1c_row <= {ROW_BITS{1'b0}};
    else if (in_push) l1c_row <= l1c_push_end ? {ROW_BITS{1'b0}} : l1c_row + 1'b1;
    if (rst) l1c_read <= {READ_BITS{1'b0}};
    else if (in_pop) l1c_read <= l1c_pop_end ? {READ_BITS{1'b0}} : l1c_read + 1'b1;
    if (rst || BANKS == 1) l1c_push_bank <= {BANK_BITS{1'b0}};
    else if (in_push && l1c_push_end) l1c_push_bank <= l1c_push_bank + 1'b1;
    if (rst || BANKS == 1) l1c_pop_bank <= {BANK_BITS{1'b0}};
    else if (in_pop && l1c_pop_end) l1c_pop_bank <= l1c_pop_bank + 1'b1;
  end

  // Each port's index on ITEM_BITS bits, and whether it is that of an item.
  wire [PORTS*ITEM_BITS-1:0] l1c_items;
  wire [PORTS-1:0] l1c_known;
  genvar p;
  generate
    for (p = 0; p < PORTS; p = p + 1) begin : index
      wire [INDEX_BITS+ITEM_BITS-1:0] l1c_index = {{ITEM_BITS{1'b0}}, in_index[p*INDEX_BITS +: INDEX_BITS]};
      assign l1c_items[p*ITEM_BITS +: ITEM_BITS] = l1c_index[ITEM_BITS-1:0];
      if (INDEX_BITS < ITEM_BITS) begin : always_known
        assign l1c_known[p] = 1'b1;
      end else if ((1 << ITEM_BITS) == ITEMS) begin : power
        assign l1c_known[p] = ~|l1c_index[INDEX_BITS+ITEM_BITS-1:ITEM_BITS];
      end else begin : other
        assign l1c_known[p] = l1c_index < ALL[INDEX_BITS+ITEM_BITS-1:0];
      end
    end
  endgenerate

  genvar l, b;
  generate
    if (ROWS == 1) begin : registers
      // One row: registers, or for several banks a shallow memory, which all ports share. Each port chooses among four items
      // in the first clock and among those fours in the second.
      localparam FOURS = (ITEMS + 3) / 4;
      localparam HIGH_BITS = ITEM_BITS > 2 ? ITEM_BITS - 2 : 1;
      wire [ITEMS*BITS-1:0] l1c_held;
      if (BANKS == 1) begin : one
        reg [ITEMS*BITS-1:0] l1c_table;
        always @(posedge clk) if (in_push) l1c_table <= in_data;
        assign l1c_held = l1c_table;
      end else begin : several
        (* ram_style = "distributed" *) reg [ITEMS*BITS-1:0] l1c_table [0:BANKS-1];
        always @(posedge clk) if (in_push) l1c_table[l1c_push_bank] <= in_data;
        assign l1c_held = l1c_table[l1c_pop_bank];
      end
      // Bit b of all items, item 0 lowest, zeros up to a multiple of four.
      wire [BITS*FOURS*4-1:0] l1c_bits;
      for (b = 0; b < BITS; b = b + 1) begin : bits
        for (l = 0; l < FOURS * 4; l = l + 1) begin : item
          if (l < ITEMS) begin : held
            assign l1c_bits[b*FOURS*4+l] = l1c_held[l*BITS+b];
          end else begin : none
            assign l1c_bits[b*FOURS*4+l] = 1'b0;
          end
        end
      end
      for (p = 0; p < PORTS; p = p + 1) begin : port
        wire [ITEM_BITS+1:0] l1c_item = {2'b00, l1c_items[p*ITEM_BITS +: ITEM_BITS]};
        reg [HIGH_BITS-1:0] l1c_four;
        reg l1c_found;
        always @(posedge clk) begin
          l1c_four <= l1c_item[HIGH_BITS+1:2];
          l1c_found <= l1c_known[p];
        end
        for (b = 0; b < BITS; b = b + 1) begin : bits
          reg [FOURS-1:0] l1c_chosen;
          for (l = 0; l < FOURS; l = l + 1) begin : four
            wire [3:0] l1c_options = l1c_bits[b*FOURS*4+l*4 +: 4];
            always @(posedge clk) l1c_chosen[l] <= l1c_options[l1c_item[1:0]];
          end
          reg l1c_out;
          if (FOURS == 1) begin : alone
            always @(posedge clk) l1c_out <= l1c_chosen[0] & l1c_found;
          end else begin : among
            always @(posedge clk) l1c_out <= l1c_found ? l1c_chosen[l1c_four] : 1'b0;
          end
          assign out_data[p*BITS+b] = l1c_out;
        end
      end
    end else begin : memories
      // A copy of all banks for each port, in which each lane has a memory of its own: an index is a row and a lane.
      localparam LANE_BITS = LANES > 1 ? $clog2(LANES) : 0;
      localparam AT_BITS = (BANKS > 1 ? BANK_BITS : 0) + ROW_BITS;
      wire [BANK_BITS+ROW_BITS-1:0] l1c_push_at = {l1c_push_bank, l1c_row};
      for (p = 0; p < PORTS; p = p + 1) begin : port
        wire [ITEM_BITS-1:0] l1c_item = l1c_items[p*ITEM_BITS +: ITEM_BITS];
        wire [BANK_BITS+ROW_BITS-1:0] l1c_pop_at = {l1c_pop_bank, l1c_item[ITEM_BITS-1:LANE_BITS]};
        wire [LANES*BITS-1:0] l1c_words;
        reg l1c_found;
        always @(posedge clk) l1c_found <= l1c_known[p];
        for (l = 0; l < LANES; l = l + 1) begin : lane
          reg [BITS-1:0] l1c_word;
          assign l1c_words[l*BITS +: BITS] = l1c_word;
          // The resource estimate (src/estimate/gather.ts) counts on this choice.
          if ((1 << AT_BITS) <= 64) begin : luts
            (* ram_style = "distributed" *) reg [BITS-1:0] l1c_memory [0:(1<<AT_BITS)-1];
            always @(posedge clk) begin
              if (in_push) l1c_memory[l1c_push_at[AT_BITS-1:0]] <= in_data[l*BITS +: BITS];
              l1c_word <= l1c_memory[l1c_pop_at[AT_BITS-1:0]];
            end
          end else begin : blocks
            (* ram_style = "block" *) reg [BITS-1:0] l1c_memory [0:(1<<AT_BITS)-1];
            always @(posedge clk) begin
              if (in_push) l1c_memory[l1c_push_at[AT_BITS-1:0]] <= in_data[l*BITS +: BITS];
              if (in_pop) l1c_word <= l1c_memory[l1c_pop_at[AT_BITS-1:0]];
            end
          end
        end
        if (LANES == 1) begin : single
          reg [BITS-1:0] l1c_out;
          always @(posedge clk) l1c_out <= l1c_found ? l1c_words : {BITS{1'b0}};
          assign out_data[p*BITS +: BITS] = l1c_out;
        end else begin : among
          reg [LANE_BITS-1:0] l1c_lane;
          always @(posedge clk) l1c_lane <= l1c_item[LANE_BITS-1:0];
          for (b = 0; b < BITS; b = b + 1) begin : bits
            wire [LANES-1:0] l1c_options;
            for (l = 0; l < LANES; l = l + 1) begin : option
              assign l1c_options[l] = l1c_words[l*BITS+b];
            end
            reg l1c_out;
            always @(posedge clk) l1c_out <= l1c_found ? l1c_options[l1c_lane] : 1'b0;
            assign out_data[p*BITS+b] = l1c_out;
          end
        end
      end
    end
  endgenerate
  /* verilator lint_on UNUSED */
endmodule
`default_nettype wire
