const RECURRENT = "it keeps state from step to step; unroll it by hand into the operators of each step";
const CONTROL = "there is no control flow in hardware; export the branch that is taken";
const INTEGERS = "quantize the model in the QDQ format, with QuantizeLinear and DequantizeLinear";
const STATISTICS = "it divides by statistics of each event; use BatchNormalization";
const SORTED = "nothing is sorted by value; ArgMax and Max are supported";
const WHERE = "its indices or values must be those of Gather, Slice or Where";

/** Why operators that users do have are not read, and what to do instead, by type as in `OPERATORS`. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ["ConvTranspose", "upsample with Resize and convolve instead"],
  ...["RNN", "LSTM", "GRU"].map((type): [string, string] => [type, RECURRENT]),
  ...["If", "Loop", "Scan"].map((type): [string, string] => [type, CONTROL]),
  ...["QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger", "DynamicQuantizeLinear"].map(
    (type): [string, string] => [type, INTEGERS],
  ),
  ...[
    "InstanceNormalization",
    "GroupNormalization",
    "RMSNormalization",
    "MeanVarianceNormalization",
    "LRN",
  ].map((type): [string, string] => [type, STATISTICS]),
  ...["TopK", "NonMaxSuppression", "Unique"].map((type): [string, string] => [type, SORTED]),
  ...["GatherElements", "Scatter", "NonZero", "Compress"].map((type): [string, string] => [type, WHERE]),
  ...["Attention", "RotaryEmbedding"].map((type): [string, string] => [
    type,
    "write it with MatMul and Softmax",
  ]),
  ["Einsum", "write it with Transpose and MatMul"],
  ["Erf", "export Gelu as one operator: operator set 20 has it"],
  ["qonnx>FloatQuant", "only quantizers to integers become fixed point"],
  ["qonnx>Im2Col", "leave the model's convolutions as Conv"],
]);
