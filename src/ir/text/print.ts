import { printType } from "../fixed-point.js";
import type { Attributes, Block, Document, Statement, Value } from "./document.js";

const LINE = 110;
const WORD = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Words that begin another kind of value. */
const RESERVED = new Set(["fixed", "ufixed", "tensor", "channel", "element", "NaN", "Infinity"]);
const VALUE_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_]|\.(?!\.))*$/;

/** Prints a document; {@link parseDocument} reads it back to an equal document. */
export function printDocument(document: Document): string {
  const header = `l1c ${document.language} ${JSON.stringify(document.name)}`;
  return `${[header, ...document.blocks.map(printBlock)].join("\n\n")}\n`;
}

function printBlock(block: Block): string {
  const attributes = printAttributes(block.attributes);
  const lines = [`${block.keyword} ${block.name}${attributes === "" ? "" : ` ${attributes}`} {`];
  for (const statement of block.statements) lines.push(`  ${printStatement(statement)}`);
  for (const { name, value } of block.results) {
    lines.push(`  return ${printWord(name)} = ${printReference(value)}`);
  }
  return [...lines, "}"].join("\n");
}

function printStatement(statement: Statement): string {
  const facts = statement.facts.map(printValue).join(" ");
  const names = statement.names.map(printReference).join(", ");
  const attributes = printAttributes(statement.attributes);
  const call = `${statement.operation}(${statement.operands.map(printReference).join(", ")})`;
  return `${names}${facts === "" ? "" : ` : ${facts}`} = ${call}${attributes === "" ? "" : ` ${attributes}`}`;
}

function printReference(name: string): string {
  return VALUE_NAME.test(name) ? `%${name}` : `%${JSON.stringify(name)}`;
}

function printAttributes(attributes: Attributes): string {
  const entries = Object.entries(attributes);
  return entries.length === 0 ? "" : `{${entries.map(([k, v]) => `${k} = ${printValue(v)}`).join(", ")}}`;
}

function printWord(text: string): string {
  return WORD.test(text) && !RESERVED.has(text) ? text : JSON.stringify(text);
}

/** A double so that reading it back gives the same double, and so that it cannot be taken for an integer. */
function printReal(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]|Infinity|NaN/.test(text) ? text.replace("e+", "e") : `${text}.0`;
}

export function printValue(value: Value): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return printReal(value);
  if (typeof value === "string") return printWord(value);
  if (isList(value)) return `[${value.map(printValue).join(", ")}]`;
  if ("type" in value) return printType(value.type);
  if ("interval" in value) return `${value.interval.lo}..${value.interval.hi}`;
  if ("record" in value) return `${printAttributes(value.record) || "{}"}`;
  if ("granular" in value) {
    const { per, items } = value.granular;
    return per === "tensor" ? printValue(items[0] as Value) : `${per}[${items.map(printValue).join(", ")}]`;
  }
  return `tensor<${value.tensor.shape.join("x")}>[${wrap(value.tensor.data.map(printValue))}]`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Joins the numbers of a tensor with commas, on lines of bounded length. */
function wrap(items: readonly string[]): string {
  if (items.length <= 16) return items.join(", ");
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    if (line !== "" && line.length + item.length + 2 > LINE) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? item : `${line}, ${item}`;
  }
  return `\n    ${[...lines, line].join(",\n    ")}\n  `;
}
