import { describeFlag, FLAG_PARAMETERS, type FlagParameters } from "./flag.js";
import { describeGather, GATHER_PARAMETERS, type GatherParameters } from "./gather.js";
import { describeLine, LINE_PARAMETERS, type LineParameters } from "./line.js";
import type { Primitive } from "./primitive.js";
import { describeRaster, RASTER_PARAMETERS, type RasterParameters } from "./raster.js";
import { describeScatter, SCATTER_PARAMETERS, type ScatterParameters } from "./scatter.js";
import { describeWindow, WINDOW_PARAMETERS, type WindowParameters } from "./window.js";

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
  window: WINDOW_PARAMETERS,
  line: LINE_PARAMETERS,
  raster: RASTER_PARAMETERS,
  flag: FLAG_PARAMETERS,
  gather: GATHER_PARAMETERS,
  scatter: SCATTER_PARAMETERS,
} as const satisfies { readonly [Name in PrimitiveName]: readonly (keyof PrimitiveParameters[Name])[] };

/** What each kind is from outside. */
export const PRIMITIVES: PrimitiveTable<Primitive> = {
  window: describeWindow,
  line: describeLine,
  raster: describeRaster,
  flag: describeFlag,
  gather: describeGather,
  scatter: describeScatter,
};

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
