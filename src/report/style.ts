import { ROLE_COLOUR } from "./plots/theme.js";

/** Colours for a dark page: lighter tones of the same hues. */
const DARK_ROLE = { fixed: "#56b4e9", float: "#f08a3c", baseline: "#2fc79a" } as const;

/** In a dark page, the colours that Vega wrote into a plot are replaced by their lighter tones. */
const darkPlots = (Object.keys(ROLE_COLOUR) as (keyof typeof ROLE_COLOUR)[])
  .map(
    (role) => `.plot [stroke="${ROLE_COLOUR[role]}"] { stroke: ${DARK_ROLE[role]}; }
  .plot [fill="${ROLE_COLOUR[role]}"] { fill: ${DARK_ROLE[role]}; }`,
  )
  .join("\n  ");

/** The style sheet of a report: follows the reader's light or dark preference; light in print. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d7dce1; --panel: #f5f7f9; --code: #eef1f4;
  --good: #1a7f4b; --bad: #b42318; --fixed: ${ROLE_COLOUR.fixed}; --float: ${ROLE_COLOUR.float}; --baseline: ${ROLE_COLOUR.baseline};
  --marked-true: #0072b2; --missed-true: #b35c00; --marked-false: #b5468f; --hit: #848d96;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
header, nav, main, footer { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 40px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; overflow-wrap: anywhere; }
header p { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
nav { padding-top: 18px; }
nav ul { display: flex; flex-wrap: wrap; gap: 6px 22px; margin: 0; padding: 0 0 12px; list-style: none; border-bottom: 1px solid var(--line); }
nav a { color: var(--fixed); text-decoration: none; }
nav a:hover { text-decoration: underline; }
section { padding-top: 28px; }
h2 { font-size: 23px; margin: 0 0 10px; }
h3 { font-size: 17px; margin: 26px 0 8px; }
p { margin: 0 0 12px; max-width: 82ch; }
.note, figcaption, .missing { color: var(--soft); font-size: 14.5px; }
figcaption { max-width: 82ch; }
.missing { padding: 12px 16px; border: 1px dashed var(--line); border-radius: 8px; max-width: none; }
.missing strong { color: var(--ink); }
.verdict { padding: 12px 16px; border-left: 5px solid var(--soft); background: var(--panel); max-width: none; }
.verdict.good { border-color: var(--good); } .verdict.good strong { color: var(--good); }
.verdict.bad { border-color: var(--bad); } .verdict.bad strong { color: var(--bad); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 14px; margin: 0 0 14px; }
.card { padding: 14px 18px; border: 1px solid var(--line); border-radius: 8px; }
.card dt { color: var(--soft); font-size: 14.5px; }
.card dd { margin: 2px 0 0; display: flex; flex-direction: column; }
.card strong { font-size: 25px; font-weight: 600; line-height: 1.3; }
.card span { color: var(--soft); font-size: 14.5px; }
.scroll { overflow-x: auto; margin: 0 0 12px; }
table { border-collapse: collapse; min-width: 100%; font-size: 14.5px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); vertical-align: bottom; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
td { white-space: nowrap; } td:last-child { white-space: normal; }
tfoot td { font-weight: 600; border-bottom: 0; }
.n { text-align: right; }
small { color: var(--soft); font-size: 13px; }
code, pre { font: 13.5px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
.hash { overflow-wrap: anywhere; white-space: normal; }
pre { margin: 0 0 12px; padding: 12px 16px; background: var(--code); border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
.dot { display: inline-block; width: 10px; height: 10px; margin-right: 8px; border-radius: 50%; background: var(--soft); }
.dot.fixed { background: var(--fixed); } .dot.float { background: var(--float); border-radius: 0; } .dot.baseline { background: var(--baseline); clip-path: polygon(50% 0, 100% 100%, 0 100%); border-radius: 0; }
.bar { display: inline-block; width: 160px; height: 8px; margin-right: 12px; background: var(--code); border-radius: 4px; overflow: hidden; }
.bar > span { display: block; height: 100%; background: var(--fixed); }
.share { display: inline-block; min-width: 7ch; }
figure { margin: 0 0 20px; }
figure svg { max-width: 100%; height: auto; display: block; }
.plot .scroll { margin-bottom: 4px; }
.plot svg > rect:first-child { fill: transparent; }
.event { padding-bottom: 18px; }
.event + .event { border-top: 1px solid var(--line); }
.zooms { display: flex; flex-wrap: wrap; gap: 6px 24px; align-items: flex-start; margin-bottom: 10px; }
.wrap { display: inline-block; max-width: 22ch; white-space: normal; }
.plot svg { min-width: 560px; }
.wide svg { min-width: 760px; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 24px; margin: 0 0 8px; padding: 0; list-style: none; font-size: 14.5px; }
.legend li { display: flex; align-items: center; gap: 8px; }
.chamber text { fill: var(--soft); font: 12px system-ui, sans-serif; }
.chamber .title { font-size: 13px; }
.chamber .panel { fill: var(--panel); stroke: var(--line); stroke-width: 0.5; }
.chamber .axis { stroke: var(--soft); stroke-width: 1; }
.chamber .hit { fill: var(--hit); }
.chamber .marked-true { fill: var(--marked-true); }
.chamber .marked-false { fill: var(--marked-false); }
.chamber .missed-true { fill: none; stroke: var(--missed-true); stroke-width: 1.6; }
.chamber .cross { fill: none; stroke: var(--page); stroke-width: 1.5; }
.chamber .halo { stroke: var(--page); stroke-width: 3; stroke-opacity: 0.85; }
.chamber .track { stroke: var(--ink); stroke-width: 1.3; }
.graph text { fill: var(--soft); font: 12px system-ui, sans-serif; }
.graph .title { font-size: 13px; }
.graph .panel { fill: var(--panel); stroke: var(--line); stroke-width: 0.5; }
.graph .axis { stroke: var(--soft); stroke-width: 1; }
.graph .edge { fill: none; stroke-width: 1.3; }
.graph .edge.true { stroke: var(--marked-true); }
.graph .edge.missed { stroke: var(--missed-true); stroke-dasharray: 5 3; stroke-width: 1.8; }
.graph .edge.false { stroke: var(--marked-false); stroke-width: 1.8; }
.graph .edge.rejected { stroke: var(--hit); stroke-width: 0.7; stroke-opacity: 0.6; }
.graph .hit { fill: var(--ink); }
.graph .noise { fill: var(--page); stroke: var(--hit); stroke-width: 1; }
footer { padding-top: 30px; padding-bottom: 40px; color: var(--soft); font-size: 14px; }
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --ink: #e6e9ec; --soft: #a2abb4; --line: #343a41; --panel: #1d2126; --code: #22272d;
    --good: #4cc38a; --bad: #ff8f83; --fixed: ${DARK_ROLE.fixed}; --float: ${DARK_ROLE.float}; --baseline: ${DARK_ROLE.baseline};
    --marked-true: #56b4e9; --missed-true: #ffb454; --marked-false: #e184c0; --hit: #89929b;
  }
  .plot text { fill: var(--ink); }
  .plot .role-axis-grid line { stroke: var(--line); }
  .plot .mark-rule [stroke="#3c4043"], .plot .role-axis-domain line, .plot .role-axis-tick line { stroke: var(--soft); }
  ${darkPlots}
}
@media (max-width: 640px) {
  header, nav, main, footer { padding-left: 16px; padding-right: 16px; }
  h1 { font-size: 25px; }
  .bar { width: 80px; }
}
@media print {
  body { font-size: 10.5pt; }
  header, nav, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  header { padding-top: 0; }
  nav { display: none; }
  h2, h3 { break-after: avoid; }
  .card, tr, .plot, .zooms, .chamber { break-inside: avoid; }
  .scroll { overflow: visible; }
  .plot svg, .wide svg { min-width: 0; }
  .zooms { gap: 6px 12px; } .zooms svg { width: calc(50% - 6px); }
  table { font-size: 8.5pt; } td code, td small { font-size: 7.5pt; }
  th, td { padding-right: 7px; }
  td .hash { font-size: 6.5pt; }
  .card { padding: 8px 12px; } .card strong { font-size: 15pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
