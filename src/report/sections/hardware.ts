import { type Cosim, type Hardware, RESOURCES, type ReportData, type Resource } from "../data.js";
import { count, nanoseconds, number, percent, plural } from "../format.js";
import { type Html, html } from "../html.js";
import { missing, type Section, table } from "./section.js";

const RESOURCE_NAMES: Readonly<Record<Resource, string>> = {
  lut: "LUT",
  srl: "LUT as shift registers",
  ff: "flip-flops",
  carry: "carry chains, groups of 4 bits",
  dsp: "DSP",
  bram: "block RAM",
};

/** Most differences that are listed. */
const MOST_DIFFERENCES = 20;

function timing(hardware: Hardware, cosim: Cosim | undefined): Html {
  const row = (name: string, promised: number, measured: readonly number[] | undefined) => {
    const equal = measured?.every((cycles) => cycles === promised);
    return [
      name,
      count(promised),
      measured === undefined || measured.length === 0 ? "not measured" : measured.map(count).join(", "),
      nanoseconds(promised, hardware.clockMHz),
      measured === undefined || measured.length === 0
        ? "–"
        : equal
          ? "equal"
          : html`<strong>differs</strong>`,
    ];
  };
  return table(
    [
      { title: "" },
      { title: "Promised, cycles", numeric: true },
      { title: "Measured, cycles", numeric: true },
      { title: "Promised, time", numeric: true },
      { title: "Comparison", numeric: true },
    ],
    [
      row("Latency, first input beat to first output beat", hardware.latencyCycles, cosim?.latencies),
      row("Initiation interval", hardware.intervalCycles, cosim?.intervals),
    ],
  );
}

function cosimulation(cosim: Cosim | undefined): Html {
  if (cosim === undefined) {
    return missing(
      "Co-simulation was not run.",
      html`<code>l1c cosim BUILD --events FILE</code> compares every output bit, the latency and the interval with the firmware's.`,
    );
  }
  const shown = cosim.differences.slice(0, MOST_DIFFERENCES);
  return html`<p>${cosim.simulator} simulated the Verilog on ${plural(cosim.events, "event")}: ${count(cosim.bitsCompared)} output bits were compared with the bit-accurate simulator, ${cosim.bitsDiffering === 0 ? "none" : count(cosim.bitsDiffering)} ${cosim.bitsDiffering === 1 ? "differs" : "differ"}.</p>
${
  shown.length > 0 &&
  html`${table(
    [
      { title: "Event", numeric: true },
      { title: "Output" },
      { title: "Element" },
      { title: "Bit", numeric: true },
      { title: "Expected", numeric: true },
      { title: "Firmware", numeric: true },
    ],
    shown.map((d) => [
      count(d.event),
      html`<code>${d.output}</code>`,
      `[${d.index.join(", ")}]`,
      count(d.bit),
      d.expected,
      d.found,
    ]),
  )}<p class="note">${shown.length < cosim.bitsDiffering ? `The first ${shown.length} of ${count(cosim.bitsDiffering)} differences.` : "All differences."}</p>`
}${cosim.protocol.length > 0 && html`<p>Faults of the valid and first signals:</p><ul>${cosim.protocol.map((fault) => html`<li>${fault}</li>`)}</ul>`}`;
}

function resources(hardware: Hardware): Html {
  const { slrs = 1 } = hardware.device;
  const rows = RESOURCES.flatMap((resource) => {
    const used = hardware.resources[resource];
    const has = hardware.device.has[resource];
    if (used === undefined) return [];
    return [
      [
        RESOURCE_NAMES[resource],
        count(used),
        has === undefined ? "–" : count(has),
        has === undefined
          ? "–"
          : html`<span class="bar"><span style="width:${number(Math.min(100, (100 * used) / Math.max(has, 1)), 3)}%"></span></span><span class="share">${percent(used, has)}</span>`,
        ...(slrs > 1 ? [has === undefined ? "–" : percent(used, has / slrs)] : []),
      ],
    ];
  });
  if (rows.length === 0)
    return missing("Resources were not estimated.", html`<code>l1c compile</code> does it.`);
  return html`${table(
    [
      { title: "Resource" },
      { title: "Used", numeric: true },
      { title: "Device has", numeric: true },
      { title: "Share", numeric: true },
      ...(slrs > 1 ? [{ title: `Of one of ${slrs} SLRs`, numeric: true }] : []),
    ],
    rows,
  )}<p class="note">${hardware.device.name}; ${hardware.resourcesBy}.</p>`;
}

export function hardwareSection({ hardware, cosim }: ReportData): Section {
  return {
    id: "hardware",
    title: "Hardware",
    body: html`<p>${hardware.device.name} at ${number(hardware.clockMHz)} MHz, ${number(1000 / hardware.clockMHz)} ns per cycle.${hardware.stream !== undefined && html` ${hardware.stream}`}</p>
<h3>Latency and interval</h3>
${timing(hardware, cosim)}
<h3>Co-simulation</h3>
${cosimulation(cosim)}
<h3>Resources</h3>
${resources(hardware)}
<h3>Ports</h3>
${table(
  [{ title: "Port" }, { title: "Direction" }, { title: "Bits", numeric: true }, { title: "Meaning" }],
  hardware.ports.map((port) => [
    html`<code>${port.name}</code>`,
    port.direction === "in" ? "input" : "output",
    count(port.width),
    port.meaning,
  ]),
)}`,
  };
}
