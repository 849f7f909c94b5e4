/** Something that a phase of the compiler tells the user about a node without refusing it. */
export interface Note {
  /** File and node, as in errors. */
  readonly where: string;
  readonly message: string;
}
