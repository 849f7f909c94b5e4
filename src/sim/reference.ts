import type { Fixed, FixedNode } from "../ir/fixed/fixed.js";
import { fixedOperator } from "../ir/fixed/operators/index.js";
import { nodesByName } from "../ir/graph.js";
import { traceBlock } from "./block.js";
import { fromBigInts, type IntegerArray, toBigInts } from "./elements.js";
import { inputArray, type Port, portsOf, type Simulator, type Values } from "./simulator.js";

/** The plainest possible interpreter: every node by its operator's own definition, in BigInt. The oracle of all tests. */
export function referenceSimulator(fixed: Fixed): Simulator {
  const ports = portsOf(fixed);
  const nodes = nodesByName(fixed);

  function evaluate(inputs: Values): ReadonlyMap<string, readonly bigint[]> {
    const values = new Map<string, readonly bigint[]>();
    for (const port of ports.inputs) values.set(port.name, toBigInts(inputArray(inputs, port)));
    for (const node of fixed.nodes) {
      if (node.op === "input") continue;
      const operands = node.inputs.map((name) => nodes.get(name) as FixedNode);
      const integers = node.inputs.map((name) => values.get(name) as readonly bigint[]);
      values.set(node.name, fixedOperator(node.op).evaluate(node as never, operands, integers));
    }
    return values;
  }

  function trace(inputs: Values): Values {
    const values = evaluate(inputs);
    return Object.fromEntries(ports.nodes.map((port) => [port.name, hold(port, values.get(port.name))]));
  }

  const hold = ({ elements }: Port, integers: readonly bigint[] | undefined): IntegerArray =>
    fromBigInts(elements, integers as readonly bigint[]);

  return {
    ...ports,
    run(inputs) {
      const values = evaluate(inputs);
      return Object.fromEntries(
        ports.outputs.map((port, o) => [port.name, hold(port, values.get(fixed.outputs[o].value))]),
      );
    },
    trace,
    runBlock: (block) => traceBlock(ports, trace, block),
  };
}
