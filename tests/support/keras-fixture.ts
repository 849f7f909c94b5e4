import { readFileSync } from "node:fs";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { parseJson } from "../../src/import/keras/json.js";

const fixture = (name: string) => new URL(`../fixtures/keras/${name}`, import.meta.url);

export const fixtureUrl = fixture;

export function readFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fixture(name)));
}

export type Members = Record<string, Uint8Array>;

/** The file with its members replaced by what `edit` makes of them. */
export function editMembers(bytes: Uint8Array, edit: (members: Members) => Members): Uint8Array {
  return zipSync(edit(unzipSync(bytes)), { level: 1 });
}

// biome-ignore lint/suspicious/noExplicitAny: tests reach deep into a configuration that has no types.
export type LooseConfig = any;

/** The file with its config.json changed in place by `edit`; infinite numbers become null, which no edit looks at. */
export function editConfig(bytes: Uint8Array, edit: (config: LooseConfig) => void): Uint8Array {
  return editMembers(bytes, (members) => {
    const config = structuredCloneOf(parseJson(strFromU8(members["config.json"]), "config.json"));
    edit(config);
    return { ...members, "config.json": strToU8(JSON.stringify(config)) };
  });
}

function structuredCloneOf(value: unknown): LooseConfig {
  return JSON.parse(JSON.stringify(value));
}

/** The configuration of a layer. */
export function layerOf(config: LooseConfig, name: string): LooseConfig {
  return config.config.layers.find((layer: LooseConfig) => layer.config.name === name);
}
