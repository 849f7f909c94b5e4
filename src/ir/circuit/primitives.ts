/**
 * The primitives of the Circuit language: hand-written Verilog (templates/verilog/) that modules place as instances.
 * Each has ports clk and rst, and outputs that come out of registers, all in one cycle. What a kind of primitive needs in
 * a phase of the compiler is one entry in a {@link PrimitiveTable}.
 */
export interface PrimitiveParameters {
  readonly window: WindowParameters;
  readonly line: LineParameters;
  readonly raster: RasterParameters;
  readonly flag: FlagParameters;
}

/**
 * The window buffer of a stream (templates/verilog/l1c_window.v): gives, for each beat of `columns` columns, those
 * columns together with `before` columns to the left and `after` to the right; columns outside the event are 0.
 */
export interface WindowParameters {
  /** Bits of one column. */
  readonly bits: number;
  /** Columns in a beat. */
  readonly columns: number;
  /** Columns of the image in the last beat of an event; the others of that beat are outside. */
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

/**
 * A memory that delays words (templates/verilog/l1c_line.v): in_push takes in_data, in_pop gives the oldest word, which
 * is in out_data two clocks later. At other clocks out_data means nothing. The word in out_data belongs to the beat whose
 * clock it is in, so how long words wait follows from the cycles of in_push and in_pop.
 *
 * A pop must find a word that was pushed in an earlier clock, and a push at most `depth` − 1 words: then no word is
 * written and read in one clock at one address. `rst` forgets all words.
 */
export interface LineParameters {
  /** Bits of a word. */
  readonly bits: number;
  /** Words of the memory. */
  readonly depth: number;
}

/**
 * Tells where the pixels of an image are that comes row by row (templates/verilog/l1c_raster.v): out_valid is 1, and
 * out_row and out_column are those of the pixel, in the clocks r · rowPeriod + c · columnPeriod after the first one,
 * which is one clock after in_first and has out_first. Between pixels, and after the last one, out_row and out_column
 * keep the row and column whose period it is or was last; after `rst` they are 0. in_first starts anew at any time.
 */
export interface RasterParameters {
  readonly rows: number;
  readonly columns: number;
  /** Clocks from a row to the next, more than (columns − 1) · columnPeriod. */
  readonly rowPeriod: number;
  /** Clocks from a pixel to the next of its row. */
  readonly columnPeriod: number;
}

/**
 * Delays a flag of one clock by counting (templates/verilog/l1c_flag.v). Flags come at least `cycles` clocks apart: one
 * that comes sooner takes the place of the one before.
 */
export interface FlagParameters {
  /** At least 2. */
  readonly cycles: number;
}

export type PrimitiveName = keyof PrimitiveParameters;

/** One kind of primitive with its parameters: `{ window: … }`, `{ line: … }`. */
export type PrimitiveOf = {
  readonly [Name in PrimitiveName]: { readonly [Key in Name]: PrimitiveParameters[Name] };
}[PrimitiveName];

/** Something that each kind of primitive has, as a function of its parameters. A missing entry is a type error. */
export type PrimitiveTable<T> = {
  readonly [Name in PrimitiveName]: (parameters: PrimitiveParameters[Name]) => T;
};

/** The names of each kind's parameters, in the order in which texts have them. */
export const PRIMITIVE_PARAMETERS = {
  window: ["bits", "columns", "last", "before", "after"],
  line: ["bits", "depth"],
  raster: ["rows", "columns", "rowPeriod", "columnPeriod"],
  flag: ["cycles"],
} as const satisfies { readonly [Name in PrimitiveName]: readonly (keyof PrimitiveParameters[Name])[] };

export const PRIMITIVE_NAMES = Object.keys(PRIMITIVE_PARAMETERS) as readonly PrimitiveName[];

/** The Verilog module of a primitive; its file is named like it. */
export function primitiveModule(name: PrimitiveName): string {
  return `l1c_${name}`;
}

/** Which kind of primitive it is. */
export function primitiveName(of: PrimitiveOf): PrimitiveName {
  return Object.keys(of)[0] as PrimitiveName;
}

/** The parameters by name, in the order of {@link PRIMITIVE_PARAMETERS}. */
export function primitiveParameters(of: PrimitiveOf): readonly (readonly [string, number])[] {
  const values = Object.values(of)[0] as Readonly<Record<string, number>>;
  return PRIMITIVE_PARAMETERS[primitiveName(of)].map((name) => [name, values[name] as number]);
}

/** What a table has for a primitive. */
export function lookUp<T>(table: PrimitiveTable<T>, of: PrimitiveOf): T {
  const entry = table[primitiveName(of)] as (parameters: unknown) => T;
  return entry(Object.values(of)[0]);
}

export interface PrimitivePort {
  readonly port: string;
  readonly width: number;
}

/** What a primitive is from outside. */
export interface Primitive {
  /** What its parameters violate, as "a … has …"; nothing when they are right. */
  readonly problem: string | undefined;
  readonly inputs: readonly PrimitivePort[];
  readonly outputs: readonly PrimitivePort[];
  /**
   * The cycle of the outputs when the inputs come in the cycles that `at` gives (undefined for a constant); a text when
   * the inputs' cycles do not fit each other.
   */
  cycle(at: (port: string) => number | undefined): number | string;
}

export const PRIMITIVES: PrimitiveTable<Primitive> = {
  window: (window) => {
    const inputs = [
      { port: "in_valid", width: 1 },
      { port: "in_first", width: 1 },
      { port: "in_data", width: window.bits * window.columns },
    ];
    return {
      problem:
        atLeastOne(window, "bits", "columns", "last") ??
        (window.before < 0 || window.after < 0 || window.last > window.columns
          ? "a window has before and after of at least 0, and at most 'columns' columns in its last beat"
          : undefined),
      inputs,
      outputs: [
        { port: "out_valid", width: 1 },
        { port: "out_first", width: 1 },
        { port: "out_data", width: windowWidth(window) },
      ],
      cycle: together(
        inputs.map(({ port }) => port),
        windowLatency(window),
      ),
    };
  },
  line: ({ bits, depth }) => ({
    problem: atLeastOne({ bits, depth }, "bits", "depth"),
    inputs: [
      { port: "in_data", width: bits },
      { port: "in_push", width: 1 },
      { port: "in_pop", width: 1 },
    ],
    outputs: [{ port: "out_data", width: bits }],
    cycle: (at) => {
      const [push, pop] = [at("in_push"), at("in_pop")];
      if (push === undefined || pop === undefined) return "is pushed or popped by a constant";
      if (push !== (at("in_data") ?? push)) return "takes in_data and in_push of different cycles";
      return pop <= push ? "pops a word before the clock after its push" : pop + 2;
    },
  }),
  raster: (raster) => ({
    problem:
      atLeastOne(raster, "rows", "columns", "rowPeriod", "columnPeriod") ??
      ((raster.columns - 1) * raster.columnPeriod >= raster.rowPeriod
        ? "a raster has a row that begins before the last pixel of the row before"
        : undefined),
    inputs: [{ port: "in_first", width: 1 }],
    outputs: [
      { port: "out_first", width: 1 },
      { port: "out_valid", width: 1 },
      { port: "out_row", width: countWidth(raster.rows) },
      { port: "out_column", width: countWidth(raster.columns) },
    ],
    cycle: (at) => (at("in_first") ?? 0) + 1,
  }),
  flag: ({ cycles }) => ({
    problem:
      cycles < 2 || !Number.isSafeInteger(cycles) ? "a flag is delayed by 2 cycles or more" : undefined,
    inputs: [{ port: "in_first", width: 1 }],
    outputs: [{ port: "out_first", width: 1 }],
    cycle: (at) => (at("in_first") ?? 0) + cycles,
  }),
};

/** The rule of cycles where all inputs come in one cycle, and the outputs `latency` later. */
export function together(inputs: readonly string[], latency: number): Primitive["cycle"] {
  return (at) => {
    const cycles = new Set(inputs.map(at).filter((cycle) => cycle !== undefined));
    return cycles.size > 1 ? "takes inputs of different cycles" : ([...cycles][0] ?? 0) + latency;
  };
}

function atLeastOne<T>(parameters: T, ...names: readonly (keyof T & string)[]): string | undefined {
  const wrong = names.find(
    (name) => !Number.isSafeInteger(parameters[name]) || (parameters[name] as number) < 1,
  );
  return wrong === undefined ? undefined : `'${wrong}' is no whole number of at least 1`;
}

/** The bits of a counter that tells `count` things apart; at least one. */
export function countWidth(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count)));
}

/** The cycles from a window's input to its output: one register, the beats it waits for, one more to see an event end. */
export function windowLatency({ columns, last, before, after }: WindowParameters): number {
  const waits = Math.ceil(after / columns);
  const looks = last < columns && before + after > 0 ? 1 : 0;
  return 1 + waits + looks;
}

/** The bits of a window's output. */
export function windowWidth({ bits, columns, before, after }: WindowParameters): number {
  return bits * (before + columns + after);
}
