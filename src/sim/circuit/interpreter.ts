/** The values of a module's ports in one clock. */
export type PortValues = Readonly<Record<string, bigint>>;

/** A clocked circuit. `step` takes the inputs of one clock, returns the outputs of that clock, then ticks. */
export interface CircuitInterpreter {
  step(inputs: PortValues, reset: boolean): PortValues;
}
