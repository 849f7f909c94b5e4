import type { Cosim, ReportData } from "../data.js";
import { count, nanoseconds, number, percent, plural } from "../format.js";
import { type Html, html } from "../html.js";
import type { Card, Section } from "./section.js";
import { viewOf } from "./view.js";

/** Whether everything that was promised was also measured, and what was not. */
export function verdict(data: ReportData): { readonly equal: boolean; readonly text: string } {
  const { cosim, hardware } = data;
  if (cosim === undefined) return { equal: false, text: "Co-simulation was not run." };
  if (cosim.events === 0) return { equal: false, text: "no event was compared." };
  const wrong = [
    cosim.bitsDiffering > 0 &&
      `${count(cosim.bitsDiffering)} of ${count(cosim.bitsCompared)} output bits differ`,
    differs("latency", hardware.latencyCycles, cosim.latencies),
    differs("interval", hardware.intervalCycles, cosim.intervals),
    cosim.protocol.length > 0 && "the valid and first signals are wrong",
  ].filter((part) => part !== false);
  const events = plural(cosim.events, "event");
  return wrong.length === 0
    ? { equal: true, text: `${events}: every output bit, ${measuredTimes(cosim)} equal.` }
    : { equal: false, text: `${events}: ${wrong.join("; ")}.` };
}

/** An interval needs two events to be measured. */
function measuredTimes(cosim: Cosim): string {
  return cosim.intervals.length > 0
    ? "latency and interval"
    : "and latency (one event alone shows no interval)";
}

function differs(name: string, promised: number, measured: readonly number[]): string | false {
  if (name === "latency" && measured.length === 0) return "no latency was measured";
  if (measured.every((cycles) => cycles === promised)) return false;
  return `${name} promised ${plural(promised, "cycle")}, measured ${measured.map(count).join(", ")}`;
}

function card({ title, value, detail }: Card): Html {
  return html`<div class="card"><dt>${title}</dt><dd><strong>${value}</strong>${detail !== undefined && html`<span>${detail}</span>`}</dd></div>\n`;
}

export function summarySection(data: ReportData): Section {
  const { hardware, cosim } = data;
  const { clockMHz, device, resources } = hardware;
  const { equal, text } = verdict(data);
  const verdictClass = equal ? "good" : cosim === undefined ? "unknown" : "bad";
  const view = viewOf(data);
  const { lut, ff, bram } = resources;
  const cards: Card[] = [
    {
      title: "Latency",
      value: plural(hardware.latencyCycles, "cycle"),
      detail: nanoseconds(hardware.latencyCycles, clockMHz),
    },
    {
      title: "Initiation interval",
      value: plural(hardware.intervalCycles, "cycle"),
      detail: nanoseconds(hardware.intervalCycles, clockMHz),
    },
    { title: "Clock", value: `${number(clockMHz)}\u202fMHz`, detail: device.name },
    ...(lut === undefined
      ? []
      : [
          {
            title: `LUT, ${hardware.resourcesBy}`,
            value: count(lut),
            detail: [
              device.has.lut === undefined ? undefined : `${percent(lut, device.has.lut)} of the device`,
              ff === undefined ? undefined : `${count(ff)} FF`,
              bram === undefined ? undefined : `${count(bram)} block RAM`,
            ]
              .filter((part) => part !== undefined)
              .join(" · "),
          },
        ]),
    ...(view === undefined ? [] : view.cards),
  ];
  return {
    id: "summary",
    title: "Summary",
    body: html`<p class="verdict ${verdictClass}"><strong>${equal ? "Co-simulation equal." : cosim === undefined ? "Not verified." : "Co-simulation differs."}</strong> ${text}</p>
<dl class="cards">
${cards.map(card)}</dl>
${view?.note !== undefined && html`<p class="note">${view.note}</p>`}`,
  };
}
