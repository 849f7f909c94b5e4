import type { Handler } from "../call.js";
import { type Live, showShape } from "../values.js";

/** MultiThreshold: how many thresholds of its channel a value reaches, times a scale, plus a bias. */
export const multiThreshold: Handler = (call) => {
  const { builder, attributes } = call;
  const input = call.plain(call.live(0));
  const rank = input.shape.length;
  const thresholds = call.constant(1, "thresholds");
  if (thresholds.shape.length !== 2) {
    call.refuse(`its thresholds have shape ${showShape(thresholds.shape)}, expected (channels, steps)`);
  }
  const [rows, count] = thresholds.shape as [number, number];
  // Without a layout, QONNX takes sequences as (N, W, C) and everything else as (N, C, …).
  const layout = attributes.text("data_layout", "") || (rank === 3 ? "NWC" : "NC");
  const at = layout.indexOf("C");
  const channel = call.axis(at < 0 ? 1 : at, rank);
  const channels = input.shape[channel] as number;
  if (count === 0 || (rows !== 1 && rows !== channels)) {
    call.refuse(`its thresholds ${showShape(thresholds.shape)} do not fit ${channels} channels`);
  }
  const [scale, bias] = [attributes.float("out_scale", 1), attributes.float("out_bias", 0)];
  const sorted: number[] = [];
  for (let row = 0; row < rows; row++) {
    const levels = thresholds.data.slice(row * count, (row + 1) * count).sort((a, b) => a - b);
    const bad = levels.find((x) => !Number.isFinite(x));
    if (bad !== undefined) call.refuse(`a threshold is ${bad}`);
    sorted.push(...levels);
  }
  const values = Array.from({ length: count + 1 }, (_, n) => scale * n + bias);
  const x: Live = rows === 1 ? input : builder.withLast(input, channel);
  return [
    builder.pointwise(
      {
        op: "steps",
        levels: { shape: rows === 1 ? [count] : [rows, count], data: sorted },
        values: { shape: [count + 1], data: values },
      },
      x,
    ),
  ];
};
