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
  localparam TAIL = ROW_PERIOD - COLUMNS * COLUMN_PERIOD;

  reg first;
  reg valid;
  reg running;
  /* verilator lint_off UNUSED */
  wire clear = rst | in_first;  // unused where nothing is counted
  /* verilator lint_on UNUSED */
  wire pixel_end;
  wire row_end;
  wire last_column;
  wire last_row;
  wire next_column = running & pixel_end & ~last_column & ~row_end;
  wire next_row = running & row_end & ~last_row;
  always @(posedge clk) begin
    first <= in_first & ~rst;
    running <= ~rst & (in_first | (running & ~(row_end & last_row)));
    valid <= ~rst & (in_first | next_column | next_row);
  end
  assign out_first = first;
  assign out_valid = valid;

  generate
    if (ROWS > 1) begin : rows
      localparam BITS = $clog2(ROWS);
      localparam [31:0] LAST = ROWS - 1;
      reg [BITS-1:0] row;
      always @(posedge clk)
        if (clear) row <= {BITS{1'b0}};
        else if (next_row) row <= row + 1'b1;
      assign last_row = row == LAST[BITS-1:0];
      assign out_row = row;
    end else begin : one_row
      assign last_row = 1'b1;
      assign out_row = 1'b0;
    end

    if (COLUMNS > 1) begin : columns
      localparam BITS = $clog2(COLUMNS);
      localparam [31:0] LAST = COLUMNS - 1;
      reg [BITS-1:0] column;
      always @(posedge clk)
        if (clear | next_row) column <= {BITS{1'b0}};
        else if (next_column) column <= column + 1'b1;
      assign last_column = column == LAST[BITS-1:0];
      assign out_column = column;
    end else begin : one_column
      assign last_column = 1'b1;
      assign out_column = 1'b0;
    end

    if (COLUMN_PERIOD > 1) begin : pixel
      // Clocks of the pixel's period so far.
      localparam BITS = $clog2(COLUMN_PERIOD);
      localparam [31:0] LAST = COLUMN_PERIOD - 1;
      reg [BITS-1:0] place;
      always @(posedge clk)
        if (clear | row_end | pixel_end) place <= {BITS{1'b0}};
        else place <= place + 1'b1;
      assign pixel_end = place == LAST[BITS-1:0];
    end else begin : every_clock
      assign pixel_end = 1'b1;
    end

    if (TAIL != 0) begin : line
      // Clocks of the row's period so far.
      localparam BITS = $clog2(ROW_PERIOD);
      localparam [31:0] LAST = ROW_PERIOD - 1;
      reg [BITS-1:0] place;
      always @(posedge clk)
        if (clear | row_end) place <= {BITS{1'b0}};
        else place <= place + 1'b1;
      assign row_end = place == LAST[BITS-1:0];
    end else begin : no_tail
      assign row_end = pixel_end & last_column;
    end
  endgenerate
endmodule
`default_nettype wire
