import { Arithmetic } from "../arithmetic.js";
import type { Resources } from "../counts.js";
import { type Bit, isConstant, Network, nodeOf } from "../network.js";
import type { WideTable } from "../rewritten.js";
import { FlipFlops } from "./flip-flops.js";

/** The bits of the ports of something that is placed in a module, by name. */
export type Ports = ReadonlyMap<string, readonly Bit[]>;

/** Something that is counted as a whole. */
export interface Part {
  readonly resources: Resources;
  readonly inputs: readonly Bit[];
  /** Leaves of the network. */
  readonly outputs: readonly Bit[];
}

/**
 * What modules become as single bits: logic between carry chains, flip-flops and parts that are counted as a whole. It grows
 * cell by cell.
 */
export class Logic {
  readonly network = new Network();
  readonly arithmetic = new Arithmetic(this.network);
  readonly flipFlops = new FlipFlops(this.network);
  readonly parts: Part[] = [];
  /** In the order of their nodes. */
  readonly tables: WideTable[] = [];
  /** The nodes of multiplexers that choose one of many. */
  readonly choices = new Set<number>();
  /** The outputs of parts that are one where they are equal. */
  private readonly shared = new Map<string, readonly Bit[]>();

  /** New leaves of the network, as many as a word has bits. */
  leaves(width: number): readonly Bit[] {
    return Array.from({ length: width }, () => this.network.leaf());
  }

  /** Something counted as a whole, with `width` output bits; equal ones (by `key` and inputs) are one. */
  part(key: string, resources: Resources, inputs: readonly Bit[], width: number): readonly Bit[] {
    const name = `${key} ${Object.values(resources)} ${inputs.join()}`;
    const known = this.shared.get(name);
    if (known !== undefined) return known;
    const outputs = this.leaves(width);
    this.shared.set(name, outputs);
    this.place({ resources, inputs, outputs });
    return outputs;
  }

  /** Something counted as a whole whose outputs are there already: they may lead back to its inputs. */
  place(part: Part): void {
    this.parts.push(part);
  }

  /** Remembers that these bits come out of multiplexers that choose one of many. */
  choice(bits: readonly Bit[]): void {
    for (const bit of bits) if (!isConstant(bit)) this.choices.add(nodeOf(bit));
  }

  /** A word behind registers without reset. */
  registered(bits: readonly Bit[]): readonly Bit[] {
    return bits.map((bit) => this.flipFlops.register(bit, false));
  }
}
