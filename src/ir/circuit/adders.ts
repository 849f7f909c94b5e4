import { type Add3Layout, add3Layout } from "./add3.js";
import { type BitSource, bitSource, controlsOf, type GatedBit } from "./bit-sources.js";
import { cellOperands, type Module, type Wire, type WireId } from "./circuit.js";

/** A LUT with two outputs has so many inputs. */
const INPUTS = 5;

/** An operand's bit: where it comes from, and the gate that the adder has in its own LUT. */
export interface AdderBit {
  readonly source: BitSource;
  readonly gate?: GatedBit;
}

/** An adder that is written as a primitive (templates/verilog/l1c_add3.v). */
export interface Adder {
  readonly layout: Add3Layout;
  /** For each operand, its bits from `layout.low` on. */
  readonly bits: readonly (readonly AdderBit[])[];
}

/** The adders of a module that are primitives. */
export type Adders = ReadonlyMap<Wire, Adder>;

const known = new WeakMap<Module, Adders>();

/**
 * Which adders are primitives: all of three operands, and those of two of which one is gated or inverted behind logic.
 *
 * A gate forces bits to 0 or to 1: a multiplexer with a constant on one side, as ReLU is, or two of them, as saturation is. An
 * adder that reads gated bits reads what is in front of the gate, and the one or two bits that force it, in its own LUTs: up
 * to five inputs a bit. A bit is gated so where all that read it can; then the multiplexer takes no LUT for it. Where not all
 * gates of a place fit, those come first that meet fewer others.
 */
export function addersOf(module: Module): Adders {
  const found = known.get(module) ?? findAdders(module);
  known.set(module, found);
  return found;
}

/** A gated bit with all places of adders that read it. */
interface Candidate {
  readonly gate: GatedBit;
  readonly places: Place[];
  /** Whether a place has it alone and not inverted: that takes the LUT that its multiplexer would. */
  alone: boolean;
  fits: boolean;
}

/** What comes together in one bit of an adder. */
interface Place {
  readonly sources: readonly BitSource[];
  /** Whether the bit below saves something into it. */
  readonly saved: boolean;
  /** Whether its only operand is inverted. */
  readonly inverted: boolean;
}

function findAdders(module: Module): Adders {
  const candidates = new Map<string, Candidate>();
  const candidateOf = (source: BitSource) => {
    if (typeof source === "number" || source.gate === undefined) return undefined;
    const key = keyOf(source.gate);
    const candidate = candidates.get(key) ?? { gate: source.gate, places: [], alone: false, fits: true };
    candidates.set(key, candidate);
    return candidate;
  };
  // A register takes one multiplexer with a constant as its reset or set, but not two.
  const needed = (id: WireId, byRegister = false, count = (module.wires[id] as Wire).width) => {
    for (let bit = 0; bit < count; bit++) {
      const candidate = candidateOf(bitSource(module, id, 0, bit));
      if (candidate === undefined) continue;
      if (!byRegister || controlsOf(candidate.gate).length > 1) candidate.fits = false;
    }
  };
  for (const { wire } of module.outputs) needed(wire);
  for (const { inputs } of module.instances) for (const { wire } of inputs) needed(wire);
  const traced = new Map<WireId, { readonly layout: Add3Layout; readonly sources: BitSource[][] }>();
  module.wires.forEach((wire, id) => {
    const { cell } = wire;
    if (isWiring(wire)) return;
    if (cell.op !== "add" && cell.op !== "sub" && cell.op !== "add3") {
      for (const operand of cellOperands(cell)) needed(operand, cell.op === "register");
      return;
    }
    const layout = add3Layout(cell, wire, module);
    const { operands, low, width } = layout;
    const sources = operands.map((operand) =>
      Array.from({ length: width }, (_, at) => bitSource(module, operand.id, operand.shift, low + at)),
    );
    traced.set(id, { layout, sources });
    if (layout.below !== undefined) needed(layout.below.id, false, low - layout.below.shift);
    for (const place of placesOf(layout, sources)) {
      for (const source of place.sources) {
        const candidate = candidateOf(source);
        if (candidate === undefined) continue;
        if (place.sources.length + Number(place.saved) > 1) candidate.places.push(place);
        else if (!place.inverted) candidate.alone = true;
      }
    }
  });
  const chosen = chooseGates([...candidates.values()]);
  const adders = new Map<Wire, Adder>();
  for (const [id, { layout, sources }] of traced) {
    const bits = sources.map((own) =>
      own.map((source): AdderBit => {
        const gate = typeof source === "number" ? undefined : source.gate;
        return gate !== undefined && chosen.has(keyOf(gate)) ? { source, gate } : { source };
      }),
    );
    const wire = module.wires[id] as Wire;
    if (wire.cell.op === "add3" || bits.some((own) => own.some((bit) => isFree(bit, module))))
      adders.set(wire, { layout, bits });
  }
  return adders;
}

function keyOf({ mux, bit }: GatedBit): string {
  return `${mux}.${bit}`;
}

/** A cell that only moves or inverts bits. */
export function isWiring({ cell }: Wire): boolean {
  return cell.op === "slice" || cell.op === "concat" || cell.op === "shift" || cell.op === "offset";
}

/** What comes together at each bit of an adder that has a LUT. */
function placesOf(
  { live, operands, width, topIsCarry }: Add3Layout,
  sources: readonly BitSource[][],
): Place[] {
  const places: Place[] = [];
  let saved = operands.filter(({ negative }) => negative).length === 2;
  for (let bit = 0; bit < (topIsCarry ? width - 1 : width); bit++) {
    const own = sources.flatMap((operand, k) =>
      (((live[k] as bigint) >> BigInt(bit)) & 1n) === 1n ? [operand[bit] as BitSource] : [],
    );
    const [only] = own;
    const negative = operands.some(
      (operand, k) => operand.negative && (((live[k] as bigint) >> BigInt(bit)) & 1n) === 1n,
    );
    const inverted = typeof only === "object" && only.inverted !== negative;
    places.push({ sources: own, saved, inverted });
    saved = own.length + Number(saved) > 2;
  }
  return places;
}

/** The gates that go into adders: as many as fit, those first that meet fewer others. */
function chooseGates(candidates: readonly Candidate[]): ReadonlySet<string> {
  const meets = ({ gate, places }: Candidate) =>
    places.reduce((sum, { sources }) => {
      const others = sources.filter(
        (source) =>
          typeof source !== "number" && source.gate !== undefined && keyOf(source.gate) !== keyOf(gate),
      );
      return sum + others.length;
    }, 0);
  const chosen = new Set<string>();
  const inputs = ({ sources, saved }: Place) => {
    const controls = sources.flatMap((source) =>
      typeof source !== "number" && source.gate !== undefined && chosen.has(keyOf(source.gate))
        ? controlsOf(source.gate)
        : [],
    );
    return sources.length + controls.length + Number(saved);
  };
  const rated = candidates
    .filter(({ fits }) => fits)
    .map((candidate) => ({ candidate, conflicts: meets(candidate) }))
    // Those that save no LUT come last: they save a net and a LUT on the way.
    .toSorted((a, b) => Number(a.candidate.alone) - Number(b.candidate.alone) || a.conflicts - b.conflicts);
  for (const { candidate } of rated) {
    const key = keyOf(candidate.gate);
    chosen.add(key);
    if (candidate.places.some((place) => inputs(place) > INPUTS)) chosen.delete(key);
  }
  return chosen;
}

/** A bit that costs a plain adder more than its LUT: one that is gated in it, or the inverse of what logic makes. */
export function isFree({ source, gate }: AdderBit, module: Module): boolean {
  if (gate !== undefined) return true;
  if (typeof source === "number" || !source.inverted) return false;
  const { op } = (module.wires[source.wire] as Wire).cell;
  return op === "mux" || op === "table" || op === "choose";
}
