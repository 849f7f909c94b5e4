export interface PrimitivePort {
  readonly port: string;
  readonly width: number;
}

/** What a primitive is from outside. */
export interface Primitive {
  /** What its parameters violate, as "a … has …"; nothing when they are right. */
  readonly problem: string | undefined;
  readonly inputs: readonly PrimitivePort[];
  readonly outputs: readonly PrimitivePort[];
  /** The cycle of the outputs, out of those of the inputs. */
  readonly cycle: CycleRule;
}

/**
 * The cycle of the outputs when the inputs come in the cycles that `at` gives (undefined for a constant); a text when the
 * inputs' cycles do not fit each other.
 */
export type CycleRule = (at: (port: string) => number | undefined) => number | string;

/** The rule where all inputs come in one cycle, and the outputs `latency` later. */
export function together(inputs: readonly string[], latency: number): CycleRule {
  return (at) => {
    const cycles = new Set(inputs.map(at).filter((cycle) => cycle !== undefined));
    return cycles.size > 1 ? "takes inputs of different cycles" : ([...cycles][0] ?? 0) + latency;
  };
}

/**
 * The rule of a memory, which `in_push` writes and `in_pop` reads. The inputs `pushed` come together with the push, `popped`
 * with the pop; `read` has the cycle of the outputs, or what is wrong, out of those of push and pop.
 */
export function memory(
  { pushed, popped = [] }: { readonly pushed: readonly string[]; readonly popped?: readonly string[] },
  read: (push: number, pop: number) => number | string,
): CycleRule {
  return (at) => {
    const [push, pop] = [at("in_push"), at("in_pop")];
    if (push === undefined || pop === undefined) return "is pushed or popped by a constant";
    const apart = (ports: readonly string[], cycle: number) =>
      ports.some((port) => (at(port) ?? cycle) !== cycle);
    if (apart(pushed, push)) return `takes ${pushed.join(", ")} and in_push of different cycles`;
    if (apart(popped, pop)) return `takes ${popped.join(", ")} and in_pop of different cycles`;
    return read(push, pop);
  };
}
