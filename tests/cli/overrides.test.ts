import { describe, expect, it } from "vitest";
import { type Config, checkConfig } from "../../src/cli/config.js";
import { itemsPerClock, type Overrides, override } from "../../src/cli/overrides.js";
import { UserError } from "../../src/ir/errors.js";

const NOTHING: Overrides = {
  type: undefined,
  architecture: undefined,
  columns: undefined,
  "clock-mhz": undefined,
  threshold: undefined,
};

const config = (values: object): Config => checkConfig(values, "l1c.yaml");

describe("what the command line asks for", () => {
  it("leaves the configuration as it is where that is nothing", () => {
    const full = config({
      clock_mhz: 320,
      architecture: "stream",
      stream: { columns: 3 },
      latency: { cycles: 9 },
      types: { x: "fixed<8,3>" },
      output: { threshold: 0.5 },
      tables: { block_ram_from: 4096 },
    });
    expect(override(full, NOTHING)).toEqual(full);
    expect(override(config({}), NOTHING)).toEqual(config({}));
  });

  it("takes the place of what the file says of the same thing, and of what then has no meaning", () => {
    const file = config({ clock_mhz: 320, stream: { columns: 3 }, latency: { cycles: 9, ns: 40 } });
    expect(override(file, { ...NOTHING, "clock-mhz": 240 }).clock_mhz).toBe(240);
    expect(override(file, { ...NOTHING, columns: 5 }).stream?.columns).toBe(5);
    expect(override(file, { ...NOTHING, architecture: "parallel" }).stream).toBeUndefined();
    expect(override(file, { ...NOTHING, "latency-ns": 30 }).latency).toEqual({ ns: 30 });
  });

  it("adds types to those of the file", () => {
    const file = config({ types: { x: "fixed<8,3>", y: "fixed<4,4>" } });
    const { types } = override(file, { ...NOTHING, type: ["x=fixed<9,3>", "a=b=ufixed<2,2>"] });
    expect(types).toEqual({ x: "fixed<9,3>", y: "fixed<4,4>", "a=b": "ufixed<2,2>" });
  });

  it.each<[string, Partial<Overrides>, RegExp]>([
    ["a type without a node", { type: "fixed<8,3>" }, /no NODE=TYPE/],
    ["two types of a node", { type: ["x=fixed<8,3>", "x=fixed<9,3>"] }, /'x' has two types/],
    ["no type", { type: "x=float" }, /types\.x/],
    ["half a column", { columns: 1.5 }, /stream\.columns/],
  ])("is refused: %s", (_, asked, message) => {
    const attempt = () => override(config({}), { ...NOTHING, ...asked });
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(message);
  });

  it("says how many edges and nodes come in a clock", () => {
    const file = config({ graph: { nodes: 8, edges: 20, edges_per_clock: 4, nodes_per_clock: 2 } });
    const elsewhere = override(file, { ...NOTHING, architecture: "parallel" });
    expect(itemsPerClock(elsewhere, NOTHING)).toEqual({});
    expect(itemsPerClock(file, NOTHING)).toEqual({ edges: 4, nodes: 2 });
    expect(itemsPerClock(file, { ...NOTHING, "edges-per-clock": 7 })).toEqual({ edges: 7, nodes: 2 });
    expect(itemsPerClock(config({}), NOTHING)).toEqual({});
    expect(() => itemsPerClock(file, { ...NOTHING, "nodes-per-clock": 0 })).toThrow(UserError);
  });
});
