import { join } from "node:path";
import type { TypedArray } from "../../events/npy.js";
import { UserError } from "../../ir/errors.js";
import type { FixedInput, FixedNode } from "../../ir/fixed/fixed.js";
import { parseFixed } from "../../ir/fixed/text.js";
import { toNumber } from "../../ir/fixed-point.js";
import { atElement } from "../../ir/granular.js";
import { nodesByName } from "../../ir/graph.js";
import type { Model, ModelNode } from "../../ir/model/model.js";
import { parseModel, printModel } from "../../ir/model/text.js";
import { isMovement } from "../../ir/movement.js";
import { sizeOf } from "../../ir/tensor.js";
import { appendThreshold } from "../../quantize/append-threshold.js";
import { cutMonotonic } from "../../quantize/cut-monotonic.js";
import { createFloatExecutor } from "../../sim/float/index.js";
import { inputEncoder } from "../../sim/inputs.js";
import { loadSimulator } from "../../sim/typescript/load.js";
import { type Build, readBuildText } from "../build-directory.js";

/** What a thread needs once to score events: the levels of a build, and which nodes hold the score. Plain data. */
export interface ScoreSetup {
  readonly modelText: string;
  readonly fixedText: string;
  readonly golden: string;
  /** The node of the Model and that of the Fixed graph. */
  readonly modelScore: string;
  readonly fixedScore: string;
}

/** The score by which a build decides. */
export interface Score {
  readonly setup: ScoreSetup;
  /**
   * What the score is: a `probability`, that is the result of a sigmoid; a `logit`, its operand, where the threshold on the
   * sigmoid has become one on that; or another `value`.
   */
  readonly scale: "probability" | "logit" | "value";
  /** The configured threshold in units of the score; undefined where the firmware gives scores. */
  readonly level: number | undefined;
}

/** Finds the score of an output of a build: what its threshold compares, or the output itself where it has none. */
export async function scoreOf(build: Build, output: string): Promise<Score> {
  const [text, fixedText, golden] = (await Promise.all(
    ["model.l1c", "fixed.l1c", "simulator/golden.js"].map((path) => readBuildText(build, path)),
  )) as [string, string, string];
  const model = parseModel(text, join(build.folder, "model.l1c"));
  const fixed = parseFixed(fixedText, join(build.folder, "fixed.l1c"));
  const { threshold, name } = build.manifest.config.values.output;
  const end = fixed.nodes.find((node) => node.name === valueOfOutput(fixed, output)) as FixedNode;
  if (threshold === undefined) {
    const modelScore = valueOfOutput(model, output);
    const scale = endsInSigmoid(model, modelScore) ? "probability" : "value";
    return {
      setup: { modelText: text, fixedText, golden, modelScore, fixedScore: end.name },
      ...{ scale, level: undefined },
    };
  }
  const decided = appendThreshold(model, threshold, name);
  const cut = cutMonotonic(decided);
  const last = cut.nodes.find((node) => node.name === valueOfOutput(cut, name)) as ModelNode;
  if (end.op !== "threshold" || last.op !== "threshold") {
    throw new UserError(`output '${output}' is no threshold`, {
      where: build.folder,
      hint: "Compile the model again.",
    });
  }
  const sigmoid = endsInSigmoid(model, model.outputs[0].value);
  return {
    setup: {
      modelText: printModel(cut),
      ...{ fixedText, golden },
      modelScore: last.inputs[0] as string,
      fixedScore: end.inputs[0] as string,
    },
    scale: !sigmoid ? "value" : cut === decided ? "probability" : "logit",
    level: last.level,
  };
}

function valueOfOutput(graph: Pick<Model, "outputs">, output: string): string {
  return graph.outputs.find(({ name }) => name === output)?.value as string;
}

/** Whether a value is the result of a sigmoid, moved or quantized. */
function endsInSigmoid(model: Model, value: string): boolean {
  const nodes = nodesByName(model);
  let node = nodes.get(value) as ModelNode;
  while (node.op === "quantize" || isMovement(node)) node = nodes.get(node.inputs[0] as string) as ModelNode;
  return node.op === "function" && node.kind === "sigmoid";
}

/** Events to score: the numbers of each input for all of them. */
export interface ScoreTask {
  readonly rows: number;
  readonly inputs: Readonly<Record<string, TypedArray>>;
}

/** The scores of some events, in physical units. */
export interface Scores {
  readonly fixed: Float64Array;
  readonly float: Float64Array;
}

/** Scores events by the firmware's integers and by the model in float64 without its quantizers. */
export async function createScorer(setup: ScoreSetup): Promise<(task: ScoreTask) => Scores> {
  const fixed = parseFixed(setup.fixedText, "fixed.l1c");
  const model = parseModel(setup.modelText, "model.l1c");
  const golden = await loadSimulator(setup.golden);
  // The only output is the score, so that nothing else is copied for each event.
  const scored = { ...model, outputs: [{ name: "score", value: setup.modelScore }] };
  const float = createFloatExecutor(scored, { quantizers: "ignore" });
  const modelInputs = model.nodes.filter(({ op }) => op === "input");
  const encoders = fixed.nodes
    .filter((node): node is FixedInput => node.op === "input")
    .map((node) => ({ name: node.name, encode: inputEncoder(node, { raw: false }) }));
  const scoreNode = fixed.nodes.find(({ name }) => name === setup.fixedScore) as FixedNode;
  const channels = scoreNode.shape.at(-1) ?? 1;
  const size = sizeOf(scoreNode.shape);
  const units = Float64Array.from({ length: size }, (_, i) =>
    toNumber(1n, atElement(scoreNode.types, i, channels)),
  );
  return ({ rows, inputs }) => {
    const scores = { fixed: new Float64Array(rows * size), float: new Float64Array(rows * size) };
    for (let row = 0; row < rows; row++) {
      const numbers = (name: string) => {
        const all = inputs[name] as Float64Array;
        const length = all.length / rows;
        return all.subarray(row * length, (row + 1) * length);
      };
      const integers = golden.trace(
        Object.fromEntries(encoders.map(({ name, encode }) => [name, encode(numbers(name), row)])),
      )[setup.fixedScore] as Int32Array;
      for (let i = 0; i < size; i++) scores.fixed[row * size + i] = Number(integers[i]) * units[i];
      const { score } = float.run(
        Object.fromEntries(modelInputs.map(({ name }) => [name, Float64Array.from(numbers(name))])),
      );
      scores.float.set(score as Float64Array, row * size);
    }
    return scores;
  };
}
