import type { StatementStructures } from "ts-morph";
import type { Fixed } from "../../ir/fixed/fixed.js";
import { CLAMP_TEXT } from "./branch-free.js";
import { describeRanges, describeTypes } from "./expressions.js";
import { SITES_TEXT } from "./sites.js";

/** The opening of the module: what it is, how to use it, how values are scaled, its types. */
export function header(fixed: Fixed): readonly (StatementStructures | string)[] {
  const inputs = fixed.nodes.filter(({ op }) => op === "input");
  const lines = [
    `Bit-accurate golden model of ${JSON.stringify(fixed.name)}, written by l1c. Do not edit.`,
    "",
    "  run({ input: integers }) → { output: integers }     one event",
    "  trace({ input: integers }) → { node: integers }     all values of the network",
    "",
    "Tensors are row-major arrays of integers, channels last. With the type fixed<W,I> (signed) or ufixed<W,I>",
    "(unsigned) an integer k stands for the value k · 2^(I−W). Int32Array holds integers of 32 bits, Float64Array",
    "integers below 2^53, bigint[] any: each as its proven range needs, so that all arithmetic here is exact.",
    ...(hasScale(fixed) ? ["A type with a suffix *n/d stands for n/d times as much."] : []),
    "The inputs must lie within their ranges:",
    "",
    ...inputs.map(
      ({ name, shape, types, ranges }) =>
        `  ${JSON.stringify(name)}: [${shape.join(", ")}] ${describeTypes(types)}, integers ${describeRanges(ranges)}`,
    ),
  ];
  return [
    `/*\n${lines
      .map((line) => ` * ${line}`.trimEnd().replaceAll("*/", "* /"))
      .join("\n")
      .replaceAll(/^ \* /gm, " * ")}\n */`,
    "",
    '/** A tensor that goes in or comes out. */\nexport interface Port {\n  readonly name: string;\n  readonly shape: readonly number[];\n  readonly elements: "int32" | "float64" | "bigint";\n}',
    "",
    "/** Integers by name. */\nexport type Values = Readonly<Record<string, Int32Array | Float64Array | bigint[]>>;",
    "",
    "/** Weights by input channel. */\ntype Taps<Weight> = readonly (readonly (readonly [row: number, column: number, channel: number, weight: Weight])[])[];",
    "",
    SITES_TEXT,
    "",
    CLAMP_TEXT,
    "",
  ];
}

function hasScale({ nodes }: Fixed): boolean {
  return nodes.some(({ types }) => types.items.some(({ scale }) => scale !== undefined));
}
