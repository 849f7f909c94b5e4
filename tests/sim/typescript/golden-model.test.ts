import { Project, ts } from "ts-morph";
import { describe, expect, it } from "vitest";
import type { Fixed } from "../../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../../src/ir/fixed/text.js";
import { emitTypeScript } from "../../../src/sim/typescript/emit.js";
import { typescriptSimulator } from "../../../src/sim/typescript/index.js";
import { randomFixed } from "../../support/random-fixed.js";

/** What the TypeScript compiler, strict, says of golden models that stand alone. */
function complaints(models: readonly string[]): readonly string[] {
  const project = new Project({
    useInMemoryFileSystem: true,
    compilerOptions: {
      strict: true,
      target: ts.ScriptTarget.ES2022,
      noUnusedParameters: true,
      noImplicitReturns: true,
      lib: ["lib.es2022.d.ts"],
      types: [],
    },
  });
  for (const [i, text] of models.entries()) project.createSourceFile(`model${i}.ts`, text);
  return project.getPreEmitDiagnostics().map((diagnostic) => {
    const { messageText } = diagnostic.compilerObject;
    const where = `${diagnostic.getSourceFile()?.getBaseName()}:${diagnostic.getLineNumber()}`;
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

const SMALL = parseFixed(
  `l1c fixed "small"
graph main {
  %voxels : [2, 3, 2] ufixed<1,1> 0..1 = input()
  %conv : [2, 3, 2] channel[fixed<5,4>, fixed<4,3>] channel[-6..9, -3..4] = conv2d(%voxels) {
    pads = [0, 0, 1, 1], kernel = tensor<1x3x2x2>[1, 0, 0, -2, 3, 2, 0, 0, -7, 0, 4, 1], bias = tensor<2>[1, 0]
  }
  %"conv/type" : [2, 3, 2] ufixed<2,2> channel[0..3, 0..2] = requantize(%conv) {rounding = RND, overflow = SAT}
  %mask : [2, 3, 2] ufixed<1,1> 0..1 = threshold(%"conv/type") {levels = [2, 1]}
  return mask = %mask
}`,
  "small",
);

describe("a golden model", () => {
  it("reads like this", () => {
    const text = emitTypeScript(SMALL);
    const from = text.indexOf("/** Weights that are not zero");
    expect(text.slice(0, text.indexOf("*/"))).toMatchInlineSnapshot(`
      "/*
       * Bit-accurate golden model of "small", written by l1c. Do not edit.
       *
       *   run({ input: integers }) → { output: integers }     one event
       *   trace({ input: integers }) → { node: integers }     all values of the network
       *
       * Tensors are row-major arrays of integers, channels last. With the type fixed<W,I> (signed) or ufixed<W,I>
       * (unsigned) an integer k stands for the value k · 2^(I−W). Int32Array holds integers of 32 bits, Float64Array
       * integers below 2^53, bigint[] any: each as its proven range needs, so that all arithmetic here is exact.
       * The inputs must lie within their ranges:
       *
       *   "voxels": [2, 3, 2] ufixed<1,1>, integers 0..1
       "
    `);
    expect(text.slice(from, text.indexOf("/** The integers of every node"))).toMatchInlineSnapshot(`
      "/** Weights that are not zero, by input channel: row, column, output channel, weight. */
      const convTaps: Taps<number> = [
          // input channel 0
          [[0, 0, 0, 1], [0, 1, 0, 3], [0, 1, 1, 2], [0, 2, 0, -7]],
          // input channel 1
          [[0, 0, 1, -2], [0, 2, 0, 4], [0, 2, 1, 1]],
          ];
      /** The bias of each output channel. */
      const convBias = Int32Array.of(1, 0);
      /** Where each tap lands in the frame of sums, from the place of its input. */
      const convOffsets = convTaps.map((taps) =>
            Int32Array.from(taps, ([row, column, channel]) => channel - (row * 5 + column) * 2));
      const convWeights = convTaps.map((taps) => Int32Array.from(taps, (tap) => tap[3]));
      /** How far back from its own place in the frame an input reaches, in sites. */
      const convReach = Int32Array.from(new Set(convTaps.flat().map(([row, column]) => row * 5 + column)));
      /** The place in the frame of each site of the output. */
      const convCut = Int32Array.from({ length: 6 }, (_, site) => site + Math.floor(site / 3) * 2 + 1);
      /** The site of the output at each place in the frame; -1 outside. */
      const convPlaces = new Int32Array(10).fill(-1);
      convCut.forEach((place, site) => {
        convPlaces[place] = site;
      });
      /** Sums in a frame of 2 × 5 × 2. */
      const convSums = new Int32Array(20);
      /** The sums and the input at rest, from which an event is computed as a difference. */
      const convRestSums = convSums.map((_, i) => convBias[i % 2]);
      const convRestInput = new Int32Array(12);
      const convSites = allSites(6);
      const convOutput = new Int32Array(12);

      /**
       * "conv" = conv2d("voxels")
       * [2, 3, 2] per channel fixed<5,4>, fixed<4,3>, integers per channel -6..9, -3..4
       * Kernel 1 × 3, 7 weights; sums in int32.
       */
      export function conv(input: Int32Array, sites: Sites): Int32Array {
          const output = convOutput;
          // Back to rest where the event before was.
          const stale = beginSites(convSites);
          for (let n = 0; n < stale.length; n++) {
              const start = convCut[stale[n]] * 2;
              for (let k = start; k < start + 2; k++) convSums[k] = convRestSums[k];
          }
          // Add what differs from rest.
          for (let n = 0; n < sites.count; n++) {
              const site = sites.list[n];
              const place = site + Math.floor(site / 3) * 2 + 2;
              let differs = false;
              for (let c = 0, i = site * 2; c < 2; c++, i++) {
                  const difference = (input[i] - convRestInput[i]) | 0;
                  if (difference === 0) continue;
                  differs = true;
                  const start = place * 2;
                  const offsets = convOffsets[c];
                  const weights = convWeights[c];
                  for (let t = 0; t < offsets.length; t++) {
                      convSums[start + offsets[t]] += Math.imul(difference, weights[t]);
                  }
              }
              if (!differs) continue;
              for (let t = 0; t < convReach.length; t++) {
                  const touched = convPlaces[place - convReach[t]];
                  if (touched >= 0) touchSite(convSites, touched);
              }
          }
          endSites(convSites, stale);
          // Cut the output out of the frame.
          for (let n = 0; n < convSites.count; n++) {
              const site = convSites.list[n];
              const start = convCut[site] * 2;
              for (let c = 0, i = site * 2; c < 2; c++, i++) {
                  output[i] = convSums[start + c];
              }
          }

          return output;
      }

      const convTypeOutput = new Int32Array(12);

      /**
       * "conv/type" = requantize("conv")
       * [2, 3, 2] ufixed<2,2>, integers per channel 0..3, 0..2
       * RND, SAT.
       */
      export function convType(input: Int32Array, sites: Sites): Int32Array {
          const output = convTypeOutput;
          const { list, count } = sites;
          for (let n = 0; n < count; n++) {
              for (let c = 0, i = list[n] * 2; c < 2; c++, i++) {
                  let k = input[i];
                  const floor = k >> 1;
                  const rest = k & 1;
                  k = floor + Number(rest >= 1);
                  k = smaller(k, 3);
                  k = larger(k, 0);
                  output[i] = k;
              }
          }

          return output;
      }

      /** The level of each channel. */
      const maskLevels = Int32Array.of(2, 1);
      const maskOutput = new Int32Array(12);

      /**
       * "mask" = threshold("conv/type")
       * [2, 3, 2] ufixed<1,1>, integers 0..1
       * 1 where k is at least the level of its channel.
       */
      export function mask(input: Int32Array, sites: Sites): Int32Array {
          const output = maskOutput;
          const { list, count } = sites;
          for (let n = 0; n < count; n++) {
              for (let c = 0, i = list[n] * 2; c < 2; c++, i++) {
                  output[i] = Number(input[i] >= maskLevels[c]);
              }
          }

          return output;
      }

      "
    `);
  });

  it("stands alone: the strict compiler has nothing to say", () => {
    const options = [
      {},
      { inputBits: 16, weightBits: 16 },
      { inputBits: 28, weightBits: 26 },
      { inputBits: 80 },
    ];
    const models = options.flatMap((o) =>
      Array.from({ length: 2 }, (_, seed) => emitTypeScript(randomFixed(seed + 5, o))),
    );
    const wrong = 'export const x: number = "text";';
    expect(complaints([wrong, emitTypeScript(SMALL), ...models])).toEqual([
      "model0.ts:1: Type 'string' is not assignable to type 'number'.",
    ]);
  });

  it("has one function per layer, however large: the weights are tables", () => {
    const functions = (fixed: Fixed) => emitTypeScript(fixed).match(/^export function \w+/gm)?.length;
    expect(functions(SMALL)).toBe(SMALL.nodes.length + 3);
    const large = randomFixed(1, {
      structure: "chain",
      layers: [1, 1],
      image: [4, 8, 40],
      outputChannels: 64,
    });
    const [conv] = /export function node1\([\s\S]*?\n}/.exec(emitTypeScript(large)) ?? [""];
    expect(conv.length).toBeGreaterThan(500);
    expect(conv.length).toBeLessThan(3000);
  });

  it("takes any node names", async () => {
    const names = [
      "class",
      "run",
      "Int32Array",
      "2 words",
      "*/ alert()",
      "ünï",
      "a/b",
      "a-b",
      "a b",
      "__proto__",
    ];
    const nodes = names.map((name, i) =>
      i === 0 ? { ...SMALL.nodes[0], name } : { ...SMALL.nodes[0], name, op: "relu", inputs: [names[i - 1]] },
    );
    const outputs = [{ name: "`out`", value: "a b" }];
    const fixed = { name: "*/ names", nodes, outputs } as unknown as Fixed;
    const simulator = await typescriptSimulator(fixed);
    const event = Int32Array.from([1, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1]);
    expect(simulator.run({ class: event })["`out`"]).toEqual(event);
    expect(simulator.nodes.map(({ name }) => name)).toEqual(names);
  });

  it("says what is wrong with its input", async () => {
    const simulator = await typescriptSimulator(SMALL);
    expect(() => simulator.run({ voxels: new Int32Array(3) })).toThrow(
      "input voxels takes 12 integers, found 3",
    );
    expect(() => simulator.run({})).toThrow("input voxels takes 12 integers, found none");
  });
});
