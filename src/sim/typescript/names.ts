/** Words that an emitted module may not use for a name of its own: the language's, and those that it uses itself. */
const TAKEN = `
  abstract arguments as async await boolean break case catch class const continue debugger default delete do else
  enum eval export extends false finally for from function get if implements import in instanceof interface let
  module namespace new null number object of package private protected public return set static string super switch
  symbol this throw true try type typeof undefined var void while with yield bigint any unknown never
  Array BigInt Float64Array Infinity Int32Array Math NaN Number Object RangeError Record Readonly String
  run trace runBlock Block newArray sizeOf port inputs outputs nodes settle inputArray allSites larger smaller beginSites touchSite endSites
  Values Taps Port Sites Set Uint8Array difference differs offsets weights input output values sites site place places
  list count start stale touched floor rest all size found strided floorDivide left right condition yes no
`;

/** Gives out names that are valid in TypeScript and differ from each other. */
export class Names {
  private readonly taken = new Set(TAKEN.split(/\s+/));

  private isTaken(name: string): boolean {
    return this.taken.has(name) || /^part\d+$/.test(name);
  }

  /** A name like `wish`, in camel case. */
  unique(wish: string): string {
    const words = wish.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
    const camel = words
      .map(
        (word, i) => (i === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1),
      )
      .join("");
    const base = /^[A-Za-z]/.test(camel) ? camel : `layer${camel}`;
    let name = base;
    for (let n = 2; this.isTaken(name); n++) name = `${base}_${n}`;
    this.taken.add(name);
    return name;
  }
}
