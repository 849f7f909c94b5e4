import { describe, expect, it } from "vitest";
import { createMetric, type MetricKind, type OutputValues } from "../../../src/quantize/calibrate/index.js";
import { mistakeOf } from "../../support/mistake.js";

const output = (shape: readonly number[], ...values: readonly number[]): OutputValues => ({
  name: "y",
  shape,
  values: Float64Array.from(values),
});
const labels = (...values: readonly number[]) => ({
  where: "labels.npy",
  values: Float64Array.from(values),
});

describe("metrics against the float model", () => {
  const float = output([3], 1, 2, 3, 3, 2, 1, 0, 5, 0, 1, 1, 0);

  it("agreement counts equal decisions; of equal values the first is the largest", () => {
    const metric = createMetric("agreement", [float]);
    expect(metric([float])).toBe(1);
    expect(metric([output([3], 1, 2, 3, 2, 2, 1, 6, 5, 0, 0, 1, 0)])).toBe(0.5);
  });

  it("with a threshold every element is a decision; decisions of the model are taken as they are", () => {
    const metric = createMetric("agreement", [output([1], 0.5, 0.4, 0.6, 0)], { threshold: 0.5 });
    expect(metric([output([1], 0.49, 0.4, 0.6, 0)])).toBe(0.75);
    const decided = (...values: readonly number[]) => ({ ...output([2], ...values), decided: true });
    expect(createMetric("agreement", [decided(3, 0, 1, 1)])([decided(3, 1, 1, 1)])).toBe(0.75);
  });

  it("errors are relative to the standard deviation of the float model's outputs", () => {
    const reference = output([2], 0, 4, 4, 0);
    const other = output([2], 1, 4, 4, -2);
    const measure = (kind: MetricKind) => createMetric(kind, [reference])([other]);
    expect(measure("max_error")).toBe(1);
    expect(measure("mean_error")).toBeCloseTo(3 / 8, 12);
    expect(measure("rms_error")).toBeCloseTo(Math.sqrt(5 / 16), 12);
    expect(createMetric("max_error", [reference])([output([2], Number.NaN, 4, 4, 0)])).toBeNaN();
  });

  it("the worst of several outputs counts", () => {
    const two = [output([1], 0, 2), output([1], 0, 20)];
    const metric = createMetric("max_error", two);
    expect(metric([output([1], 0, 3), output([1], 0, 21)])).toBe(1);
    const agreement = createMetric("agreement", two, { threshold: 1 });
    expect(agreement([output([1], 0, 0), output([1], 0, 21)])).toBe(0.5);
  });

  it("refuse outputs that they do not fit", () => {
    expect(mistakeOf(() => createMetric("agreement", [output([1], 1, 2)]))).toBe(
      "output 'y': it has no classes of which one is the largest, and no threshold\n" +
        "  Set output.threshold in l1c.yaml, or measure by rms_error.",
    );
    expect(mistakeOf(() => createMetric("rms_error", [output([1], 2, 2)]))).toContain(
      "output 'y': the float model gives the same value for every event",
    );
    expect(mistakeOf(() => createMetric("agreement", [float], { labels: labels(1, 1, 1, 1) }))).toContain(
      "agreement compares with the float model and takes no labels",
    );
  });
});

describe("metrics against labels", () => {
  const scores = output([3], 1, 2, 3, 3, 2, 1, 0, 5, 0, 1, 1, 0);

  it("accuracy takes classes and one-hot labels alike", () => {
    expect(createMetric("accuracy", [scores], { labels: labels(2, 0, 1, 1) })([scores])).toBe(0.75);
    const oneHot = labels(0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0);
    expect(createMetric("accuracy", [scores], { labels: oneHot })([scores])).toBe(0.75);
  });

  it("accuracy of bits needs the threshold", () => {
    const bits = output([2], 0.2, 0.7, 0.5, 0.1);
    const options = { labels: labels(0, 1, 1, 1), threshold: 0.5 };
    expect(createMetric("accuracy", [bits], options)([bits])).toBe(0.75);
    const one = output([1], 0.2, 0.7);
    expect(mistakeOf(() => createMetric("accuracy", [one], { labels: labels(0, 1) }))).toContain(
      "no threshold",
    );
  });

  it("auc is the probability that a positive scores above a negative, also for each class against the rest", () => {
    const one = output([1], 0.1, 0.4, 0.35, 0.8);
    expect(createMetric("auc", [one], { labels: labels(0, 0, 1, 1) })([one])).toBe(0.75);
    const two = output([2], 0.1, 0.9, 0.6, 0.4, 0.65, 0.35, 0.2, 0.8);
    expect(createMetric("auc", [two], { labels: labels(1, 1, 0, 0) })([two])).toBe(0.75);
    // Class 2 never occurs: nothing can be said of it.
    const three = output([3], 0.1, 0.9, 0, 0.6, 0.4, 0, 0.65, 0.35, 0, 0.2, 0.8, 0);
    expect(createMetric("auc", [three], { labels: labels(1, 1, 0, 0) })([three])).toBe(0.75);
  });

  it("refuse labels that do not fit, and outputs without scores", () => {
    const refused = (kind: MetricKind, ...values: readonly number[]) =>
      mistakeOf(() => createMetric(kind, [scores], { labels: labels(...values) }));
    expect(refused("accuracy", 0, 1)).toContain("labels.npy: there are 2 labels for 4 decisions");
    expect(refused("accuracy", 0, 1, 3, 0)).toBe(
      "labels.npy: label 2 is 3\n  Labels are a class from 0 to 2, or 3 one-hot values, for each decision.",
    );
    expect(refused("accuracy", 0, 1, 0.5, 0)).toContain("label 2 is 0.5");
    expect(refused("auc", 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0)).toContain("label 0 is not one-hot: 0, 1, 1");
    expect(refused("auc", 1, 1, 1, 1)).toContain("all labels are the same");
    expect(mistakeOf(() => createMetric("auc", [scores]))).toContain("auc needs labels");
    const several = [scores, scores];
    expect(mistakeOf(() => createMetric("accuracy", several, { labels: labels(0, 0, 0, 0) }))).toContain(
      "accuracy is for models of one output, this one has 2",
    );
    const decided = { ...output([1], 0, 1), decided: true };
    expect(mistakeOf(() => createMetric("auc", [decided], { labels: labels(0, 1) }))).toContain(
      "its values are decisions",
    );
    const bits = output([1], 0, 1);
    expect(
      mistakeOf(() => createMetric("accuracy", [bits], { labels: labels(0, 2), threshold: 0.5 })),
    ).toContain("Labels are 0 or 1 for each value of the output.");
  });
});
