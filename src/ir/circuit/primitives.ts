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
  readonly gather: GatherParameters;
  readonly scatter: ScatterParameters;
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

/**
 * A table of items that is written row by row and read at indices (templates/verilog/l1c_gather.v). Every in_push writes the
 * next ⌈items / lanes⌉ᵗʰ of the table: lane l of row r is item r · lanes + l. Every in_pop reads, for each port p, item
 * in_index[p] of the oldest table; it is in out_data two clocks later. An index ≥ `items` gives 0. After `reads` pops the
 * next table is read.
 *
 * A row is written at the end of the clock of its push and can be read in the clock after: a table's first pop comes at least
 * one clock after its last push, and a push into a bank at least one clock after the last pop from it. With pushes from
 * cycle w on, pops from cycle r on and a new event every `interval` clocks that means r ≥ w + rows and
 * banks · interval ≥ r − w + reads. `rst` forgets all tables.
 */
export interface GatherParameters {
  /** Bits of an item. */
  readonly bits: number;
  /** Items of a table. */
  readonly items: number;
  /** Items written in a clock: a power of two of at most `items`, or `items`. */
  readonly lanes: number;
  /** Items read in a clock. */
  readonly ports: number;
  readonly indexBits: number;
  /** Clocks in which a table is read. */
  readonly reads: number;
  /** Tables held at once: a power of two. */
  readonly banks: number;
}

/**
 * Adds numbers up, or takes their maximum, by the indices that come with them (templates/verilog/l1c_scatter.v). Every
 * in_push adds in_data[l] to item in_index[l] of its event for every lane l, whatever the indices are; an index ≥ `items`
 * goes nowhere. After `beats` pushes the next event begins. Every in_pop gives the next ⌈items / outLanes⌉ᵗʰ of the oldest
 * event, {@link scatterLatency} clocks later in out_data: lane l of row r is item r · outLanes + l, or 0 beyond the last. An
 * item to which nothing came is 0, of maxima, too.
 *
 * A push counts in the second clock after it: an event's first pop comes at least two clocks after its last push. A push into
 * a bank comes at the earliest in the clock of the last pop from it. With pushes from cycle p on, pops from cycle r on and a
 * new event every `interval` clocks that means r ≥ p + beats + 1 and banks · interval ≥ r − p + rows − 1.
 *
 * `rst` forgets all events, if it is high for {@link resetClocks} clocks: the memories are cleared row by row.
 */
export interface ScatterParameters {
  /** Bits of a number that comes. */
  readonly bits: number;
  /** 1: numbers and results are in two's complement; 0: they are unsigned. */
  readonly signed: number;
  /** Bits of the sum of all numbers of an event that come to an item in one lane; at least `bits`. No matter for maxima. */
  readonly sumBits: number;
  /** Bits of a result, at least `sumBits`. */
  readonly outBits: number;
  /** 0: the sum; 1: the maximum. */
  readonly maximum: number;
  /** Numbers that come in a clock. */
  readonly lanes: number;
  /** Clocks of an event in which numbers come. */
  readonly beats: number;
  /** Results of an event. */
  readonly items: number;
  /** Results given in a clock: a power of two of at most `items`, or `items`. */
  readonly outLanes: number;
  readonly indexBits: number;
  /** Events held at once: 1 or 2. */
  readonly banks: number;
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
  gather: ["bits", "items", "lanes", "ports", "indexBits", "reads", "banks"],
  scatter: [
    "bits",
    "signed",
    "sumBits",
    "outBits",
    "maximum",
    "lanes",
    "beats",
    "items",
    "outLanes",
    "indexBits",
    "banks",
  ],
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
  gather: (gather) => ({
    problem: gatherProblem(gather),
    inputs: [
      { port: "in_data", width: gather.lanes * gather.bits },
      { port: "in_push", width: 1 },
      { port: "in_index", width: gather.ports * gather.indexBits },
      { port: "in_pop", width: 1 },
    ],
    outputs: [{ port: "out_data", width: gather.ports * gather.bits }],
    cycle: (at) => {
      const [push, pop] = [at("in_push"), at("in_pop")];
      if (push === undefined || pop === undefined) return "is pushed or popped by a constant";
      if (push !== (at("in_data") ?? push)) return "takes in_data and in_push of different cycles";
      if (pop !== (at("in_index") ?? pop)) return "takes in_index and in_pop of different cycles";
      const complete = push + gatherRows(gather);
      return pop < complete ? `reads a table before cycle ${complete}, in which it is complete` : pop + 2;
    },
  }),
  scatter: (scatter) => ({
    problem: scatterProblem(scatter),
    inputs: [
      { port: "in_data", width: scatter.lanes * scatter.bits },
      { port: "in_index", width: scatter.lanes * scatter.indexBits },
      { port: "in_push", width: 1 },
      { port: "in_pop", width: 1 },
    ],
    outputs: [{ port: "out_data", width: scatter.outLanes * scatter.outBits }],
    cycle: (at) => {
      const [push, pop] = [at("in_push"), at("in_pop")];
      if (push === undefined || pop === undefined) return "is pushed or popped by a constant";
      if ([at("in_data"), at("in_index")].some((cycle) => (cycle ?? push) !== push))
        return "takes in_data, in_index and in_push of different cycles";
      const complete = push + scatter.beats + 1;
      return pop < complete
        ? `gives an event out before cycle ${complete}, in which it is complete`
        : pop + scatterLatency(scatter);
    },
  }),
};

/** The clocks of pushes of a table. */
export function gatherRows({ items, lanes }: Pick<GatherParameters, "items" | "lanes">): number {
  return Math.ceil(items / lanes);
}

/** The clocks of pops of an event. */
export function scatterRows({ items, outLanes }: Pick<ScatterParameters, "items" | "outLanes">): number {
  return Math.ceil(items / outLanes);
}

/** The clocks from a pop to its results: a register, and one for each level of the tree that adds up the lanes. */
export function scatterLatency({ lanes }: Pick<ScatterParameters, "lanes">): number {
  return 1 + Math.ceil(Math.log2(lanes));
}

/**
 * The clocks for which `rst` must be high to clear what a scatter holds: one clears what came last, the others a row each. A
 * single row needs no clearing.
 */
export function scatterResetClocks(scatter: Pick<ScatterParameters, "items" | "outLanes">): number {
  const rows = scatterRows(scatter);
  return rows === 1 ? 1 : 1 + 2 ** countWidth(rows);
}

function gatherProblem(gather: GatherParameters): string | undefined {
  return (
    atLeastOne(gather, "bits", "items", "lanes", "ports", "indexBits", "reads", "banks") ??
    rowProblem("lanes", gather.lanes, gather.items) ??
    (gather.indexBits > MOST_INDEX_BITS ? `'indexBits' is above ${MOST_INDEX_BITS}` : undefined) ??
    (isPowerOfTwo(gather.banks) ? undefined : "'banks' is no power of two")
  );
}

function scatterProblem(scatter: ScatterParameters): string | undefined {
  const { bits, sumBits, outBits, signed, maximum } = scatter;
  const counts = ["bits", "sumBits", "outBits", "lanes", "beats", "items", "outLanes", "indexBits"] as const;
  return (
    atLeastOne(scatter, ...counts, "banks") ??
    rowProblem("outLanes", scatter.outLanes, scatter.items) ??
    (scatter.indexBits > MOST_INDEX_BITS ? `'indexBits' is above ${MOST_INDEX_BITS}` : undefined) ??
    (scatterRows(scatter) > MOST_ROWS
      ? `there are more than ${MOST_ROWS} rows of 'outLanes' results`
      : undefined) ??
    (scatter.banks > 2 ? "'banks' is neither 1 nor 2" : undefined) ??
    ([signed, maximum].some((flag) => flag !== 0 && flag !== 1)
      ? "'signed' and 'maximum' are 0 or 1"
      : undefined) ??
    (sumBits < bits || outBits < sumBits ? "'bits', 'sumBits' and 'outBits' fall" : undefined)
  );
}

/** Indices are compared as numbers of 32 bits. */
const MOST_INDEX_BITS = 31;

/** Words of the largest memory of one port that both Yosys and Vivado make of LUTs (RAM256X1S). */
const MOST_ROWS = 256;

function rowProblem(name: string, lanes: number, items: number): string | undefined {
  return lanes === items || (isPowerOfTwo(lanes) && lanes < items)
    ? undefined
    : `'${name}' is neither the number of items nor a smaller power of two`;
}

/** Whether a count is a power of two. */
export function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}

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
