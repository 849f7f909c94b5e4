import type { ReportData } from "./data.js";
import { html, raw } from "./html.js";
import { renderPlots } from "./plots/index.js";
import { hardwareSection } from "./sections/hardware.js";
import { layersSection } from "./sections/layers.js";
import { reproducibilitySection } from "./sections/reproducibility.js";
import type { Section } from "./sections/section.js";
import { summarySection } from "./sections/summary.js";
import { viewOf } from "./sections/view.js";
import { STYLE } from "./style.js";

/**
 * Renders a report as one HTML document that needs nothing else: styles and plots are inside, there is no script
 * and nothing is fetched. The same data give the same bytes.
 */
export async function renderReport(data: ReportData): Promise<string> {
  const plots = data.evaluation === undefined ? [] : await renderPlots(data.evaluation);
  const sections: readonly Section[] = [
    summarySection(data),
    ...(viewOf(data)?.sections(plots) ?? []),
    layersSection(data),
    hardwareSection(data),
    reproducibilitySection(data),
  ];
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${data.tool.name} ${data.tool.version}">
<title>${data.model.name} – ${data.tool.name} report</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header><h1>${data.model.name}</h1>${data.model.description !== undefined && html`<p>${data.model.description}</p>`}</header>
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>
${sections.map(({ id, title, body }) => html`<section id="${id}"><h2>${title}</h2>\n${body}\n</section>\n`)}</main>
<footer>${data.tool.name} ${data.tool.version}</footer>
</body>
</html>
`.html;
}
