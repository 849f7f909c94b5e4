/** Text of the emitted language: runs many events, so that a worker thread needs nothing but the module itself. */
export const BLOCK_TEXT = `
/** Many events: for each input the integers of all events, one event after the other, and the nodes that are wanted. */
export interface Block {
  readonly count: number;
  readonly inputs: Values;
  readonly nodes: readonly string[];
}

/** The wanted values of all events of a block, by node name, one event after the other. */
export function runBlock(block: Block): Values {
  const wanted = block.nodes.map((name) => {
    const port = nodes.find((node) => node.name === name);
    if (port === undefined) throw new RangeError("there is no node " + name);
    return port;
  });
  const results: Record<string, Values[string]> = {};
  for (const port of wanted) results[port.name] = newArray(port, block.count);
  for (let event = 0; event < block.count; event++) {
    const values: Record<string, Values[string]> = {};
    for (const port of inputs) {
      const size = sizeOf(port);
      values[port.name] = block.inputs[port.name].slice(event * size, (event + 1) * size);
    }
    const all = trace(values);
    for (const port of wanted) {
      const from = all[port.name];
      const to = results[port.name];
      const start = event * from.length;
      if (Array.isArray(to)) from.forEach((k: number | bigint, i: number) => (to[start + i] = BigInt(k)));
      else to.set(from as ArrayLike<number>, start);
    }
  }
  return results;
}

function sizeOf(port: Port): number {
  return port.shape.reduce((a, b) => a * b, 1);
}

function newArray(port: Port, count: number): Values[string] {
  const length = count * sizeOf(port);
  if (port.elements === "int32") return new Int32Array(length);
  return port.elements === "float64" ? new Float64Array(length) : new Array<bigint>(length).fill(0n);
}
`.trim();
