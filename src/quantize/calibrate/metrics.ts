import { UserError } from "../../ir/errors.js";
import { areaUnderCurve } from "../../statistics/roc.js";

/** What a quantized model can be measured by, and whether a larger value is better. */
export const METRICS = {
  /** Fraction of the decisions that are those of the float model. */
  agreement: "larger",
  /** Differences from the float model's outputs, divided by the standard deviation of these. */
  max_error: "smaller",
  mean_error: "smaller",
  rms_error: "smaller",
  /** Fraction of the decisions that are those of the labels. */
  accuracy: "larger",
  /** Area under the receiver operating characteristic; of several classes the mean of one against the rest. */
  auc: "larger",
} as const;
export type MetricKind = keyof typeof METRICS;
export const METRIC_KINDS = Object.keys(METRICS) as MetricKind[];

/** One output of a model on all events. */
export interface OutputValues {
  readonly name: string;
  /** The shape of one event's part. */
  readonly shape: readonly number[];
  /** The events one after the other, row-major. */
  readonly values: Float64Array;
  /** Whether the values are decisions themselves: bits of a threshold, indices of an argmax. */
  readonly decided?: boolean;
}

/** What is true of each event. */
export interface Labels {
  /** For messages. */
  readonly where: string;
  /** The events one after the other: a class, a bit, or one-hot classes for each decision. */
  readonly values: Float64Array;
}

export interface MetricOptions {
  readonly labels?: Labels;
  /** Makes every element of the output a decision: whether it is at least this. Else the largest of the last axis is one. */
  readonly threshold?: number;
}

/** The metric of a model's outputs. */
export type Metric = (outputs: readonly OutputValues[]) => number;

/**
 * A metric against the outputs of the float model on the same events. Of several outputs the worst counts. Throws a
 * UserError where the metric does not fit the outputs or the labels.
 */
export function createMetric(
  kind: MetricKind,
  reference: readonly OutputValues[],
  { labels, threshold }: MetricOptions = {},
): Metric {
  const needsLabels = kind === "accuracy" || kind === "auc";
  if (needsLabels !== (labels !== undefined)) {
    throw needsLabels
      ? new UserError(`${kind} needs labels`, { where: "metric", hint: "Give them with --labels." })
      : new UserError(`${kind} compares with the float model and takes no labels`, {
          where: "metric",
          hint: "Leave --labels out, or measure by accuracy or auc.",
        });
  }
  if (labels === undefined) {
    const parts = reference.map((output) =>
      kind === "agreement" ? agreement(output, threshold) : relativeError(kind, output),
    );
    const worst = kind === "agreement" ? Math.min : Math.max;
    return (outputs) => worst(...outputs.map((output, i) => (parts[i] as Part)(output)));
  }
  const [only] = reference;
  if (only === undefined || reference.length > 1) {
    throw new UserError(`${kind} is for models of one output, this one has ${reference.length}`, {
      where: "metric",
    });
  }
  const part = kind === "auc" ? auc(only, labels, threshold) : accuracy(only, labels, threshold);
  return (outputs) => part(outputs[0] as OutputValues);
}

type Part = (output: OutputValues) => number;

function agreement(reference: OutputValues, threshold: number | undefined): Part {
  const wanted = decisions(reference, threshold);
  return (output) => fractionEqual(decisions(output, threshold), wanted);
}

function accuracy(reference: OutputValues, labels: Labels, threshold: number | undefined): Part {
  // Decisions come first: without them no label fits.
  decisions(reference, threshold);
  const wanted = labelsOf(reference, labels, threshold);
  return (output) => fractionEqual(decisions(output, threshold), wanted);
}

function fractionEqual(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let equal = 0;
  for (let i = 0; i < b.length; i++) if (a[i] === b[i]) equal++;
  return equal / b.length;
}

/** How many values of the last axis make one decision. */
function classesOf({ shape, decided }: OutputValues, threshold: number | undefined): number {
  return decided === true || threshold !== undefined ? 1 : (shape.at(-1) ?? 1);
}

function decisions(output: OutputValues, threshold: number | undefined): ArrayLike<number> {
  const { name, values, decided } = output;
  if (decided === true) return values;
  if (threshold !== undefined) return Uint8Array.from(values, (x) => (x >= threshold ? 1 : 0));
  const classes = classesOf(output, threshold);
  if (classes < 2) {
    throw new UserError("it has no classes of which one is the largest, and no threshold", {
      where: `output '${name}'`,
      hint: "Set output.threshold in l1c.yaml, or measure by rms_error.",
    });
  }
  return largestOfRows(values, classes);
}

/** The index of the largest value of each row, of equal ones the first, as in argmax. */
function largestOfRows(values: Float64Array, classes: number): Uint32Array {
  return Uint32Array.from({ length: values.length / classes }, (_, row) => {
    let best = 0;
    for (let i = 1; i < classes; i++) {
      if ((values[row * classes + i] as number) > (values[row * classes + best] as number)) best = i;
    }
    return best;
  });
}

/** The label of each decision. */
function labelsOf(
  output: OutputValues,
  { where, values }: Labels,
  threshold: number | undefined,
): ArrayLike<number> {
  const classes = classesOf(output, threshold);
  const count = output.values.length / classes;
  const binary = classes === 1;
  const refuse = (message: string) => {
    const each = binary
      ? output.decided === true
        ? "one label for each value of the output"
        : "0 or 1 for each value of the output"
      : `a class from 0 to ${classes - 1}, or ${classes} one-hot values, for each decision`;
    throw new UserError(message, { where, hint: `Labels are ${each}.` });
  };
  if (values.length === count) {
    const most = binary ? 1 : classes - 1;
    const bad = values.findIndex(
      (x) => !Number.isInteger(x) || (output.decided !== true && (x < 0 || x > most)),
    );
    if (bad >= 0) refuse(`label ${bad} is ${values[bad]}`);
    return values;
  }
  if (values.length !== count * classes) {
    refuse(`there are ${values.length} labels for ${count} decisions`);
  }
  for (let row = 0; row < count; row++) {
    const part = values.subarray(row * classes, (row + 1) * classes);
    const ones = part.filter((x) => x === 1).length;
    if (ones !== 1 || part.some((x) => x !== 0 && x !== 1))
      refuse(`label ${row} is not one-hot: ${part.join(", ")}`);
  }
  return largestOfRows(values, classes);
}

function relativeError(kind: MetricKind, output: OutputValues): Part {
  const { name, values } = output;
  const spread = standardDeviation(values);
  if (!(spread > 0)) {
    throw new UserError("the float model gives the same value for every event", {
      where: `output '${name}'`,
      hint: "Measure on events that differ.",
    });
  }
  return ({ values: own }) => {
    let [largest, sum, squares] = [0, 0, 0];
    for (let i = 0; i < values.length; i++) {
      const error = Math.abs((own[i] as number) - (values[i] as number)) / spread;
      largest = Math.max(largest, error);
      sum += error;
      squares += error * error;
    }
    if (kind === "max_error") return largest;
    return kind === "mean_error" ? sum / values.length : Math.sqrt(squares / values.length);
  };
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
}

function auc(reference: OutputValues, labels: Labels, threshold: number | undefined): Part {
  if (reference.decided === true) {
    throw new UserError("its values are decisions: there is no score to cut at different places", {
      where: `output '${reference.name}'`,
      hint: "Measure by accuracy.",
    });
  }
  const classes = classesOf(reference, threshold);
  const wanted = labelsOf(reference, labels, threshold);
  /** The classes of which there are some and others. */
  const judged = Array.from({ length: classes }, (_, c) => (classes === 1 ? 1 : c)).filter((c) => {
    const members = Array.prototype.reduce.call(wanted, (n, x) => (n as number) + (x === c ? 1 : 0), 0);
    return members !== 0 && members !== wanted.length;
  });
  if (judged.length === 0) {
    throw new UserError("all labels are the same: there is nothing to tell apart", { where: labels.where });
  }
  return ({ values }) => {
    const areas = judged.map((c) => {
      const column = classes === 1 ? 0 : c;
      const scores = Float64Array.from(
        { length: wanted.length },
        (_, row) => values[row * classes + column] as number,
      );
      return areaUnderCurve(scores, (row) => wanted[row] === c);
    });
    return areas.reduce((sum, x) => sum + x, 0) / areas.length;
  };
}
