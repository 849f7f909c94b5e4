import { InternalError } from "../../ir/errors.js";
import { generateTracker, TRACKER_DEFAULTS } from "../commands/generate-tracker.js";
import { percent } from "../summary.js";
import type { DemoExample } from "./example.js";

/** Graphs such as the network was trained on (examples/tracker-gnn/README.md), of other seeds. */
const SAMPLE = {
  layers: 4,
  "phi-sectors": 16,
  "pile-up": 8,
  "pt-min": 2,
  "z0-spread": 5.5,
  "phi-slope": 0.0006,
  "z0-max": 15_000,
} as const;

/** The interaction network that classifies edges, on graphs of the toy Monte Carlo. */
export const trackerDemo: DemoExample = {
  describe: "the interaction network of the tracker",
  model: "examples/tracker-gnn/interaction-small/model.onnx",
  defaults: { output: "demo-tracker-out", events: 300, "cosim-events": 500 },
  own: ["edges-per-clock"],

  generate: ({ events, seed }, output) => {
    const flags = Object.entries(SAMPLE).map(([name, value]) => `--${name} ${value}`);
    return {
      command: `l1c generate tracker --events ${events} --seed ${seed} ${flags.join(" ")} -o ${output}`,
      run: (quiet) => generateTracker.run({ ...TRACKER_DEFAULTS, ...SAMPLE, events, seed, output }, quiet),
    };
  },

  sample: ({ events, seed }) =>
    `${events} events in ${SAMPLE["phi-sectors"]} × 2 sectors of ${SAMPLE.layers} layers, ${SAMPLE["pile-up"]} vertices of pile-up, pT from ${SAMPLE["pt-min"]} GeV, seed ${seed}`,

  compile: (options) => ({ "edges-per-clock": options["edges-per-clock"] }),

  physics: (evaluation) => {
    if (evaluation.task !== "tracker") throw new InternalError("the tracker's network was judged as another");
    const { algorithms, working, flips, cut, edges } = evaluation.physics;
    const rows = algorithms.map(({ role, auc, thresholds }) => {
      const point = thresholds[working];
      const values = [
        `area ${auc?.toFixed(5) ?? "–"}`,
        `at ${point?.threshold}: purity ${percent(point?.purity?.value)}`,
        `efficiency ${percent(point?.efficiency?.value)}`,
        `accuracy ${percent(point?.accuracy?.value)}`,
        `perfect tracks ${percent(point?.tracks?.perfectEfficiency?.value)}`,
      ];
      return [`physics, ${role}`, values.join(", ")] as const;
    });
    return [
      ...rows,
      ["decided differently", `${flips[working]} of ${edges} edges`],
      ["cut", `${cut.graphs} graphs, ${cut.edges} edges`],
    ];
  },
};
