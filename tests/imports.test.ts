import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/**
 * The folders of src/ from the ground up (docs/architecture.md): a file may import from its own folder and from those
 * of lower layers, never from another folder of its own layer. compile.ts drives the phases; the command line is above all.
 */
const LAYERS: readonly (readonly string[])[] = [
  ["ir", "statistics"],
  ["import", "quantize", "passes", "lower", "sim", "physics"],
  ["hls-emit", "estimate", "events"],
  ["cosim", "report", "regress", "compile.ts"],
  ["cli"],
];
/** Imports inside one layer that its order allows: import < quantize < passes < lower. */
const CHAIN = ["import", "quantize", "passes", "lower"];
/** Folders that may use Node: the command line, and what drives external programs. */
const NODE = ["cli", "cosim"];

interface SourceFile {
  readonly path: string;
  /** The folder under src/, or the file's own name where it lies in src/ itself. */
  readonly folder: string;
  readonly text: string;
  /** The modules that it imports: files under src/ as paths, others by name. */
  readonly imports: readonly string[];
}

/** The modules named in import and export declarations and in import() expressions. */
function importsOf(text: string): readonly string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const declared = code.matchAll(/^\s*(?:import|export)\b[^"';]*?(?:\bfrom\s*)?["']([^"']+)["']/gm);
  const dynamic = code.matchAll(/\bimport\(\s*["']([^"']+)["']/g);
  return [...declared, ...dynamic].map((match) => match[1] as string);
}

const FILES: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name) => {
    const text = readFileSync(join(SRC, name), "utf8");
    const imports = importsOf(text).map((module) =>
      module.startsWith(".")
        ? relative(SRC, resolve(dirname(join(SRC, name)), module)).replace(/\.js$/, ".ts")
        : module,
    );
    return { path: name, folder: name.split("/")[0] as string, text, imports };
  });
const PATHS = new Set(FILES.map(({ path }) => path));

const layerOf = (folder: string) => LAYERS.findIndex((layer) => layer.includes(folder));

function allowed(from: string, to: string): boolean {
  if (from === to) return true;
  const [above, below] = [layerOf(from), layerOf(to)];
  if (above !== below) return above > below;
  return CHAIN.includes(from) && CHAIN.includes(to) && CHAIN.indexOf(from) > CHAIN.indexOf(to);
}

describe("the imports of src/", () => {
  it("are found", () => {
    expect(FILES.length).toBeGreaterThan(100);
    expect(
      importsOf(
        'import "a";\nimport x, { type y } from "./b.js";\nexport * from "./c.js";\nawait import("d");',
      ),
    ).toEqual(["a", "./b.js", "./c.js", "d"]);
    expect(importsOf('// import "a";\n/* import "b"; */\nimport {\n  c,\n} from "./c.js";')).toEqual([
      "./c.js",
    ]);
  });

  it("know every folder", () => {
    const unknown = FILES.map(({ folder }) => folder).filter((folder) => layerOf(folder) < 0);
    expect([...new Set(unknown)]).toEqual([]);
  });

  it("point one way", () => {
    const wrong = FILES.flatMap(({ path, folder, imports }) =>
      imports
        .filter((to) => PATHS.has(to) && !allowed(folder, to.split("/")[0] as string))
        .map((to) => `${path} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it("name files that exist", () => {
    const missing = FILES.flatMap(({ path, imports }) =>
      imports.filter((to) => to.endsWith(".ts") && !PATHS.has(to)).map((to) => `${path} imports ${to}`),
    );
    expect(missing).toEqual([]);
  });

  it("make no circles", () => {
    const graph = new Map(FILES.map(({ path, imports }) => [path, imports.filter((to) => PATHS.has(to))]));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, way: readonly string[]) => {
      const start = way.indexOf(path);
      if (start >= 0) circles.push([...way.slice(start), path].join(" → "));
      if (start >= 0 || done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...way, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(circles).toEqual([]);
  });

  it("take Node's modules and globals in cli/ and cosim/ only: the rest runs in a browser", () => {
    const wrong = FILES.filter(({ folder }) => !NODE.includes(folder)).flatMap(({ path, text, imports }) => {
      const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
      const globals = code.match(/(?<![\w.$"'`])(?:Buffer|process|__dirname|__filename)(?=\s*[.([])/g) ?? [];
      return [...imports.filter((module) => module.startsWith("node:")), ...globals].map(
        (what) => `${path}: ${what}`,
      );
    });
    expect(wrong).toEqual([]);
  });

  it("print and exit in cli/ only", () => {
    const wrong = FILES.filter(({ folder }) => folder !== "cli").flatMap(({ path, text }) => {
      const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
      return (code.match(/\bconsole\.\w+|\bprocess\.exit\w*/g) ?? []).map((what) => `${path}: ${what}`);
    });
    expect(wrong).toEqual([]);
  });
});
