import {
  type clocking,
  type Instance,
  isFeedback,
  type Module,
  type Wire,
  type WireId,
} from "../../ir/circuit/circuit.js";
import {
  type PrimitiveOf,
  primitiveModule,
  primitiveName,
  primitiveParameters,
} from "../../ir/circuit/primitives/index.js";
import { emitWire } from "./cells.js";
import { declare } from "./vectors.js";

type Clocking = ReturnType<typeof clocking>;

/**
 * The Verilog text of one module. A `repeated` one is marked for Verilator to compile once and not copy into each place
 * where it is used (other tools read the mark as a comment).
 */
export function writeModule(module: Module, clocks: Clocking, repeated: boolean): string {
  const { clock, reset } = clocks.get(module.name) ?? { clock: false, reset: false };
  const inputs = module.wires.filter(({ cell }) => cell.op === "input");
  const ports = [
    ...(clock ? ["input  wire clk"] : []),
    ...(reset ? ["input  wire rst"] : []),
    ...inputs.map((wire) => declare("input  wire", wire.width, wire.name)),
    ...module.outputs.map(({ name, wire }) =>
      declare("output wire", (module.wires[wire] as Wire).width, name),
    ),
  ];
  const named = namedConstants(module);
  const body: string[] = [];
  // Verilog reads only what is declared: a register of a later wire is declared at its place and driven at the end.
  const feedback: string[] = [];
  const placed = new Set<number>();
  module.wires.forEach((wire, id) => {
    if (wire.cell.op === "constant" && !named.has(id)) return;
    if (wire.cell.op === "port") {
      const { instance } = wire.cell;
      if (!placed.has(instance)) {
        placed.add(instance);
        body.push(...emitInstance(module, instance, clocks));
      }
      return;
    }
    const lines = emitWire(wire, module);
    if (isFeedback(wire, id)) {
      const [declaration, ...drivers] = lines as readonly [string, ...string[]];
      body.push(declaration);
      feedback.push(...drivers);
    } else body.push(...lines);
  });
  body.push(...feedback);
  for (const { name, wire } of module.outputs)
    body.push(`assign ${name} = ${(module.wires[wire] as Wire).name};`);
  return [
    ...module.comment.map((line) => `// ${line.replaceAll(/[\r\n]/g, " ")}`),
    "`default_nettype none",
    // A patch carries more than pruned weights read, and wires more than a slice keeps.
    "/* verilator lint_off UNUSED */",
    `module ${module.name} (`,
    ports.map((port) => `  ${port}`).join(",\n"),
    ");",
    ...(repeated ? ["  /* verilator hier_block */"] : []),
    ...body.map((line) => `  ${line}`),
    "endmodule",
    "/* verilator lint_on UNUSED */",
    "`default_nettype wire",
    "",
  ].join("\n");
}

/** Constants that something reads by name; the others are written as literals where they are used. */
function namedConstants(module: Module): ReadonlySet<WireId> {
  const named = new Set<WireId>();
  const keep = (id: WireId) => {
    if (module.wires[id]?.cell.op === "constant") named.add(id);
  };
  for (const { cell } of module.wires) {
    if (cell.op === "slice" || cell.op === "ahead") keep(cell.source);
    if (cell.op === "concat") cell.parts.forEach(keep);
    if (cell.op === "table") keep(cell.index);
    if (cell.op === "mux") keep(cell.select);
    if (cell.op === "choose") keep(cell.index);
    if (cell.op === "atleast") keep(cell.a);
    if (cell.op === "mul" && cell.dsp) [cell.a, cell.b].forEach(keep);
  }
  for (const { wire } of module.outputs) keep(wire);
  for (const { inputs } of module.instances) for (const { wire } of inputs) keep(wire);
  return named;
}

function emitInstance(module: Module, index: number, clocks: Clocking): readonly string[] {
  const instance = module.instances[index] as Instance;
  const outputs = module.wires.filter(({ cell }) => cell.op === "port" && cell.instance === index);
  const { of } = instance;
  const timing = "module" in of ? clocks.get(of.module) : { clock: true, reset: true };
  const what = "module" in of ? of.module : primitiveText(of);
  const connections = [
    ...(timing?.clock ? [".clk(clk)"] : []),
    ...(timing?.reset ? [".rst(rst)"] : []),
    ...instance.inputs.map(({ port, wire }) => `.${port}(${(module.wires[wire] as Wire).name})`),
    ...outputs.map(({ name, cell }) => `.${cell.op === "port" ? cell.port : ""}(${name})`),
  ];
  return [
    ...outputs.map((wire) => `${declare("wire", wire.width, wire.name)};`),
    `${what} ${instance.name} (${connections.join(", ")});`,
  ];
}

function primitiveText(of: PrimitiveOf): string {
  const parameters = primitiveArguments(of).map(([name, value]) => `.${name}(${value})`);
  return `${primitiveModule(primitiveName(of))} #(${parameters.join(", ")})`;
}

/** The parameters of a primitive's Verilog module: ["ROW_PERIOD", 8] for rowPeriod. */
export function primitiveArguments(of: PrimitiveOf): readonly (readonly [string, number])[] {
  return primitiveParameters(of).map(([name, value]) => [name.replace(/[A-Z]/g, "_$&").toUpperCase(), value]);
}
