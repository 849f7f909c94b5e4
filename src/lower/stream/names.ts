/** Words that Verilog-2005 (IEEE 1364-2005, Annex B) or SystemVerilog reserve and that a layer might be called. */
const RESERVED = new Set(
  (
    "always and assign automatic begin bit buf byte case cell config const constraint cover default defparam design disable do edge " +
    "else end endcase endmodule event expect export extends final first_match for force forever fork function generate genvar global " +
    "if iff import incdir include initial inout input inside instance int integer interface join large let library local localparam " +
    "logic longint macromodule matches medium module modport nand negedge new nor not null or output package packed parameter pmos " +
    "posedge primitive priority program property protected pull0 pull1 pulldown pullup pure rand randc real ref reg release repeat " +
    "return scalared sequence shortint signed small solve specify static string strong struct super supply0 supply1 table tagged task " +
    "this time timeunit tran tri type typedef union unique unsigned use var vectored virtual void wait wand weak while wire with within " +
    "wor xnor xor"
  ).split(" "),
);

/** A layer's or port's name as a Verilog identifier: other characters become underscores. */
export function identifier(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=[0-9])/, "_");
  return RESERVED.has(plain) || plain === "" ? `${plain}_` : plain;
}

/** Gives each name an identifier of its own: names that would collide are numbered. */
export function uniqueIdentifiers(
  names: readonly string[],
  taken: readonly string[] = [],
): readonly string[] {
  const used = new Set(taken);
  return names.map((name) => {
    const base = identifier(name);
    let candidate = base;
    for (let n = 2; used.has(candidate); n++) candidate = `${base}_${n}`;
    used.add(candidate);
    return candidate;
  });
}
