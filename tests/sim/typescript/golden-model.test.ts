import { Project, ts } from "ts-morph";
import { describe, expect, it } from "vitest";
import type { Fixed } from "../../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../../src/ir/fixed/text.js";
import { emitTypeScript } from "../../../src/sim/typescript/emit.js";
import { typescriptSimulator } from "../../../src/sim/typescript/index.js";
import { OPERATORS, OperatorGraph } from "../../support/operator-graphs.js";
import { Random } from "../../support/random.js";
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

  it("computes as a whole what is no image: loops over tables of weights", () => {
    const type = { per: "tensor", items: [{ signed: true, width: 12, integer: 8 }] } as const;
    const range = (lo: bigint, hi: bigint) => ({ per: "tensor", items: [{ lo, hi }] }) as const;
    const modes = { rounding: "RND", overflow: "SAT" } as const;
    const kernel = { shape: [2, 5], data: [1n, -2n, 0n, 4n, 5n, 6n, 7n, 8n, 0n, -1n] };
    const text = emitTypeScript({
      name: "dense",
      nodes: [
        { op: "input", name: "x", inputs: [], shape: [2], types: type, ranges: range(-8n, 7n), ...modes },
        {
          op: "dense",
          name: "y",
          inputs: ["x"],
          shape: [5],
          types: type,
          ranges: range(-200n, 200n),
          kernel,
          bias: { shape: [5], data: [1n, 0n, 0n, 0n, 2n] },
        },
        { op: "add", name: "z", inputs: ["y", "y"], shape: [5], types: type, ranges: range(-400n, 400n) },
      ],
      outputs: [{ name: "z", value: "z" }],
    });
    const from = text.indexOf("/** The bias of each output. */");
    expect(text.slice(from, text.indexOf("/** The integers of every node"))).toMatchInlineSnapshot(`
      "/** The bias of each output. */
      const yBias = Int32Array.of(1, 0, 0, 0, 2);
      /** Weights, 4 outputs at a time: for each input those of the 4 outputs. */
      const yWeights = Int32Array.of(1, -2, 0, 4, 6, 7, 8, 0, 5, -1);
      const yOutput = new Int32Array(5);

      /**
       * "y" = dense("x")
       * [5] fixed<12,8>, integers -200..200
       * Matrix 2 × 5, 8 weights; sums in int32.
       */
      export function y(input: Int32Array): Int32Array {
          const output = yOutput;
          let o = 0;
          let t = 0;
          for (; o < 4; o += 4) {
              let sum0 = yBias[o];
              let sum1 = yBias[o + 1];
              let sum2 = yBias[o + 2];
              let sum3 = yBias[o + 3];
              for (let i = 0; i < 2; i++, t += 4) {
                  const k = input[i];
                  sum0 = (sum0 + Math.imul(k, yWeights[t])) | 0;
                  sum1 = (sum1 + Math.imul(k, yWeights[t + 1])) | 0;
                  sum2 = (sum2 + Math.imul(k, yWeights[t + 2])) | 0;
                  sum3 = (sum3 + Math.imul(k, yWeights[t + 3])) | 0;
              }
              output[o] = sum0;
              output[o + 1] = sum1;
              output[o + 2] = sum2;
              output[o + 3] = sum3;
          }
          let sum0 = yBias[o];
          for (let i = 0; i < 2; i++, t += 1) {
              const k = input[i];
              sum0 = (sum0 + Math.imul(k, yWeights[t])) | 0;
          }
          output[o] = sum0;
          return output;
      }

      const zOutput = new Int32Array(5);

      /**
       * "z" = add("y", "y")
       * [5] fixed<12,8>, integers -400..400
       */
      export function z(left: Int32Array, right: Int32Array): Int32Array {
          const output = zOutput;
          for (let i = 0; i < 5; i++) {
              const a = left[i];
              const b = right[i];
              output[i] = (a + b) | 0;
          }

          return output;
      }

      "
    `);
    expect(text).not.toContain("settle()");
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
    const graphs = Array.from({ length: 6 }, (_, seed) => {
      const random = new Random(seed);
      const graph = new OperatorGraph(random, [6, 28, 60][seed % 3]);
      for (const op of OPERATORS) graph.append(op);
      return emitTypeScript(graph.fixed(`seed ${seed}`));
    });
    models.push(...graphs);
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
