import { chosenOf, labelOf } from "../algorithm.js";
import type { Evaluated, MuonEvaluation, ReportData, Role, TrackerEvaluation } from "../data.js";
import { number, withInterval } from "../format.js";
import type { Plot } from "../plots/index.js";
import { roleName } from "../role-names.js";
import { muonEventsSection } from "./muon-events.js";
import { muonPhysicsSection } from "./muon-physics.js";
import type { Card, Section } from "./section.js";
import { trackerEventsSection } from "./tracker-events.js";
import { trackerPhysicsSection } from "./tracker-physics.js";

/** What a report shows of the physics of one kind of network. */
export interface View {
  readonly cards: readonly Card[];
  /** What the numbers of the cards mean. */
  readonly note: string | undefined;
  readonly sections: (plots: readonly Plot[]) => readonly Section[];
}

/** The view of a model whose physics was evaluated or could be; undefined for any other. */
export function viewOf({ task, evaluation }: ReportData): View | undefined {
  switch (evaluation?.task ?? task) {
    case "muon":
      return muonView(evaluation as MuonEvaluation | undefined);
    case "tracker":
      return trackerView(evaluation as TrackerEvaluation | undefined);
    default:
      return undefined;
  }
}

const NOT_EVALUATED: readonly Card[] = [{ title: "Physics", value: "not evaluated" }];

function muonView(evaluation: MuonEvaluation | undefined): View {
  const algorithms = evaluation?.physics.algorithms ?? [];
  const plateau = algorithms[0]?.metrics.plateauRange;
  return {
    cards:
      algorithms.length === 0
        ? NOT_EVALUATED
        : [muonCard("Efficiency", algorithms, "plateau"), muonCard("Fake rate", algorithms, "fakeRate")],
    note:
      plateau &&
      `Efficiency for pT ${plateau[0]}–${plateau[1]} GeV; fake rate per chamber and bunch crossing, each algorithm at its working point. Intervals stand in the physics section.`,
    sections: (plots) => [muonPhysicsSection(evaluation, plots), muonEventsSection(evaluation)],
  };
}

/** Efficiency or fake rate of all algorithms: the firmware's large, the others beside it. */
function muonCard(title: string, algorithms: readonly Evaluated[], key: "plateau" | "fakeRate"): Card {
  const ORDER: readonly Role[] = ["fixed", "float", "baseline"];
  const sorted = [...algorithms].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
  const show = (algorithm: Evaluated) => withInterval(chosenOf(algorithm)[key]).value;
  return {
    title: `${title}, ${labelOf(sorted[0])}`,
    value: show(sorted[0]),
    detail: sorted
      .slice(1)
      .map((algorithm) => `${labelOf(algorithm)} ${show(algorithm)}`)
      .join(" · "),
  };
}

function trackerView(evaluation: TrackerEvaluation | undefined): View {
  if (evaluation === undefined) {
    return { cards: NOT_EVALUATED, note: undefined, sections: () => [trackerPhysicsSection(undefined, [])] };
  }
  const { algorithms, working } = evaluation.physics;
  const [fixed, ...others] = algorithms;
  const cardOf = (title: string, show: (algorithm: (typeof algorithms)[number]) => string): Card => ({
    title: `${title}, ${roleName(fixed.role)}`,
    value: show(fixed),
    detail: others.map((algorithm) => `${roleName(algorithm.role)} ${show(algorithm)}`).join(" · "),
  });
  const at = (key: "efficiency" | "purity") => (algorithm: (typeof algorithms)[number]) =>
    withInterval(algorithm.thresholds[working][key]).value;
  return {
    cards: [
      cardOf("AUC", ({ auc }) => (auc === null ? "–" : auc.toFixed(5))),
      cardOf("Efficiency of edges", at("efficiency")),
      cardOf("Purity of edges", at("purity")),
    ],
    note: `Efficiency and purity where an edge is taken from a probability of ${number(fixed.thresholds[working].threshold)}; AUC: area under the receiver operating characteristic. Intervals stand in the physics section.`,
    sections: (plots) => [trackerPhysicsSection(evaluation, plots), trackerEventsSection(evaluation)],
  };
}
