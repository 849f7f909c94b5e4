import { InternalError } from "../../ir/errors.js";
import { generateMuon, MUON_DEFAULTS } from "../commands/generate-muon.js";
import { fakes, percent } from "../summary.js";
import type { DemoExample } from "./example.js";

/** Images with no muon, one and two: efficiency, fakes and pairs all get their share. */
const MUONS = "0:0.3,1:0.4,2:0.3";

/** The muon segment CNN on chamber images of the toy Monte Carlo. */
export const muonDemo: DemoExample = {
  describe: "the muon segment CNN",
  model: "examples/muon-cnn/model.keras",
  defaults: { output: "demo-out", events: 20_000, "cosim-events": 1000 },
  own: ["columns", "background"],

  generate: ({ events, seed, background = 1 }, output) => ({
    command: `l1c generate muon --events ${events} --seed ${seed} --muons ${MUONS} --background ${background} -o ${output}`,
    run: (quiet) =>
      generateMuon.run({ ...MUON_DEFAULTS, muons: MUONS, events, seed, background, output }, quiet),
  }),

  sample: ({ events, seed, background = 1 }) =>
    `${events} events: ${MUONS.replaceAll(",", ", ")} muons, pT flat in 5–100 GeV, ${background}× background, seed ${seed}`,

  compile: ({ columns }) => ({ columns }),

  physics: (evaluation) => {
    if (evaluation.task !== "muon") throw new InternalError("the muon's network was judged as another");
    const { algorithms, equalTerms = [] } = evaluation.physics;
    const [low, high] = algorithms[0]?.metrics.plateauRange ?? [0, 0];
    return [
      ...algorithms.map(({ role, metrics, chosen }) => {
        const point = metrics.thresholds[chosen];
        const efficiency = `efficiency ${percent(point?.plateau?.value)} (${low}–${high} GeV)`;
        const rate = point?.fakeRate?.value.toPrecision(3);
        return [
          `physics, ${role}`,
          `${efficiency}, ${rate} fakes per chamber image (${point?.fakes})`,
        ] as const;
      }),
      ...equalTerms.map(({ title, points }) => {
        const terms = points.map(
          ({ role, point }) => `${role} ${percent(point?.plateau?.value)}, ${fakes(point)}`,
        );
        return [`at ${title}`, terms.join("; ")] as const;
      }),
    ];
  },
};
