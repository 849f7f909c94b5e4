import type { Circuit, Module } from "../ir/circuit/circuit.js";
import type { Target } from "../lower/target.js";
import { carryGroups } from "./arithmetic.js";
import { NOTHING, plus, type Resources } from "./counts.js";
import { coverByLuts } from "./cover.js";
import type { FlipFlop } from "./elaborate/flip-flops.js";
import { type Block, elaborate, inputsOf } from "./elaborate/index.js";
import type { Part } from "./elaborate/logic.js";
import { type Bit, isConstant, type Network, nodeOf, not } from "./network.js";
import { addedByRewriting } from "./rewritten.js";
import { shiftRegisters } from "./shift-registers.js";

/** What a module needs, given which of its input bits are constant. */
interface Mapped {
  readonly resources: Resources;
  /** Of each output bit, the constant that it is. */
  readonly outputs: readonly (Bit | undefined)[];
  /** Of each input bit, whether anything depends on it. */
  readonly reads: readonly boolean[];
}

/**
 * Maps modules to the elements of an FPGA as synthesis does, flat. Only in a large circuit, a module that it uses more than
 * once is mapped by itself, once for each set of inputs that are constant, and counted as often as it is used.
 */
export class TechnologyMapper {
  private readonly known = new Map<string, Mapped>();
  private readonly repeated: ReadonlySet<string>;
  private readonly circuit: Circuit;
  private readonly target: Target;

  constructor(circuit: Circuit, target: Target) {
    this.circuit = circuit;
    this.target = target;
    this.repeated = repeatedModules(circuit);
  }

  /** What a module needs by itself, with all that is inside it. */
  resources(module: Module): Resources {
    return this.map(module.name, new Array<undefined>(inputWidth(module)).fill(undefined)).resources;
  }

  private map(name: string, constants: readonly (Bit | undefined)[]): Mapped {
    const key = `${name}|${constants.map((value) => value ?? "x").join("")}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const mapped = this.mapNew(name, constants);
    this.known.set(key, mapped);
    return mapped;
  }

  private mapNew(name: string, constants: readonly (Bit | undefined)[]): Mapped {
    const outputsOf = (module: string, fixed: readonly (Bit | undefined)[]) =>
      this.map(module, fixed).outputs;
    const { circuit, repeated, target } = this;
    const { logic, blocks, outputs } = elaborate(circuit, name, constants, repeated, outputsOf, target);
    const { network, arithmetic, parts } = logic;
    const flipFlops = logic.flipFlops.all;

    // From the outputs back: what they depend on, through chains, registers and blocks.
    const chainOf = new Map<number, readonly [chain: number, bit: number]>();
    arithmetic.chains.forEach(({ sums }, chain) => {
      for (const [bit, sum] of sums.entries()) if (!isConstant(sum)) chainOf.set(nodeOf(sum), [chain, bit]);
    });
    const sources = new Map<number, readonly Bit[]>();
    const used = {
      flipFlops: new Set<number>(),
      blocks: new Set<number>(),
      parts: new Set<number>(),
    };
    const owner = new Map<number, () => void>();
    flipFlops.forEach(({ output, data, reset }, i) => {
      sources.set(nodeOf(output), [data, reset]);
      owner.set(nodeOf(output), () => used.flipFlops.add(i));
    });
    const mappedBlocks = blocks.map(({ module, constants: fixed }) => this.map(module, fixed));
    const readBy = (block: Block, i: number) =>
      block.inputs.filter((_, at) => (mappedBlocks[i] as Mapped).reads[at] === true);
    blocks.forEach((block, i) => {
      const inputs = readBy(block, i);
      for (const output of block.outputs) {
        if (isConstant(output)) continue;
        sources.set(nodeOf(output), inputs);
        owner.set(nodeOf(output), () => used.blocks.add(i));
      }
    });
    parts.forEach(({ inputs, outputs }, i) => {
      for (const output of outputs) {
        sources.set(nodeOf(output), inputs);
        owner.set(nodeOf(output), () => used.parts.add(i));
      }
    });
    const reach = new Int32Array(arithmetic.chains.length).fill(-1);
    const seen = new Uint8Array(network.size);
    const stack = outputs.map(nodeOf);
    const visit = (node: number) => {
      if (seen[node] === 1) return;
      seen[node] = 1;
      stack.push(...(network.logic(node)?.inputs ?? []));
      owner.get(node)?.();
      stack.push(...(sources.get(node) ?? []).map(nodeOf));
      const place = chainOf.get(node);
      if (place === undefined) return;
      const [index, bit] = place;
      const chain = arithmetic.chains[index];
      if (chain === undefined) return;
      for (let i = (reach[index] as number) + 1; i <= bit; i++)
        stack.push(nodeOf(chain.select[i] as Bit), nodeOf(chain.data[i] as Bit));
      stack.push(nodeOf(chain.carryIn));
      reach[index] = Math.max(reach[index] as number, bit);
    };
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) visit(node);

    const read = [
      ...outputs,
      ...arithmetic.chains.flatMap(({ select, data, carryIn }, i) => {
        const end = (reach[i] as number) + 1;
        return end === 0 ? [] : [...select.slice(0, end), ...data.slice(0, end), carryIn];
      }),
      ...[...used.flipFlops].flatMap((i) => [flipFlops[i]?.data ?? 0, flipFlops[i]?.reset ?? 0]),
      ...[...used.blocks].flatMap((i) => readBy(blocks[i] as Block, i)),
      ...[...used.parts].flatMap((i) => parts[i]?.inputs ?? []),
    ];
    const roots = read.map(nodeOf);
    const luts = coverByLuts(network, roots);
    const both = twoLuts(network, read);
    const carry = [...reach].reduce((sum, end) => sum + carryGroups(end + 1), 0);
    const readers = new Map<number, number>();
    const count = (node: number) => readers.set(node, (readers.get(node) ?? 0) + 1);
    roots.forEach(count);
    for (let node = 0; node < network.size; node++)
      if (seen[node] === 1) network.logic(node)?.inputs.forEach(count);
    const registers = shiftRegisters(
      [...used.flipFlops].map((i) => flipFlops[i] as FlipFlop),
      (node) => readers.get(node) ?? 0,
    );
    const own: Resources = {
      ...NOTHING,
      lut: luts.length + addedByRewriting(luts, logic.tables, logic.choices) + both,
      ...registers,
      carry,
    };
    let at = 0;
    const reads: boolean[] = [];
    // The inputs are the network's first leaves, in order, apart from constants.
    for (const value of constants) reads.push(value === undefined && seen[++at] === 1);
    const inside = [
      ...[...used.blocks].map((i) => (mappedBlocks[i] as Mapped).resources),
      ...[...used.parts].map((i) => (parts[i] as Part).resources),
    ];
    return {
      resources: inside.reduce(plus, own),
      outputs: outputs.map((bit) => (isConstant(bit) ? bit : undefined)),
      reads,
    };
  }
}

/** Bits of logic that are read as they are and inverted, where no LUT inverts them: a LUT makes each. */
function twoLuts(network: Network, read: readonly Bit[]): number {
  const bits = new Set(read.filter((bit) => network.logic(nodeOf(bit)) !== undefined));
  return [...bits].filter((bit) => bits.has(not(bit))).length / 2;
}

function inputWidth(module: Module): number {
  return inputsOf(module).reduce((sum, { width }) => sum + width, 0);
}

/** Up to so many wires a circuit is mapped as one piece, whatever repeats in it. */
const WHOLE = 20_000;

/** The modules that a large circuit places more than once. */
function repeatedModules({ modules }: Circuit): ReadonlySet<string> {
  const uses = new Map<string, number>();
  const sizes = new Map<string, number>();
  for (const { name, wires, instances } of modules) {
    let size = wires.length;
    for (const { of } of instances) {
      if (!("module" in of)) continue;
      uses.set(of.module, (uses.get(of.module) ?? 0) + 1);
      size += sizes.get(of.module) ?? 0;
    }
    sizes.set(name, size);
  }
  if ((sizes.get(modules.at(-1)?.name ?? "") ?? 0) <= WHOLE) return new Set();
  return new Set([...uses].filter(([, count]) => count > 1).map(([name]) => name));
}
