// Tells where the pixels of an image are that comes row by row.
//
// out_first is in_first one clock later: the clock of the first pixel. The pixel of row r and column c is
// r * ROW_PERIOD + c * COLUMN_PERIOD clocks after it; then out_valid is 1, and out_row and out_column are r and c. Between
// pixels, and after the last one, they keep the row and column whose period it is or was last; after rst they are 0.
// in_first starts anew at any time, also in the clock in which the period of the last row ends.
`default_nettype none
module l1c_raster #(
  parameter ROWS = 1,
  parameter COLUMNS = 1,
  parameter ROW_PERIOD = 1,    // clocks from a row to the next, more than (COLUMNS - 1) * COLUMN_PERIOD
  parameter COLUMN_PERIOD = 1  // clocks from a pixel to the next of its row
) (
  input  wire clk,
  input  wire rst,
  input  wire in_first,
  output wire out_first,
  output wire out_valid,
  output wire [(ROWS > 1 ? $clog2(ROWS) : 1)-1:0] out_row,
  output wire [(COLUMNS > 1 ? $clog2(COLUMNS) : 1)-1:0] out_column
);
  // Clocks of a row after its last pixel's period, or before that period's end.
  localparam ROW_BITS = ROWS > 1 ? $clog2(ROWS) : 1;
  localparam COLUMN_BITS = COLUMNS > 1 ? $clog2(COLUMNS) : 1;
  localparam PIXEL_BITS = COLUMN_PERIOD > 1 ? $clog2(COLUMN_PERIOD) : 1;
  localparam LINE_BITS = ROW_PERIOD > 1 ? $clog2(ROW_PERIOD) : 1;
  localparam [31:0] LAST_ROW = ROWS - 1;
  localparam [31:0] LAST_COLUMN = COLUMNS - 1;
  localparam [31:0] PIXEL_END = COLUMN_PERIOD - 1;
  localparam [31:0] LINE_END = ROW_PERIOD - 1;

  reg first;
  reg valid;
  reg running;
  reg [ROW_BITS-1:0] row;
  reg [COLUMN_BITS-1:0] column;
  reg [PIXEL_BITS-1:0] in_pixel;  // clocks of the pixel's period so far
  reg [LINE_BITS-1:0] in_line;    // clocks of the row's period so far

  wire last_row = ROWS == 1 || row == LAST_ROW[ROW_BITS-1:0];
  wire last_column = COLUMNS == 1 || column == LAST_COLUMN[COLUMN_BITS-1:0];
  wire pixel_end = COLUMN_PERIOD == 1 || in_pixel == PIXEL_END[PIXEL_BITS-1:0];
  // Where rows end with the period of their last pixel, their clocks need no count.
  wire row_end = ROW_PERIOD == COLUMNS * COLUMN_PERIOD ? pixel_end & last_column : in_line == LINE_END[LINE_BITS-1:0];
  wire next_row = running & row_end & ~last_row;
  wire next_column = running & pixel_end & ~last_column;
  wire clear = rst | in_first;

  always @(posedge clk) begin
    first <= in_first & ~rst;
    valid <= (in_first | next_row | next_column) & ~rst;
    running <= (in_first | (running & ~(row_end & last_row))) & ~rst;
    row <= clear ? {ROW_BITS{1'b0}} : next_row ? row + 1'b1 : row;
    column <= clear | next_row ? {COLUMN_BITS{1'b0}} : next_column ? column + 1'b1 : column;
    in_pixel <= clear | row_end | pixel_end ? {PIXEL_BITS{1'b0}} : in_pixel + 1'b1;
    in_line <= clear | row_end ? {LINE_BITS{1'b0}} : in_line + 1'b1;
  end

  assign out_first = first;
  assign out_valid = valid;
  assign out_row = row;
  assign out_column = column;
endmodule
`default_nettype wire
