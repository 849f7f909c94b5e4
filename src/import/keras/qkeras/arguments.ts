import { UserError } from "../../../ir/errors.js";
import { Config, isObject, printValue } from "../config.js";
import type { Json, JsonObject } from "../json.js";

/** A quantizer as the file names it: its class, and its arguments by name or in order. */
export interface Described {
  readonly name: string;
  readonly ordered: readonly Json[];
  readonly named: JsonObject;
}

/**
 * Reads `{class_name, config}` or a string such as `quantized_bits(6, 0, alpha='auto')`; undefined for what is neither,
 * such as a function of Keras given as an object.
 */
export function describe(value: Json, where: string): Described | undefined {
  if (typeof value === "string") return parseCall(value, where);
  if (!isObject(value) || typeof value.class_name !== "string") return undefined;
  const { class_name: className, config = null } = value;
  if (config !== null && !isObject(config)) return undefined;
  const name = className.slice(className.indexOf(">") + 1);
  return { name, ordered: [], named: config ?? {} };
}

const CALL = /^\s*([A-Za-z_]\w*)\s*(?:\((.*)\)\s*)?$/s;

/** What qkeras/safe_eval.py makes of a string; no Python is run. */
function parseCall(text: string, where: string): Described {
  const fail = (): never => {
    throw new UserError(`the quantizer ${printValue(text)} cannot be read`, {
      where,
      hint: "Write it as quantized_bits(6, 0, alpha='auto').",
    });
  };
  const [, name, inside = ""] = CALL.exec(text) ?? fail();
  const ordered: Json[] = [];
  const named: Record<string, Json> = {};
  const items = inside.trim() === "" ? [] : inside.split(",");
  for (const item of items) {
    const [, key, literal] = /^\s*(?:([A-Za-z_]\w*)\s*=)?\s*(.*?)\s*$/s.exec(item) ?? fail();
    const value = parseLiteral(literal as string);
    if (value === undefined || (key === undefined && Object.keys(named).length > 0)) return fail();
    if (key === undefined) ordered.push(value);
    else named[key] = value;
  }
  return { name: name as string, ordered, named };
}

function parseLiteral(text: string): Json | undefined {
  if (text === "True" || text === "False") return text === "True";
  if (text === "None") return null;
  const quoted = /^(?:'([^']*)'|"([^"]*)")$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2];
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** The arguments of a quantizer whose class takes `parameters` in this order. Refuses others unless they are null. */
export function argumentsOf(
  { name, ordered, named }: Described,
  parameters: readonly string[],
  where: string,
): Config {
  if (ordered.length > parameters.length) {
    throw new UserError(`the quantizer '${name}' takes at most ${parameters.length} arguments`, { where });
  }
  const values: Record<string, Json> = { ...named };
  for (const [i, value] of ordered.entries()) values[parameters[i] as string] = value;
  const unknown = Object.keys(values).find((key) => !parameters.includes(key) && values[key] !== null);
  if (unknown !== undefined) {
    throw new UserError(
      `the argument '${unknown}' = ${printValue(values[unknown] as Json)} of the quantizer '${name}' is not supported`,
      { where, hint: `Supported: ${parameters.join(", ")}.` },
    );
  }
  const config = new Config(values, where);
  if (config.number("qnoise_factor", 1) !== 1) {
    throw new UserError(`the quantizer '${name}' mixes quantized and unquantized values: no hardware does`, {
      where,
      hint: "Set its qnoise_factor to 1 and save the model again.",
    });
  }
  return config;
}

/** A flag, which Python also writes as 0 or 1. */
export function flagOf(config: Config, key: string, absent: boolean): boolean {
  const value = config.get(key) ?? absent;
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  return config.wrongType(key, "true or false");
}

/** An integer from `low` to `high`. */
export function integerOf(config: Config, key: string, absent: number, low: number, high: number): number {
  const value = config.number(key, absent);
  return Number.isInteger(value) && value >= low && value <= high
    ? value
    : config.wrongType(key, `an integer from ${low} to ${high}`);
}

/** The factor of a quantizer: a number, computed from the weights, or none. */
export type Alpha = number | "auto" | "auto_po2" | undefined;

export function alphaOf(config: Config): Alpha {
  if (!config.has("alpha")) return undefined;
  const value = config.get("alpha");
  if (value === "auto" || value === "auto_po2") return value;
  const alpha = Math.fround(config.number("alpha"));
  return alpha > 0 && Number.isFinite(alpha)
    ? alpha
    : config.wrongType("alpha", "above 0, 'auto' or 'auto_po2'");
}
