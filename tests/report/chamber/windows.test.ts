import { describe, expect, it } from "vitest";
import { classifyVoxels } from "../../../src/report/chamber/classify.js";
import { activityWindows, wholeChamber } from "../../../src/report/chamber/windows.js";
import type { EventDisplay } from "../../../src/report/data.js";

const offset = (partition: number, strip: number, layer: number) => (partition * 384 + strip) * 6 + layer;

function event(
  truth: readonly number[],
  marked: readonly number[],
  hits: readonly number[] = [],
): EventDisplay {
  const muon = { pt: 20, eta: 2.4, charge: 1, strip: 1, slope: 0, voxels: truth };
  return { title: "", partitions: 8, strips: 384, layers: 6, hits, marked, muons: [muon] };
}

const windowsOf = (e: EventDisplay) => activityWindows(classifyVoxels(e), e);

describe("activityWindows", () => {
  it("shows 30 strips around a muon and the partitions beside its own", () => {
    const { windows, left } = windowsOf(event([offset(3, 100, 0), offset(2, 102, 5)], []));
    expect(windows).toEqual([{ strips: [87, 116], partitions: [1, 4] }]);
    expect(left).toBe(0);
  });

  it("stays inside the chamber", () => {
    expect(windowsOf(event([offset(0, 0, 0)], [])).windows).toEqual([
      { strips: [0, 29], partitions: [0, 1] },
    ]);
    expect(windowsOf(event([offset(7, 383, 0)], [])).windows).toEqual([
      { strips: [354, 383], partitions: [6, 7] },
    ]);
  });

  it("widens a window to hold what belongs together", () => {
    const { windows } = windowsOf(
      event(
        [100, 118, 136].map((strip) => offset(4, strip, 1)),
        [],
      ),
    );
    expect(windows).toEqual([{ strips: [94, 142], partitions: [3, 5] }]);
  });

  it("prefers true muons to false marks and counts what it leaves out", () => {
    const marks = [50, 150, 250].flatMap((strip) => [0, 1, 2].map((layer) => offset(1, strip, layer)));
    const { windows, left } = windowsOf(event([offset(5, 350, 2)], marks));
    expect(windows.map(({ strips }) => strips)).toContainEqual([336, 365]);
    expect(windows).toHaveLength(2);
    expect(left).toBe(2);
  });

  it("shows nothing close where there are only hits", () => {
    expect(windowsOf(event([], [], [5, 6, 7]))).toEqual({ windows: [], left: 0 });
    expect(wholeChamber(event([], []))).toEqual({ strips: [0, 383], partitions: [0, 7] });
  });
});
