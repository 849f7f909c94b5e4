import { invariant } from "../../../ir/errors.js";
import type { FixedConv2d, FixedValue } from "../../../ir/fixed/fixed.js";
import type { Interval } from "../../../ir/fixed-point.js";
import { channelHulls, hull, hullOf } from "../../../ir/interval.js";
import { sizeOf } from "../../../ir/tensor.js";
import { type Elements, elementsFor } from "../../elements.js";
import { ARRAY_TYPE, convert, copyAll, literal, literalList, newArray } from "../expressions.js";
import type { LayerEmitter } from "../layer.js";
import { constant } from "../tables.js";

/**
 * Written as a scatter of differences: the layer remembers an event at rest (all inputs 0, as a rule) with its sums,
 * and adds weight · (input − input at rest) where the two differ. Integer sums do not depend on their order, so this is
 * exact, and its cost is that of the inputs that differ, which in a trigger are few. Sums lie in a frame padded so far
 * that every tap of every input has a place; the output is cut out of it. What the margins of the frame gather is
 * never read.
 */
export const scatter: LayerEmitter<"conv2d"> = ({ node, inputs: [input], elements, sites, name }) => {
  invariant(sites !== undefined, "a convolution that scatters has sites");
  const [, width, channels] = input.node.shape;
  const [outHeight, outWidth, outputs] = node.shape;
  const frame = frameOf(node, input.node);
  const kind = sumElements(node, input.node, elements);
  const table = {
    taps: name("taps"),
    bias: name("bias"),
    offsets: name("offsets"),
    weights: name("weights"),
    reach: name("reach"),
    places: name("places"),
    cut: name("cut"),
    sums: name("sums"),
    restSums: name("rest sums"),
    restInput: name("rest input"),
  };
  const weight =
    kind === "bigint" ? "taps.map((tap) => tap[3])" : `${ARRAY_TYPE[kind]}.from(taps, (tap) => tap[3])`;
  const origin = (frame.top - node.pads.top) * frame.columns + frame.left - node.pads.left;
  const cutOut = (site: string) =>
    `${site} + Math.floor(${site} / ${outWidth}) * ${frame.columns - outWidth} + ${origin}`;
  const weights = node.kernel.data.filter((w) => w !== 0n).length;

  return {
    comment: `Kernel ${node.kernel.shape.slice(0, 2).join(" × ")}, ${weights} weights; sums in ${kind}.`,
    tables: [
      constant(
        table.taps,
        (writer) => {
          writer.write("[").newLine();
          tapsOf(node).forEach((taps, i) => {
            const items = taps.map(
              ({ row, column, output, weight }) =>
                `[${row}, ${column}, ${output}, ${constantOf(weight, kind)}]`,
            );
            writer.writeLine(`// input channel ${i}`).writeLine(`[${items.join(", ")}],`);
          });
          writer.write("]");
        },
        "Weights that are not zero, by input channel: row, column, output channel, weight.",
        kind === "bigint" ? "Taps<bigint>" : "Taps<number>",
      ),
      constant(table.bias, listOf(node.bias.data, kind), "The bias of each output channel."),
      constant(
        table.offsets,
        `${table.taps}.map((taps) =>\n  Int32Array.from(taps, ([row, column, channel]) => ` +
          `channel - (row * ${frame.columns} + column) * ${outputs}))`,
        "Where each tap lands in the frame of sums, from the place of its input.",
      ),
      constant(table.weights, `${table.taps}.map((taps) => ${weight})`),
      constant(
        table.reach,
        `Int32Array.from(new Set(${table.taps}.flat().map(([row, column]) => row * ${frame.columns} + column)))`,
        "How far back from its own place in the frame an input reaches, in sites.",
      ),
      constant(
        table.cut,
        `Int32Array.from({ length: ${outHeight * outWidth} }, (_, site) => ${cutOut("site")})`,
        "The place in the frame of each site of the output.",
      ),
      constant(
        table.places,
        `new Int32Array(${frame.rows * frame.columns}).fill(-1)`,
        "The site of the output at each place in the frame; -1 outside.",
      ),
      `${table.cut}.forEach((place, site) => {\n  ${table.places}[place] = site;\n});`,
      constant(
        table.sums,
        newArray(kind, frame.rows * frame.columns * outputs),
        `Sums in a frame of ${frame.rows} × ${frame.columns} × ${outputs}.`,
      ),
      constant(
        table.restSums,
        `${table.sums}.map((_, i) => ${table.bias}[i % ${outputs}])`,
        "The sums and the input at rest, from which an event is computed as a difference.",
      ),
      constant(table.restInput, newArray(input.elements, sizeOf(input.node.shape))),
      constant(sites, `allSites(${outHeight * outWidth})`),
    ],
    settle: (value) => [
      copyAll(table.restSums, table.sums, kind),
      copyAll(table.restInput, value, input.elements),
    ],
    body: (writer) => {
      writer.writeLine("// Back to rest where the event before was.");
      writer.writeLine(`const stale = beginSites(${sites});`);
      writer.write("for (let n = 0; n < stale.length; n++)").block(() => {
        writer.writeLine(`const start = ${table.cut}[stale[n]] * ${outputs};`);
        writer.writeLine(
          `for (let k = start; k < start + ${outputs}; k++) ${table.sums}[k] = ${table.restSums}[k];`,
        );
      });
      writer.writeLine("// Add what differs from rest.");
      writer.write("for (let n = 0; n < sites.count; n++)").block(() => {
        const home = frame.top * frame.columns + frame.left;
        writer.writeLine("const site = sites.list[n];");
        writer.writeLine(
          `const place = site + Math.floor(site / ${width}) * ${frame.columns - width} + ${home};`,
        );
        writer.writeLine("let differs = false;");
        writer.write(`for (let c = 0, i = site * ${channels}; c < ${channels}; c++, i++)`).block(() => {
          writer.writeLine(`const difference = ${differenceOf(table.restInput, input.elements, kind)};`);
          writer.writeLine(`if (difference === ${literal(0n, kind)}) continue;`);
          writer.writeLine("differs = true;");
          writer.writeLine(`const start = place * ${outputs};`);
          writer.writeLine(`const offsets = ${table.offsets}[c];`);
          writer.writeLine(`const weights = ${table.weights}[c];`);
          writer.write("for (let t = 0; t < offsets.length; t++)").block(() => {
            const product =
              kind === "int32" ? "Math.imul(difference, weights[t])" : "difference * weights[t]";
            writer.writeLine(`${table.sums}[start + offsets[t]] += ${product};`);
          });
        });
        writer.writeLine("if (!differs) continue;");
        writer.write(`for (let t = 0; t < ${table.reach}.length; t++)`).block(() => {
          writer.writeLine(`const touched = ${table.places}[place - ${table.reach}[t]];`);
          writer.writeLine(`if (touched >= 0) touchSite(${sites}, touched);`);
        });
      });
      writer.writeLine(`endSites(${sites}, stale);`);
      writer.writeLine("// Cut the output out of the frame.");
      writer.write(`for (let n = 0; n < ${sites}.count; n++)`).block(() => {
        writer.writeLine(`const site = ${sites}.list[n];`);
        writer.writeLine(`const start = ${table.cut}[site] * ${outputs};`);
        writer.write(`for (let c = 0, i = site * ${outputs}; c < ${outputs}; c++, i++)`).block(() => {
          writer.writeLine(`output[i] = ${convert(`${table.sums}[start + c]`, kind, elements)};`);
        });
      });
    },
  };
};

/** Where the sums of an image lie: input (y, x) is at (y + top, x + left); its taps go up and left from there. */
function frameOf({ kernel, pads, shape }: FixedConv2d, input: FixedValue) {
  const [kernelRows, kernelColumns] = kernel.shape;
  const top = Math.max(kernelRows - 1, pads.top);
  const left = Math.max(kernelColumns - 1, pads.left);
  return {
    top,
    left,
    rows: Math.max(top + input.shape[0], top - pads.top + shape[0]),
    columns: Math.max(left + input.shape[1], left - pads.left + shape[1]),
  };
}

/** Per input channel, the weights that are not zero. */
function tapsOf({ kernel }: FixedConv2d) {
  const [rows, columns, channels, outputs] = kernel.shape;
  return Array.from({ length: channels }, (_, i) => {
    const taps: { row: number; column: number; output: number; weight: bigint }[] = [];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let output = 0; output < outputs; output++) {
          const weight = kernel.data[((row * columns + column) * channels + i) * outputs + output];
          if (weight !== 0n) taps.push({ row, column, output, weight });
        }
      }
    }
    return taps;
  });
}

/**
 * How sums are held. Int32 arithmetic wraps, and a sum modulo 2^32 does not depend on what its parts did: it suffices
 * that the result fits. Doubles do not wrap: every difference, product and partial sum, in any order, must fit.
 */
function sumElements(node: FixedConv2d, input: FixedValue, result: Elements): Elements {
  if (result === "int32") return result;
  return elementsFor(partialSums(node, input)) === "bigint" ? "bigint" : "float64";
}

/** Bounds of all differences, products and partial sums: each tap stands at 0, at rest, or at the event's value. */
function partialSums({ kernel, bias }: FixedConv2d, input: FixedValue): Interval {
  const [, , channels, outputs] = kernel.shape;
  const zero: Interval = { lo: 0n, hi: 0n };
  const ofChannel = channelHulls(input.ranges, input.shape).map((range) => hull(range, zero));
  let all = zero;
  const sums = bias.data.map((b): { lo: bigint; hi: bigint } => ({ lo: b, hi: b }));
  kernel.data.forEach((weight, k) => {
    const { lo, hi } = ofChannel[Math.floor(k / outputs) % channels];
    const ends = weight >= 0n ? { lo: weight * lo, hi: weight * hi } : { lo: weight * hi, hi: weight * lo };
    const sum = sums[k % outputs];
    sum.lo += ends.lo;
    sum.hi += ends.hi;
    all = hull(all, { lo: ends.lo - ends.hi, hi: ends.hi - ends.lo });
  });
  const { lo, hi } = hullOf(input.ranges);
  return [...sums, { lo: lo - hi, hi: hi - lo }].reduce(hull, all);
}

/** A constant of the sums' arithmetic; what int32 arithmetic would wrap anyway is wrapped here. */
function wrapped(k: bigint, kind: Elements): bigint {
  return kind === "int32" ? BigInt.asIntN(32, k) : k;
}

function constantOf(k: bigint, kind: Elements): string {
  return literal(wrapped(k, kind), kind);
}

function listOf(items: readonly bigint[], kind: Elements): string {
  return literalList(
    items.map((k) => wrapped(k, kind)),
    kind,
  );
}

/** `input[i] − rest[i]` in the arithmetic of the sums, where it is exact; for int32 sums it may stand modulo 2^32. */
function differenceOf(rest: string, from: Elements, to: Elements): string {
  const difference = `input[i] - ${rest}[i]`;
  if (to === "int32") {
    if (from === "bigint") return `Number(BigInt.asIntN(32, ${difference}))`;
    return from === "int32" ? `(${difference}) | 0` : difference;
  }
  // The difference of two doubles may need 54 bits.
  if (to === "bigint" && from === "float64") return `BigInt(input[i]) - BigInt(${rest}[i])`;
  return convert(difference, from, to);
}
