import { type Html, html, type Part, raw } from "../html.js";
import type { Plot } from "../plots/index.js";

/** One section of the report. */
export interface Section {
  /** Anchor in the page. */
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** A number that stands at the top of the report. */
export interface Card {
  readonly title: string;
  readonly value: Html | string;
  readonly detail?: Html | string;
}

/** Says in words what is missing and how to get it. */
export function missing(what: string, how: Part): Html {
  return html`<p class="missing"><strong>${what}</strong> ${how}</p>`;
}

/** Alignment of a column: text or numbers. */
export interface Column {
  readonly title: string;
  readonly numeric?: boolean;
}

/** A table that scrolls by itself where the page is narrow. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Part[])[],
  footer?: readonly Part[],
): Html {
  const side = (i: number) => columns[i].numeric === true && html` class="n"`;
  const cells = (row: readonly Part[]) => row.map((cell, i) => html`<td${side(i)}>${cell}</td>`);
  return html`<div class="scroll"><table>
<thead><tr>${columns.map(({ title }, i) => html`<th${side(i)} scope="col">${title}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody>
${footer !== undefined && html`<tfoot><tr>${cells(footer)}</tr></tfoot>\n`}</table></div>`;
}

/** A plot with its title and what it shows. */
export function plotFigure({ title, svg }: Plot, caption: string): Html {
  return html`<figure class="plot"><h3>${title}</h3>
<div class="scroll">${raw(svg)}</div>
<figcaption>${caption}</figcaption></figure>\n`;
}
