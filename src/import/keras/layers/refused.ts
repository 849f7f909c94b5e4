const RECURRENT = "it keeps state from step to step; unroll it by hand into layers of one step";
const STATISTICS =
  "it divides by statistics of each event, for which there is no hardware; use BatchNormalization";
const PYTHON = "it holds Python code, which is not run; write it with layers of Keras";
const THREE = "there are one- and two-dimensional ones";
const TRANSPOSED = "upsample and convolve instead";
const TABLES = "its tables are networks of their own";
const ATTENTION = "write it with QEinsumDense, QEinsum and QSoftmax";

/** Why classes that users do have are not read, and what to do instead. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ["keras>Lambda", PYTHON],
  ["keras>TFOpLambda", "it is an operation outside of layers; write it with layers of Keras"],
  ["keras>SlicingOpLambda", "it is an operation outside of layers; use Cropping or Reshape"],
  ...["RNN", "SimpleRNN", "LSTM", "GRU", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "StackedRNNCells"].map(
    (name): [string, string] => [`keras>${name}`, RECURRENT],
  ),
  ...["LayerNormalization", "GroupNormalization", "UnitNormalization", "RMSNormalization"].map(
    (name): [string, string] => [`keras>${name}`, STATISTICS],
  ),
  ...["Conv3D", "MaxPooling3D", "AveragePooling3D", "GlobalMaxPooling3D", "GlobalAveragePooling3D"].map(
    (name): [string, string] => [`keras>${name}`, THREE],
  ),
  ...["ZeroPadding3D", "Cropping3D", "UpSampling3D"].map((name): [string, string] => [
    `keras>${name}`,
    THREE,
  ]),
  ...["Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"].map((name): [string, string] => [
    `keras>${name}`,
    TRANSPOSED,
  ]),
  ...["Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention"].map(
    (name): [string, string] => [`keras>${name}`, "write it with EinsumDense, Dot and Softmax"],
  ),
  ["keras>Masking", "masks are not followed through the model; mask the events before"],
  ...["QConv3D", "QMaxPooling3D", "QAveragePooling3D", "QGlobalMaxPooling3D", "QGlobalAveragePooling3D"].map(
    (name): [string, string] => [`hgq>${name}`, THREE],
  ),
  ...["QGRU", "QSimpleRNN", "QSimpleSNN", "QSimpleSNNCell", "QLIF", "QLIFCell"].map(
    (name): [string, string] => [`hgq>${name}`, RECURRENT],
  ),
  ...["QMultiHeadAttention", "QMultiHeadAttentionT", "QLinformerAttention", "QLinformerAttentionT"].map(
    (name): [string, string] => [`hgq>${name}`, ATTENTION],
  ),
  ...["QDenseT", "QEinsumDenseT", "QConvT1D", "QConvT2D"].map((name): [string, string] => [
    `hgq>${name}`,
    TABLES,
  ]),
  ...["QConvT1D", "QConvT2D"].map((name): [string, string] => [`hgq2>${name}`, TABLES]),
]);
