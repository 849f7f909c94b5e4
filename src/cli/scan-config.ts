import { Document, parseDocument, visit, YAMLMap } from "yaml";
import type { LayerSensitivity } from "../quantize/calibrate/index.js";
import type { ConfigFile } from "./config.js";

/**
 * The text of a configuration with the bits that a scan found under `quantize.layers`; everything else stays, comments
 * too.
 */
export function configWithBits({ text, config }: ConfigFile, found: readonly LayerSensitivity[]): string {
  const layers: Record<string, Partial<Record<LayerSensitivity["tensor"], object>>> = {
    ...config.quantize?.layers,
  };
  for (const { node, tensor, bits } of found) {
    const layer = layers[node] ?? {};
    layers[node] = { ...layer, [tensor]: { ...layer[tensor], bits } };
  }
  const document = editable(text ?? "");
  const block = new YAMLMap();
  for (const [name, layer] of Object.entries(layers)) {
    block.set(name, document.createNode(layer, { flow: true }));
  }
  document.setIn(["quantize", "layers"], block);
  // A layer on each line, also where the file had all of it on one.
  (document.get("quantize") as YAMLMap).flow = false;
  return document.toString({ lineWidth: 0 });
}

/** A document without aliases: what they refer to may be replaced. */
function editable(text: string): Document {
  const document = parseDocument(text);
  let aliases = false;
  visit(document, {
    Alias: () => {
      aliases = true;
      return visit.BREAK;
    },
  });
  return aliases ? new Document(document.toJS(), { aliasDuplicateObjects: false }) : document;
}
