import { describe, expect, it } from "vitest";
import { DEMO_NAMES, DEMOS } from "../../src/cli/demos/index.js";
import { runCli } from "../support/cli.js";

describe("l1c demo", () => {
  it.each([
    ["tracker", "--columns", "8", "muon"],
    ["tracker", "--background", "2", "muon"],
    ["muon", "--edges-per-clock", "8", "tracker"],
  ])("%s refuses %s, which is for another example", async (example, flag, value, other) => {
    const result = await runCli("demo", example, flag, value, "-o", "/nowhere/at/all");
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain(`l1c: ${flag}: is for the example '${other}'`);
  });

  it("refuses an example that there is none of", async () => {
    const result = await runCli("demo", "kaon");
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("muon");
  });

  it.each(DEMO_NAMES)("%s makes its events by the command that it prints", (name) => {
    const demo = DEMOS[name];
    const options = {
      ...{ output: "folder", events: 7, "cosim-events": 3, seed: 5 },
      ...{ columns: undefined, background: undefined, "edges-per-clock": undefined },
    };
    const { command } = demo.generate(options, "folder/events.npz");
    expect(command).toMatch(new RegExp(`^l1c generate ${name} --events 7 --seed 5 .* -o folder/events.npz$`));
    expect(demo.sample(options)).toContain("7 events");
  });
});
