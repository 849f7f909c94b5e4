import { PRIMITIVE_NAMES, primitiveModule } from "../ir/circuit/primitives/index.js";

/** The words that Verilog-2005 (IEEE 1364-2005, Annex B) or SystemVerilog (IEEE 1800-2017, Annex B) reserve. */
export const RESERVED: ReadonlySet<string> = new Set(
  (
    "accept_on alias always always_comb always_ff always_latch and assert assign assume automatic " +
    "before begin bind bins binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle " +
    "checker class clocking cmos config const constraint context continue cover covergroup coverpoint " +
    "cross deassign default defparam design disable dist do edge else end endcase endchecker endclass " +
    "endclocking endconfig endfunction endgenerate endgroup endinterface endmodule endpackage " +
    "endprimitive endprogram endproperty endsequence endspecify endtable endtask enum event " +
    "eventually expect export extends extern final first_match for force foreach forever fork " +
    "forkjoin function generate genvar global highz0 highz1 if iff ifnone ignore_bins illegal_bins " +
    "implements implies import incdir include initial inout input inside instance int integer " +
    "interconnect interface intersect join join_any join_none large let liblist library local " +
    "localparam logic longint macromodule matches medium modport module nand negedge nettype new " +
    "nexttime nmos nor noshowcancelled not notif0 notif1 null or output package packed parameter pmos " +
    "posedge primitive priority program property protected pull0 pull1 pulldown pullup " +
    "pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase randsequence rcmos real realtime " +
    "ref reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0 rtranif1 s_always " +
    "s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled " +
    "signed small soft solve specify specparam static string strong strong0 strong1 struct super " +
    "supply0 supply1 sync_accept_on sync_reject_on table tagged task this throughout time " +
    "timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg type typedef union " +
    "unique unique0 unsigned until until_with untyped use uwire var vectored virtual void wait " +
    "wait_order wand weak weak0 weak1 while wildcard wire with within wor xnor xor"
  ).split(" "),
);

/** The ports that every top module has besides those of the data. */
const CONTROL_PORTS = ["clk", "rst", "in_valid", "in_first", "out_valid", "out_first"];

/**
 * Names that no module of a circuit may have: modules of the templates (templates/verilog/) and of the test bench, and
 * the control ports, because Verilator takes no top module with a signal of its own name.
 */
export const TAKEN_MODULES: readonly string[] = [
  ...CONTROL_PORTS,
  ...PRIMITIVE_NAMES.map(primitiveModule),
  "l1c_add3",
  "l1c_testbench",
  "LUT6_2",
  "CARRY8",
];

/**
 * A layer's or port's name as a Verilog identifier: other characters become underscores, and several in a row become
 * one, because tools that make C++ of Verilog encode double underscores.
 */
export function identifier(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9]+/g, "_").replace(/^(?=[0-9])/, "_");
  return RESERVED.has(plain) || plain === "" ? `${plain}_` : plain;
}

/** The names of the data ports of a top module: of its inputs, then of its outputs. */
export function portIdentifiers(
  inputs: readonly { readonly name: string }[],
  outputs: readonly { readonly name: string }[],
): readonly string[] {
  const names = [...inputs.map(({ name }) => `in_${name}`), ...outputs.map(({ name }) => `out_${name}`)];
  return uniqueIdentifiers(names, CONTROL_PORTS);
}

/** The name of the top module of a graph: what lowering makes of the graph's name. */
export function topModuleName(name: string): string {
  return uniqueIdentifiers([name], TAKEN_MODULES)[0] as string;
}

/**
 * Gives each name an identifier of its own: names that would collide are numbered, also those that differ in case only,
 * because modules become files and not every file system tells these apart.
 */
export function uniqueIdentifiers(
  names: readonly string[],
  taken: readonly string[] = [],
): readonly string[] {
  return names.map(identifiersBeside(taken));
}

/** Like {@link uniqueIdentifiers}, for names that come one by one: each call takes the identifier that it gives. */
export function identifiersBeside(taken: readonly string[]): (name: string) => string {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  return (name) => {
    const base = identifier(name);
    let candidate = base;
    for (let n = 2; used.has(candidate.toLowerCase()); n++) candidate = `${base.replace(/_$/, "")}_${n}`;
    used.add(candidate.toLowerCase());
    return candidate;
  };
}
