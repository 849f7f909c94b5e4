import type { ReportData } from "../data.js";
import { bytes } from "../format.js";
import { html } from "../html.js";
import { missing, type Section, table } from "./section.js";

export function reproducibilitySection({ tool, provenance }: ReportData): Section {
  const { model, data = [], config, seeds, commands, files } = provenance;
  const source = (name: string, file: { readonly path: string; readonly sha256: string }) => [
    name,
    html`<code>${file.path}</code>`,
    html`<code class="hash">${file.sha256}</code>`,
  ];
  return {
    id: "reproducibility",
    title: "Reproducibility",
    body: html`<p>Made by ${tool.name} ${tool.version}. The same version, inputs, seeds and commands give the same files.</p>
<h3>Inputs</h3>
${table(
  [{ title: "" }, { title: "File" }, { title: "SHA-256" }],
  [
    source("Model", model),
    ...data.map((file) => source("Data of the model", file)),
    ...(config === undefined ? [] : [source("Configuration", config)]),
  ],
)}
${config === undefined && html`<p class="note">No configuration file was given: all options had their defaults or stand in the command lines.</p>`}
<h3>Seeds</h3>
${
  seeds.length === 0
    ? missing("No random numbers were used.", "")
    : table(
        [{ title: "Used for" }, { title: "Seed", numeric: true }],
        seeds.map(({ use, seed }) => [use, String(seed)]),
      )
}
<h3>Command lines</h3>
${
  commands.length === 0
    ? missing("No command line was recorded.", "The report was made from a program.")
    : html`<pre>${commands.join("\n")}</pre>`
}
<h3>Files</h3>
${
  files.length === 0
    ? missing("No files were written.", "")
    : table(
        [{ title: "File" }, { title: "Size", numeric: true }, { title: "SHA-256" }],
        files.map((file) => [
          html`<code>${file.path}</code>`,
          bytes(file.bytes),
          file.sha256 === undefined ? "–" : html`<code class="hash">${file.sha256}</code>`,
        ]),
      )
}`,
  };
}
