import { None, parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { InternalError } from "../../ir/errors.js";

/** Vega-Lite's complaints about a specification: ours are constant but for their data, so they are bugs. */
const strict = {
  level: () => strict,
  error: (...args: readonly unknown[]) => {
    throw new InternalError(`a plot's specification is wrong: ${args.join(" ")}`);
  },
  warn: (...args: readonly unknown[]) => strict.error(...args),
  info: () => strict,
  debug: () => strict,
};

/**
 * Renders a Vega-Lite specification to an SVG document, without a display. `name` goes into the identifiers
 * inside, so that several plots can stand in one page.
 */
export async function renderSvg(spec: TopLevelSpec, name: string): Promise<string> {
  // biome-ignore lint/suspicious/noExplicitAny: Vega-Lite's logger returns itself, which `strict` does by throwing
  const { spec: compiled } = compile(spec, { logger: strict as any });
  const view = new View(parse(compiled), { renderer: "none", logLevel: None });
  try {
    const svg = await view.toSVG();
    const ids = [...new Set([...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))];
    return ids.reduce(
      (text, id, i) =>
        text.replaceAll(` id="${id}"`, ` id="${name}-${i}"`).replaceAll(`url(#${id})`, `url(#${name}-${i})`),
      svg,
    );
  } finally {
    view.finalize();
  }
}
