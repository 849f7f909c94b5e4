"""The muon network: three quantized convolutions over partition × strip, and how its size is counted."""

import keras
import numpy as np
from hgq.constraints import MinMax
from hgq.layers import QConv2D
from hgq.quantizer import QuantizerConfig

PARTITIONS, STRIPS, LAYERS = 8, 384, 6

# Binary hits: exactly ufixed<1,1>, never trained.
HIT = dict(
    q_type='kif', place='datalane', k0=0, i0=1, f0=0, round_mode='TRN', overflow_mode='SAT',
    ir=None, fr=None, heterogeneous_axis=(), trainable=False,
)  # fmt: skip


def hit_quantizer() -> QuantizerConfig:
    return QuantizerConfig(**HIT)


def activation_quantizer() -> QuantizerConfig:
    """Unsigned, saturating, one type per channel and the same at every position."""
    return QuantizerConfig(
        'kif', 'datalane', k0=0, i0=2, f0=2, round_mode='RND', overflow_mode='SAT',
        ic=MinMax(-2, 3), fc=MinMax(-2, 2), ir=None, fr=None, heterogeneous_axis=(3,),
    )  # fmt: skip


def weight_quantizer() -> QuantizerConfig:
    """Every weight has bits of its own on a grid no finer than 1/8: training prunes those not worth their bits."""
    return QuantizerConfig(
        'kif', 'weight', k0=1, i0=1, f0=3, round_mode='RND', overflow_mode='SAT_SYM',
        ic=MinMax(-3, 1), fc=MinMax(-2, 3), ir=None, fr=None, homogeneous_axis=(),
    )  # fmt: skip


def bias_quantizer() -> QuantizerConfig:
    """Not finer than the products it is added to, so that a bias costs no extra bits."""
    return QuantizerConfig(
        'kif', 'bias', k0=1, i0=3, f0=3, round_mode='RND', overflow_mode='SAT_SYM',
        ic=MinMax(-3, 4), fc=MinMax(-2, 3), ir=None, fr=None, homogeneous_axis=(),
    )  # fmt: skip


def convolution(name: str, filters: int, kernel: tuple[int, int], inputs: QuantizerConfig, activation, spread: float):
    return QConv2D(
        filters, kernel, padding='same', activation=activation, name=name,
        kernel_initializer=keras.initializers.RandomNormal(stddev=spread),
        iq_conf=inputs, kq_conf=weight_quantizer(), bq_conf=bias_quantizer(), beta0=0.0,
    )  # fmt: skip


def build(strips: int = STRIPS) -> keras.Model:
    """The network on chambers of `strips` strips. It is fully convolutional: weights do not depend on `strips`."""
    hits = keras.Input((PARTITIONS, strips, LAYERS), name='voxels')
    x = convolution('conv1', 8, (3, 7), hit_quantizer(), 'relu', 0.25)(hits)
    x = convolution('conv2', 8, (1, 5), activation_quantizer(), 'relu', 0.2)(x)
    x = convolution('conv3', LAYERS, (1, 3), activation_quantizer(), None, 0.3)(x)
    return keras.Model(hits, keras.layers.Activation('sigmoid', name='mask')(x), name='muon_cnn')


def logits_of(model: keras.Model) -> keras.Model:
    """The same network without its sigmoid."""
    return keras.Model(model.inputs, model.get_layer('mask').input)


def convolutions(model: keras.Model) -> list:
    return [layer for layer in model.layers if isinstance(layer, QConv2D)]


def describe(model: keras.Model) -> list[dict]:
    """Per layer: weights that are not zero, how many significant bits they have (1: a power of two), and the types of what flows in."""
    rows = []
    for layer in convolutions(model):
        kernel = np.asarray(layer.qkernel)
        k, i, f = (np.asarray(v) for v in layer.iq.quantizer.kif)
        types = [f'{"" if sign else "u"}fixed<{max(0, int(s + a + b))},{int(s + a)}>'
                 for sign, s, a, b in zip(k.ravel() > 0, k.ravel(), i.ravel(), f.ravel())]  # fmt: skip
        units = np.abs(kernel[kernel != 0]) / 2.0 ** -finest(kernel)
        bits = np.ceil(np.log2([u / lowest_bit(u) + 1 for u in units])) if units.size else np.zeros(0)
        rows.append(
            {
                'layer': layer.name,
                'kernel': list(kernel.shape),
                'nonzero': int((kernel != 0).sum()),
                'significantBits': {int(b): int((bits == b).sum()) for b in np.unique(bits)},
                'weightFraction': finest(kernel),
                'largestWeight': float(np.abs(kernel).max(initial=0)),
                'bias': [float(b) for b in np.asarray(layer.qbias)],
                'inputTypes': types if len(set(types)) > 1 else types[:1],
            }
        )
    return rows


def finest(values: np.ndarray) -> int:
    """The least F such that every value is a multiple of 2^-F."""
    for f in range(-32, 64):
        scaled = np.asarray(values, dtype=np.float64) * 2.0**f
        if np.array_equal(scaled, np.round(scaled)):
            return f
    raise ValueError('values are not multiples of a power of two')


def lowest_bit(unit: float) -> int:
    return int(unit) & -int(unit)
