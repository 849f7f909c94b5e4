// Window buffer of a stream of columns, COLUMNS a beat.
//
// Gives for each beat its columns together with BEFORE columns to the left and AFTER to the right. Columns outside the
// event are 0: those of other events, those of idle clocks, and those above LAST in the last beat of an event. An event
// begins with in_first; it ends before the next in_first or the next clock without in_valid.
//
// Latency: 1 + ceil(AFTER / COLUMNS) cycles, and 1 more when LAST < COLUMNS and the window reaches beyond its beat.
`default_nettype none
module l1c_window #(
  parameter BITS = 1,     // bits of a column
  parameter COLUMNS = 1,  // columns in a beat
  parameter LAST = 1,     // columns of the image in the last beat of an event
  parameter BEFORE = 0,   // columns to the left of the beat
  parameter AFTER = 0     // columns to the right of the beat
) (
  input  wire clk,
  input  wire rst,
  input  wire in_valid,
  input  wire in_first,
  input  wire [COLUMNS*BITS-1:0] in_data,
  output wire out_valid,
  output wire out_first,
  output wire [(BEFORE+COLUMNS+AFTER)*BITS-1:0] out_data
);
  localparam PAST = (BEFORE + COLUMNS - 1) / COLUMNS;   // beats to the left
  localparam AHEAD = (AFTER + COLUMNS - 1) / COLUMNS;   // beats to the right
  localparam LOOK = (LAST < COLUMNS && BEFORE + AFTER > 0) ? 1 : 0;  // to see whether a beat is the last
  localparam DEPTH = PAST + 1 + AHEAD + LOOK;
  localparam CENTRE = AHEAD + LOOK;                     // age of the beat whose window comes out
  localparam BEAT = COLUMNS * BITS;

  // Beat of age a, newest first, in data[a*BEAT +: BEAT]. The oldest and newest beats are read in part only.
  /* verilator lint_off UNUSED */
  reg [DEPTH*BEAT-1:0] data;
  reg [DEPTH-1:0] valid;
  reg [DEPTH-1:0] first;
  /* verilator lint_on UNUSED */

  generate
    if (DEPTH == 1) begin : single
      always @(posedge clk) begin
        data <= in_data;
        valid <= in_valid & ~rst;
        first <= in_first & in_valid & ~rst;
      end
    end else begin : shift
      always @(posedge clk) begin
        data <= {data[(DEPTH-1)*BEAT-1:0], in_data};
        valid <= rst ? {DEPTH{1'b0}} : {valid[DEPTH-2:0], in_valid};
        first <= rst ? {DEPTH{1'b0}} : {first[DEPTH-2:0], in_first & in_valid};
      end
    end
  endgenerate

  assign out_valid = valid[CENTRE];
  assign out_first = first[CENTRE];

  // same[PAST + d]: the beat at distance d from the centre belongs to the centre's event.
  wire [PAST+AHEAD:0] same;
  assign same[PAST] = 1'b1;
  genvar d;
  generate
    for (d = 1; d <= PAST; d = d + 1) begin : left
      assign same[PAST-d] = ~|first[CENTRE +: d] & &valid[CENTRE+1 +: d];
    end
    for (d = 1; d <= AHEAD; d = d + 1) begin : right
      assign same[PAST+d] = ~|first[CENTRE-d +: d] & &valid[CENTRE-d +: d];
    end
  endgenerate

  genvar q;
  generate
    for (q = 0; q < BEFORE + COLUMNS + AFTER; q = q + 1) begin : column
      // The column's beat (0 is the oldest one held) and its place in that beat.
      localparam FROM = q - BEFORE + PAST * COLUMNS;
      localparam DISTANCE = FROM / COLUMNS;
      localparam PLACE = FROM % COLUMNS;
      localparam AGE = CENTRE + PAST - DISTANCE;
      wire kept;
      if (LOOK == 1 && PLACE >= LAST) begin : tail
        // The beat after it tells whether it was the last.
        assign kept = same[DISTANCE] & valid[AGE-1] & ~first[AGE-1];
      end else begin : body
        assign kept = same[DISTANCE];
      end
      assign out_data[q*BITS +: BITS] = data[AGE*BEAT + PLACE*BITS +: BITS] & {BITS{kept}};
    end
  endgenerate
endmodule
`default_nettype wire
