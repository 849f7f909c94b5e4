import { describe, expect, it } from "vitest";
import { efficiencyAxis, linearTicks, logAxis, ROLE_COLOUR } from "../../../src/report/plots/theme.js";

describe("axes of the plots", () => {
  it("puts ticks at whole multiples of the step", () => {
    expect(linearTicks(3, 30, 10)).toEqual([10, 20, 30]);
    expect(linearTicks(0.7, 1, 0.1)).toEqual([0.7, 0.8, 0.9, 1]);
  });

  it("opens the efficiency axis downwards as far as the data go", () => {
    expect(efficiencyAxis(0.97).domain).toEqual([0.8, 1]);
    expect(efficiencyAxis(0.76).domain).toEqual([0.7, 1]);
    expect(efficiencyAxis(0).domain).toEqual([0, 1]);
    expect(efficiencyAxis(0).ticks.length).toBeLessThanOrEqual(6);
  });

  it.each([
    { values: [0.00012, 0.3], ticks: [0.0001, 0.001, 0.01, 0.1] },
    { values: [0.011, 0.019], ticks: [0.01, 0.02] },
    { values: [0, 0.02, 0.4], ticks: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5] },
    { values: [0.3, 12], ticks: [0.2, 0.5, 1, 2, 5, 10, 20] },
  ])("makes a logarithmic axis around $values", ({ values, ticks }) => {
    const axis = logAxis(values);
    expect(axis.ticks).toEqual(ticks);
    for (const value of values.filter((x) => x > 0)) {
      expect(axis.domain[0]).toBeLessThan(value);
      expect(axis.domain[1]).toBeGreaterThanOrEqual(value);
    }
  });

  it("has an axis when no value is positive", () => {
    const { domain, ticks } = logAxis([0, 0]);
    expect(domain[0]).toBeGreaterThan(0);
    expect(domain[1]).toBeGreaterThan(domain[0]);
    expect(ticks.length).toBeGreaterThan(1);
  });

  it("gives each role a colour of its own", () => {
    expect(new Set(Object.values(ROLE_COLOUR)).size).toBe(Object.keys(ROLE_COLOUR).length);
  });
});
