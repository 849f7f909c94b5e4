import type { RasterParameters } from "../../ir/circuit/primitives/raster.js";
import type { CircuitInterpreter, PortValues } from "./interpreter.js";

/** The raster from its specification: all follows from how many clocks ago the image began. */
export class RasterInterpreter implements CircuitInterpreter {
  private readonly raster: RasterParameters;
  /** Clocks since the first pixel; undefined before any. */
  private clock: number | undefined;

  constructor(raster: RasterParameters) {
    this.raster = raster;
  }

  step(inputs: PortValues, reset: boolean): PortValues {
    const outputs = this.outputs();
    if (reset) this.clock = undefined;
    else if (inputs.in_first === 1n) this.clock = 0;
    else if (this.clock !== undefined) this.clock++;
    return outputs;
  }

  private outputs(): PortValues {
    if (this.clock === undefined) return { out_first: 0n, out_valid: 0n, out_row: 0n, out_column: 0n };
    const { rows, columns, rowPeriod, columnPeriod } = this.raster;
    const row = Math.floor(this.clock / rowPeriod);
    const inRow = this.clock % rowPeriod;
    const column = Math.floor(inRow / columnPeriod);
    const over = row >= rows;
    const valid = !over && column < columns && inRow % columnPeriod === 0;
    return {
      out_first: this.clock === 0 ? 1n : 0n,
      out_valid: valid ? 1n : 0n,
      out_row: BigInt(over ? rows - 1 : row),
      out_column: BigInt(over ? columns - 1 : Math.min(column, columns - 1)),
    };
  }
}
