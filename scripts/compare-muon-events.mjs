// Compares the distributions of two files of muon events: node scripts/compare-muon-events.mjs SIMULATED TOY
// Needs a build (npm run build). The numbers in docs/muon-events.md come from here.
import { withFile } from "../dist/cli/files.js";
import { openEvents } from "../dist/events/open.js";
import { bendMradGeV } from "../dist/physics/muon/parameters.js";

const [LAYERS, STRIPS, PARTITIONS, PITCH] = [6, 384, 8, 0.919];
const SIZE = PARTITIONS * STRIPS * LAYERS;

const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
const percent = (k, n) =>
  `${((100 * k) / n).toFixed(1)} ± ${((100 * Math.sqrt(k * (1 - k / n))) / n).toFixed(1)} %`;
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

/** Single muons in a chamber, in acceptance: what they and their secondaries leave. */
async function summarise(path) {
  const found = { muons: 0, layers: 0, crossing: 0, complete: 0, digis: 0, far: 0, showers: 0 };
  const sizes = [0, 0, 0, 0, 0, 0, 0];
  const partitions = new Array(PARTITIONS).fill(0);
  const bends = { "5 to 20 GeV": [], "above 20 GeV": [] };
  const names = [
    "voxels",
    "truth",
    "muon_count",
    "muon_pt",
    "muon_eta",
    "muon_strip",
    "muon_slope",
    "muon_partition",
  ];
  await withFile(path, async (bytes) => {
    const source = await openEvents(bytes);
    for await (const { rows, arrays } of source.blocks(names, 256)) {
      const perRow = arrays.muon_pt.length / rows;
      for (let row = 0; row < rows; row++) {
        const truth = arrays.truth.subarray(row * SIZE, (row + 1) * SIZE);
        if (arrays.muon_count[row] !== 1 || truth.some((t) => t > 1)) continue;
        found.muons++;
        const at = (name) => arrays[name][row * perRow];
        partitions[at("muon_partition")]++;
        const perLayer = Array.from({ length: LAYERS }, () => []);
        let far = 0;
        for (let v = 0; v < SIZE; v++) {
          const layer = v % LAYERS;
          const column = Math.floor(v / LAYERS);
          if (truth[v]) perLayer[layer].push(Math.floor(column / STRIPS));
          if (!arrays.voxels[row * SIZE + v]) continue;
          found.digis++;
          const strip = at("muon_strip") + at("muon_slope") * (layer - 2.5);
          if (Math.abs((column % STRIPS) + 0.5 - strip) > 8.5) far++;
        }
        found.far += far;
        if (far > 0) found.showers++;
        for (const layer of perLayer) {
          if (layer.length === 0) continue;
          found.layers++;
          sizes[Math.min(layer.length, 7) - 1]++;
        }
        if (perLayer[0].length > 0 && perLayer[5].length > 0) {
          found.complete++;
          if (perLayer[0][0] !== perLayer[5][0]) found.crossing++;
        }
        const [pt, eta] = [at("muon_pt"), at("muon_eta")];
        if (pt < 5) continue;
        const ratio = (Math.abs(at("muon_slope")) * PITCH * pt) / bendMradGeV(eta);
        bends[pt <= 20 ? "5 to 20 GeV" : "above 20 GeV"].push(ratio);
      }
    }
  });
  const clusters = sizes.reduce((a, b) => a + b, 0);
  const result = {
    "single muons": found.muons,
    "layer efficiency": percent(found.layers, 6 * found.muons),
    "crossing p to p-1": percent(found.crossing, found.complete),
    "digis per muon image": (found.digis / found.muons).toFixed(2),
    "digis more than 8 strips away": percent(found.far, found.digis),
    "muons with any far digi": percent(found.showers, found.muons),
    "far digis per such muon": (found.far / found.showers).toFixed(1),
  };
  sizes.forEach((n, i) => {
    result[`clusters of ${i + 1}${i === 6 ? " or more" : ""} strips`] = percent(n, clusters);
  });
  partitions.forEach((n, i) => {
    result[`muons in partition ${i + 1}`] = percent(n, found.muons);
  });
  for (const [range, list] of Object.entries(bends)) {
    result[`bend over formula, ${range}: mean, median`] =
      `${mean(list).toFixed(2)} ± ${(Math.sqrt(mean(list.map((x) => (x - mean(list)) ** 2))) / Math.sqrt(list.length)).toFixed(2)}, ${median(list).toFixed(2)}`;
  }
  return result;
}

const [simulated, toy] = await Promise.all(process.argv.slice(2, 4).map(summarise));
console.log("| quantity | simulated | toy |\n|---|---|---|");
for (const name of Object.keys(simulated)) console.log(`| ${name} | ${simulated[name]} | ${toy[name]} |`);
