// Adds numbers up, or takes their maximum, by the indices that come with them.
//
// in_push brings LANES numbers, each for the item of its index in the current event, whatever the indices are; an index that
// is no item goes nowhere. After BEATS pushes the next event begins, in the next bank. in_pop gives the next row of
// OUT_LANES items of the oldest event and clears it, 1 + ceil(log2 LANES) clocks later in out_data; at other clocks
// out_data means nothing. After ROWS = ceil(ITEMS / OUT_LANES) pops the next event is given out. Items beyond ITEMS in the
// last row are 0, as are items to which nothing came.
//
// The first pop of an event comes at least two clocks after its last push, the first push into a bank at the earliest in the
// clock of the last pop from it. All of an item's numbers together must fit OUT_BITS, those of one lane SUM_BITS.
//
// While rst is high, memories are cleared, a row a clock: of several rows, rst must be high for 1 + 2^ceil(log2 ROWS) clocks.
`default_nettype none
module l1c_scatter #(
  parameter BITS = 1,        // bits of a number
  parameter SIGNED = 0,      // 1: numbers are in two's complement
  parameter SUM_BITS = 1,    // bits of the sum of an item's numbers in one lane
  parameter OUT_BITS = 1,    // bits of a result
  parameter MAXIMUM = 0,     // 0: the sum, 1: the maximum
  parameter LANES = 1,       // numbers in a clock
  parameter BEATS = 1,       // clocks of an event in which numbers come
  parameter ITEMS = 1,
  parameter OUT_LANES = 1,   // results in a clock: a power of two, or ITEMS
  parameter INDEX_BITS = 1,
  parameter BANKS = 1        // events held at once: 1 or 2
) (
  input  wire clk,
  input  wire rst,
  input  wire in_push,
  input  wire [LANES*INDEX_BITS-1:0] in_index,
  input  wire [LANES*BITS-1:0] in_data,
  input  wire in_pop,
  output wire [OUT_LANES*OUT_BITS-1:0] out_data
);
  // Numbers are extended by a bit or more than is read, so that no width is 0.
  /* verilator lint_off UNUSED */
  localparam ROWS = (ITEMS + OUT_LANES - 1) / OUT_LANES;
  localparam ROW_BITS = ROWS > 1 ? $clog2(ROWS) : 1;
  localparam BEAT_BITS = BEATS > 1 ? $clog2(BEATS) : 1;
  localparam ITEM_BITS = ITEMS > 1 ? $clog2(ITEMS) : 1;
  localparam LEVELS = $clog2(LANES);
  localparam [31:0] LAST_ROW = ROWS - 1;
  localparam [31:0] LAST_BEAT = BEATS - 1;
  localparam [31:0] ALL = ITEMS;
  // A maximum of signed numbers goes with a bit above that tells that there is one; all is 0 where there is none.
  localparam NUMBER = MAXIMUM == 1 ? BITS + SIGNED : BITS;
  localparam SUM = MAXIMUM == 1 ? NUMBER : SUM_BITS;
  // What the first level of the tree adds: of a single row numbers, of more the lanes' sums.
  localparam FIRST = ROWS == 1 ? NUMBER : SUM;
  localparam TOTAL = MAXIMUM == 1 ? NUMBER : OUT_BITS;
  // Inverting these bits puts numbers into the order of unsigned ones.
  localparam [NUMBER:0] SIGN = SIGNED == 1 ? {{NUMBER{1'b0}}, 1'b1} << (BITS - 1) : {(NUMBER+1){1'b0}};

  // Names are not those of anything in the module above, or Verilator warns; hence l1c_.
  reg l1c_push_bank;
  reg l1c_pop_bank;
  reg [BEAT_BITS-1:0] l1c_beat;
  wire l1c_beat_end = BEATS == 1 || l1c_beat == LAST_BEAT[BEAT_BITS-1:0];

  // Each lane's number and index, and whether that is an item's.
  wire [LANES*NUMBER-1:0] l1c_numbers;
  wire [LANES*ITEM_BITS-1:0] l1c_items;
  wire [LANES-1:0] l1c_known;
  genvar l, s, k, j, n;
  generate
    for (l = 0; l < LANES; l = l + 1) begin : lane
      wire [INDEX_BITS+ITEM_BITS-1:0] l1c_index = {{ITEM_BITS{1'b0}}, in_index[l*INDEX_BITS +: INDEX_BITS]};
      assign l1c_items[l*ITEM_BITS +: ITEM_BITS] = l1c_index[ITEM_BITS-1:0];
      if (INDEX_BITS < ITEM_BITS) begin : always_known
        assign l1c_known[l] = 1'b1;
      end else if ((1 << ITEM_BITS) == ITEMS) begin : power
        assign l1c_known[l] = ~|l1c_index[INDEX_BITS+ITEM_BITS-1:ITEM_BITS];
      end else begin : other
        assign l1c_known[l] = l1c_index < ALL[INDEX_BITS+ITEM_BITS-1:0];
      end
      if (NUMBER > BITS) begin : marked
        assign l1c_numbers[l*NUMBER +: NUMBER] = {1'b1, in_data[l*BITS +: BITS]};
      end else begin : plain
        assign l1c_numbers[l*NUMBER +: NUMBER] = in_data[l*BITS +: BITS];
      end
    end
  endgenerate

  // The tree over all lanes: node (s, n) of a level is number n of result lane s. Level 0 are the lanes themselves.
  wire [OUT_LANES*LANES*FIRST-1:0] l1c_leaves;
  generate
    for (j = 0; j <= LEVELS; j = j + 1) begin : level
      localparam NODES = (LANES + (1 << j) - 1) >> j;
      localparam WIDTH = MAXIMUM == 1 ? NUMBER : FIRST + j < OUT_BITS ? FIRST + j : OUT_BITS;
      wire [OUT_LANES*NODES*WIDTH-1:0] l1c_nodes;
      if (j == 0) begin : start
        assign l1c_nodes = l1c_leaves;
      end else begin : pairs
        localparam BEFORE = (LANES + (1 << (j - 1)) - 1) >> (j - 1);
        localparam NARROW = MAXIMUM == 1 ? NUMBER : FIRST + j - 1 < OUT_BITS ? FIRST + j - 1 : OUT_BITS;
        for (s = 0; s < OUT_LANES; s = s + 1) begin : result
          for (n = 0; n < NODES; n = n + 1) begin : node
            reg [WIDTH-1:0] l1c_node;
            assign l1c_nodes[(s*NODES+n)*WIDTH +: WIDTH] = l1c_node;
            wire [NARROW-1:0] l1c_a = level[j-1].l1c_nodes[(s*BEFORE+2*n)*NARROW +: NARROW];
            wire [NARROW:0] l1c_wide_a = {SIGNED == 1 && l1c_a[NARROW-1], l1c_a};
            if (2 * n + 1 == BEFORE) begin : odd
              wire [NARROW:0] l1c_kept = l1c_wide_a;
              always @(posedge clk) l1c_node <= l1c_kept[WIDTH-1:0];
            end else begin : both
              wire [NARROW-1:0] l1c_b = level[j-1].l1c_nodes[(s*BEFORE+2*n+1)*NARROW +: NARROW];
              wire [NARROW:0] l1c_wide_b = {SIGNED == 1 && l1c_b[NARROW-1], l1c_b};
              if (MAXIMUM == 1) begin : larger
                always @(posedge clk)
                  l1c_node <= (l1c_a ^ SIGN[NUMBER-1:0]) > (l1c_b ^ SIGN[NUMBER-1:0]) ? l1c_a : l1c_b;
              end else begin : plus
                wire [NARROW:0] l1c_sum = l1c_wide_a + l1c_wide_b;
                always @(posedge clk) l1c_node <= l1c_sum[WIDTH-1:0];
              end
            end
          end
        end
      end
    end
  endgenerate
  localparam TOP = MAXIMUM == 1 ? NUMBER : FIRST + LEVELS < OUT_BITS ? FIRST + LEVELS : OUT_BITS;
  wire [OUT_LANES*TOP-1:0] l1c_totals = level[LEVELS].l1c_nodes;
  wire [OUT_LANES*TOTAL-1:0] l1c_results;

  generate
    if (ROWS == 1) begin : registers
      // All items at once: the tree is in front of the accumulators, of which every item has one for each bank.
      reg [LEVELS:0] l1c_pushing;
      reg [LEVELS:0] l1c_popping;
      wire [LEVELS+1:0] l1c_pushes = {l1c_pushing, in_push};
      wire [LEVELS+1:0] l1c_pops = {l1c_popping, in_pop};
      wire l1c_push = l1c_pushing[LEVELS];
      wire l1c_pop = l1c_pops[LEVELS];
      wire l1c_first = BEATS == 1 || l1c_beat == {BEAT_BITS{1'b0}};
      always @(posedge clk) begin
        l1c_pushing <= rst ? {(LEVELS+1){1'b0}} : l1c_pushes[LEVELS:0];
        l1c_popping <= rst ? {(LEVELS+1){1'b0}} : l1c_pops[LEVELS:0];
        if (rst) l1c_beat <= {BEAT_BITS{1'b0}};
        else if (l1c_push) l1c_beat <= l1c_beat_end ? {BEAT_BITS{1'b0}} : l1c_beat + 1'b1;
        if (rst || BANKS == 1) l1c_push_bank <= 1'b0;
        else if (l1c_push && l1c_beat_end) l1c_push_bank <= ~l1c_push_bank;
        if (rst || BANKS == 1) l1c_pop_bank <= 1'b0;
        else if (l1c_pop) l1c_pop_bank <= ~l1c_pop_bank;
      end
      for (l = 0; l < LANES; l = l + 1) begin : come
        wire [ITEM_BITS-1:0] l1c_item = l1c_items[l*ITEM_BITS +: ITEM_BITS];
        reg [NUMBER-1:0] l1c_number;
        always @(posedge clk) l1c_number <= l1c_numbers[l*NUMBER +: NUMBER];
        for (s = 0; s < ITEMS; s = s + 1) begin : item
          localparam [31:0] ITEM = s;
          reg l1c_mine;
          always @(posedge clk) l1c_mine <= l1c_known[l] & l1c_item == ITEM[ITEM_BITS-1:0];
          assign l1c_leaves[(s*LANES+l)*FIRST +: FIRST] = l1c_number & {NUMBER{l1c_mine}};
        end
      end
      for (s = 0; s < ITEMS; s = s + 1) begin : item
        wire [TOP-1:0] l1c_total = l1c_totals[s*TOP +: TOP];
        wire [TOTAL:0] l1c_sum = {{(TOTAL+1-TOP){SIGNED == 1 && l1c_total[TOP-1]}}, l1c_total};
        wire [BANKS*TOTAL-1:0] l1c_held;
        wire [TOTAL-1:0] l1c_old = BANKS == 1 || !l1c_push_bank ? l1c_held[0 +: TOTAL] : l1c_held[(BANKS-1)*TOTAL +: TOTAL];
        wire [TOTAL-1:0] l1c_kept = l1c_first ? {TOTAL{1'b0}} : l1c_old;
        wire [TOTAL-1:0] l1c_new;
        reg [TOTAL-1:0] l1c_out;
        if (MAXIMUM == 1) begin : larger
          assign l1c_new = (l1c_total ^ SIGN[NUMBER-1:0]) > (l1c_kept ^ SIGN[NUMBER-1:0]) ? l1c_total : l1c_kept;
        end else begin : plus
          assign l1c_new = l1c_sum[TOTAL-1:0] + l1c_kept;
        end
        for (k = 0; k < BANKS; k = k + 1) begin : bank
          reg [TOTAL-1:0] l1c_accumulator;
          assign l1c_held[k*TOTAL +: TOTAL] = l1c_accumulator;
          always @(posedge clk) if (l1c_push && (BANKS == 1 || l1c_push_bank == (k == 1))) l1c_accumulator <= l1c_new;
        end
        always @(posedge clk) l1c_out <= BANKS == 1 || !l1c_pop_bank ? l1c_held[0 +: TOTAL] : l1c_held[(BANKS-1)*TOTAL +: TOTAL];
        assign l1c_results[s*TOTAL +: TOTAL] = l1c_out;
      end
    end else begin : memories
      // Each lane has a memory for each bank and result lane. A push goes into the bank of its event and a pop reads and
      // clears the other one, or of one bank the same at another time: a memory needs one address only.
      localparam LANE_BITS = OUT_LANES > 1 ? $clog2(OUT_LANES) : 0;
      localparam EACH = OUT_LANES > 1 ? 2 : 1;
      localparam PAIRS = OUT_LANES / EACH;
      // The row that is given out, or cleared during rst. The start value is for simulators that know x: on an FPGA any
      // will do, the counter takes all values while rst is high.
      reg [ROW_BITS-1:0] l1c_row;
      reg l1c_resetting;
      initial l1c_row = {ROW_BITS{1'b0}};
      wire l1c_row_end = l1c_row == LAST_ROW[ROW_BITS-1:0];
      always @(posedge clk) begin
        l1c_resetting <= rst;
        if (rst) l1c_row <= l1c_row + 1'b1;
        else if (l1c_resetting) l1c_row <= {ROW_BITS{1'b0}};
        else if (in_pop) l1c_row <= l1c_row_end ? {ROW_BITS{1'b0}} : l1c_row + 1'b1;
        if (rst) l1c_beat <= {BEAT_BITS{1'b0}};
        else if (in_push) l1c_beat <= l1c_beat_end ? {BEAT_BITS{1'b0}} : l1c_beat + 1'b1;
        if (rst || BANKS == 1) l1c_push_bank <= 1'b0;
        else if (in_push && l1c_beat_end) l1c_push_bank <= ~l1c_push_bank;
        if (rst || BANKS == 1) l1c_pop_bank <= 1'b0;
        else if (in_pop && l1c_row_end) l1c_pop_bank <= ~l1c_pop_bank;
      end
      for (l = 0; l < LANES; l = l + 1) begin : come
        wire [ITEM_BITS-1:0] l1c_item = l1c_items[l*ITEM_BITS +: ITEM_BITS];
        reg [ROW_BITS-1:0] l1c_item_row;
        reg l1c_odd;
        always @(posedge clk) begin
          l1c_item_row <= l1c_item[ITEM_BITS-1:LANE_BITS];
          l1c_odd <= EACH == 2 && l1c_item[0];
        end
        wire [BANKS*OUT_LANES*SUM-1:0] l1c_held;
        for (k = 0; k < BANKS; k = k + 1) begin : bank
          wire l1c_push = in_push && (BANKS == 1 || l1c_push_bank == (k == 1));
          wire l1c_drain = rst || (in_pop && (BANKS == 1 || l1c_pop_bank == (k == 1)));
          wire [ROW_BITS-1:0] l1c_at = l1c_drain ? l1c_row : l1c_item_row;
          // 0 while nothing comes into this bank, so also while it is given out.
          reg [NUMBER-1:0] l1c_number;
          always @(posedge clk) l1c_number <= l1c_push && !rst ? l1c_numbers[l*NUMBER +: NUMBER] : {NUMBER{1'b0}};
          wire [SUM:0] l1c_wide = {{(SUM+1-NUMBER){SIGNED == 1 && l1c_number[NUMBER-1]}}, l1c_number};
          // Two result lanes have one adder between them: a LUT takes in both, and which.
          for (n = 0; n < PAIRS; n = n + 1) begin : pair
            wire [EACH*SUM-1:0] l1c_old = l1c_held[(k*OUT_LANES+n*EACH)*SUM +: EACH*SUM];
            wire [SUM-1:0] l1c_chosen = l1c_odd ? l1c_old[(EACH-1)*SUM +: SUM] : l1c_old[0 +: SUM];
            wire [SUM-1:0] l1c_new;
            wire l1c_write;
            if (MAXIMUM == 1) begin : larger
              assign l1c_new = l1c_number;
              assign l1c_write = (l1c_number ^ SIGN[NUMBER-1:0]) > (l1c_chosen ^ SIGN[NUMBER-1:0]);
            end else begin : plus
              assign l1c_new = l1c_wide[SUM-1:0] + (l1c_drain ? {SUM{1'b0}} : l1c_chosen);
              assign l1c_write = 1'b1;
            end
            for (s = 0; s < EACH; s = s + 1) begin : result
              localparam [31:0] RESULT = n * EACH + s;
              reg l1c_mine;
              if (OUT_LANES == 1) begin : only
                always @(posedge clk) l1c_mine <= l1c_push && l1c_known[l];
              end else begin : one_of
                always @(posedge clk)
                  l1c_mine <= l1c_push && l1c_known[l] && l1c_item[LANE_BITS-1:0] == RESULT[LANE_BITS-1:0];
              end
              (* ram_style = "distributed" *) reg [SUM-1:0] l1c_memory [0:(1<<ROW_BITS)-1];
              assign l1c_held[(k*OUT_LANES+n*EACH+s)*SUM +: SUM] = l1c_memory[l1c_at];
              always @(posedge clk) if (l1c_drain || (l1c_mine && l1c_write)) l1c_memory[l1c_at] <= l1c_new;
            end
          end
        end
        for (s = 0; s < OUT_LANES; s = s + 1) begin : given
          reg [SUM-1:0] l1c_read;
          always @(posedge clk)
            l1c_read <= BANKS == 1 || !l1c_pop_bank ? l1c_held[s*SUM +: SUM] : l1c_held[((BANKS-1)*OUT_LANES+s)*SUM +: SUM];
          assign l1c_leaves[(s*LANES+l)*FIRST +: FIRST] = l1c_read;
        end
      end
      for (s = 0; s < OUT_LANES; s = s + 1) begin : wide
        wire [TOTAL:0] l1c_wide = {{(TOTAL+1-TOP){SIGNED == 1 && l1c_totals[s*TOP+TOP-1]}}, l1c_totals[s*TOP +: TOP]};
        assign l1c_results[s*TOTAL +: TOTAL] = l1c_wide[TOTAL-1:0];
      end
    end
    // Without the bit that tells whether there is a maximum.
    for (s = 0; s < OUT_LANES; s = s + 1) begin : out
      wire [NUMBER+OUT_BITS:0] l1c_result;
      if (MAXIMUM == 1) begin : number
        assign l1c_result = {{(OUT_BITS+1+NUMBER-BITS){SIGNED == 1 && l1c_results[s*TOTAL+BITS-1]}}, l1c_results[s*TOTAL +: BITS]};
      end else begin : sum
        assign l1c_result = {{(NUMBER+1){1'b0}}, l1c_results[s*TOTAL +: TOTAL]};
      end
      assign out_data[s*OUT_BITS +: OUT_BITS] = l1c_result[OUT_BITS-1:0];
    end
  endgenerate
  /* verilator lint_on UNUSED */
endmodule
`default_nettype wire
