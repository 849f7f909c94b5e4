import { describe, expect, it } from "vitest";
import { type Part, planGraph } from "../../../src/lower/graph/plan.js";
import { mistakeOf } from "../../support/mistake.js";
import { SMALL_NETWORK, smallNetwork } from "../../support/small-network.js";

function show(part: Part): string {
  const reads = part.reads.join(", ");
  if (part.kind !== "region") return `${part.kind} ${part.name} of ${reads}`;
  const { role, items } = part.family;
  const ops = part.nodes.map(({ op, shape }) => `${op}[${shape}]`).join(" ");
  return `region ${part.name} of ${items} ${role}: ${ops} of ${reads} -> ${part.results.join(", ")}`;
}

describe("planGraph", () => {
  it("cuts a network into what computes one item and what exchanges items", () => {
    expect(planGraph(smallNetwork()).parts.map(show)).toEqual([
      "view to.row of index",
      "view to of to.row",
      "view from.row of index",
      "view from of from.row",
      "index_select x.to of x, to",
      "index_select x.from of x, from",
      "region pairs of 6 edges: concat[1,5] dense[1,1] requantize[1,1] of x.to, x.from, attr -> message.q",
      "scatter sum of message.q, to",
      "region node of 5 nodes: concat[1,3] dense[1,1] requantize[1,1] of x, sum -> update.q",
      "index_select update.to of update.q, to",
      "region score.in of 6 edges: concat[1,2] dense[1,1] reshape[1] of update.to, message.q -> scores",
    ]);
  });

  it("knows a value of the whole event beside the items", () => {
    const text = SMALL_NETWORK.replace(
      "  return ",
      `  %size : [2] ufixed<4,4> 0..15 = input()
  %cut : [2] ufixed<1,1> 0..1 = threshold(%size) {levels = [6, 7]}
  return cut = %cut
  return `,
    );
    const { parts, members } = planGraph(smallNetwork(text));
    expect(parts.map(show)).toContain("region cut of 1 event: threshold[2] of size -> cut");
    expect(members.get("cut")).toEqual({ family: { role: "event", items: 1 }, axis: undefined });
  });

  it("takes items along any axis", () => {
    const text = SMALL_NETWORK.replace(
      "%attr : [6, 1] fixed<4,3> -8..7 = input()",
      "%columns : [1, 6] fixed<4,3> -8..7 = input()\n  %attr : [6, 1] fixed<4,3> -8..7 = transpose(%columns) {permutation = [1, 0]}",
    );
    const plan = planGraph(smallNetwork(text));
    expect(plan.members.get("columns")).toMatchObject({ axis: 1, family: { role: "edges", items: 6 } });
    expect(plan.parts.map(show)).toContain("view attr of columns");
  });

  describe("refuses", () => {
    const refusal = (before: string, after: string) => {
      expect(SMALL_NETWORK).toContain(before);
      return mistakeOf(() => planGraph(smallNetwork(SMALL_NETWORK.replace(before, after))));
    };

    it.each([
      [
        "what combines items",
        "%scores : [6] fixed<7,7> -31..37 = reshape(%score)",
        "%scores : [1] fixed<9,9> -186..222 = reduce(%score) {kind = sum, axes = [0]}",
        "node 'scores': graph firmware computes item by item; 'reduce' combines items",
      ],
      [
        "what takes some of the items",
        "%scores : [6] fixed<7,7> -31..37 = reshape(%score)",
        "%scores : [3, 1] fixed<7,7> -31..37 = slice(%score) {starts = [0, 0], steps = [1, 1]}",
        "node 'scores': graph firmware computes item by item; 'slice' takes some of the items, or gives more",
      ],
      [
        "what takes items to other places",
        "%scores : [6] fixed<7,7> -31..37 = reshape(%score)",
        "%scores : [6, 1] fixed<7,7> -31..37 = slice(%score) {starts = [5, 0], steps = [-1, 1]}",
        "node 'scores': graph firmware computes item by item; 'slice' takes items to other places",
      ],
      [
        "rows along another axis than that of the items",
        "%scores : [6] fixed<7,7> -31..37 = reshape(%score)",
        "%scores : [6, 6] ufixed<3,3> 0..7 = index_select(%to.row, %from)",
        "node 'scores': graph firmware computes item by item; 'index_select' takes rows along another axis than that of the items",
      ],
      [
        "what differs between items",
        "%scores : [6] fixed<7,7> -31..37 = reshape(%score)",
        "%scores : [6] ufixed<1,1> 0..1 = threshold(%flat) {levels = [1, 1, 1, 2, 1, 1]}",
        "node 'scores': graph firmware computes item by item; 'threshold' does not do the same for all items",
      ],
    ])("%s", (_, before, after, message) => {
      const flat = after.includes("%flat") ? "%flat : [6] fixed<7,7> -31..37 = reshape(%score)\n  " : "";
      expect(refusal(before, flat + after)).toContain(message);
    });

    it("models without indices", () => {
      const text = `l1c fixed "none"

graph main {
  %x : [5, 2] fixed<4,2> -8..7 = input()
  return y = %x
}
`;
      expect(mistakeOf(() => planGraph(smallNetwork(text)))).toContain(
        "graph firmware is for graph networks",
      );
    });
  });
});
