import { openEvents } from "../events/open.js";
import type { EventSource } from "../events/source.js";
import type { Config } from "./config.js";
import { withFile } from "./files.js";
import { openGraphs } from "./graph-events.js";
import { graphLayout } from "./graph-layout.js";

/** What the options that take events accept. */
export const EVENT_FILES = ".npz, .npy, .root; graphs: .npz or a folder of them";

/** A model's inputs, and the configuration that says whether they are those of a graph network. */
interface Model {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly config: { readonly values: Pick<Config, "graph"> };
}

/**
 * Opens the events of a model, runs `use` and closes them: graphs in a file or a folder for a graph network, a file of
 * arrays for any other. What cannot be read is a UserError.
 */
export async function withEvents<T>(
  path: string,
  { inputs, config }: Model,
  use: (source: EventSource) => Promise<T>,
): Promise<T> {
  const layout = graphLayout(config.values, inputs);
  if (layout !== undefined) return use(await openGraphs(path, layout));
  return withFile(path, async (bytes) => use(await openEvents(bytes)));
}
