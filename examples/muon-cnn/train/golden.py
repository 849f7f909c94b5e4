"""Writes ../golden.npz: a few chambers and what the saved, reloaded network says about them.

Before that, the saved file is read without Keras and HGQ2 and evaluated in integers; the two must agree in every
bit. So the file alone says everything, and float32 never rounded.
"""

import io
import json
import os
import sys
import zipfile

os.environ.setdefault('KERAS_BACKEND', 'jax')

import h5py
import keras
import numpy as np
import hgq.layers  # noqa: F401 (registers the layers that Keras reloads)

from data import load
from model import logits_of


def quantized(values, k, i, f, rounding: str, symmetric: bool) -> np.ndarray:
    """HGQ2's saturating quantizer in inference, in float64."""
    k, i, f = (np.round(np.asarray(v, np.float64)) for v in (k, i, f))
    step, top = 2.0**-f, 2.0 ** np.maximum(i, -f)
    whole = np.floor(values / step + (0.5 if rounding == 'RND' else 0)) * step
    low = -k * (top - step if symmetric else top)
    return np.where(k + i + f > 0, np.clip(whole, low, top - step), 0.0)


def stored_quantizer(group: h5py.Group, settings: dict):
    """A function of values, from the variables 0 = i, 1 = f, 2 = k of a saturating 'kif' quantizer."""
    assert settings['q_type'] == 'kif' and settings['overflow_mode'] in ('SAT', 'SAT_SYM'), settings
    assert settings['scaler'] is None and settings['affine'] is None, settings
    i, f, k = (group['quantizer/vars'][name][()] for name in '012')
    symmetric = settings['overflow_mode'] == 'SAT_SYM'
    return lambda values: quantized(values, k, i, f, settings['round_mode'], symmetric)


def plain_logits(path: str, voxels: np.ndarray) -> np.ndarray:
    """The network of a .keras file, from its two files inside alone."""
    archive = zipfile.ZipFile(path)
    layers = json.loads(archive.read('config.json'))['config']['layers']
    weights = h5py.File(io.BytesIO(archive.read('model.weights.h5')))['layers']
    values = voxels.astype(np.float64)
    convolutions = [layer['config'] for layer in layers if layer['class_name'] == 'QConv2D']
    for number, config in enumerate(convolutions):
        group = weights['q_conv2d' + (f'_{number}' if number else '')]
        inputs, kernels, biases = (
            stored_quantizer(group[name], config[f'{name}_conf']['config']) for name in ('iq', 'kq', 'bq')
        )
        kernel = kernels(group['vars/0'][()].astype(np.float64))
        height, width = kernel.shape[:2]
        padded = np.pad(inputs(values), ((0, 0), (height // 2,) * 2, (width // 2,) * 2, (0, 0)))
        values = np.zeros((*values.shape[:3], kernel.shape[3])) + biases(group['vars/1'][()].astype(np.float64))
        rows, columns = voxels.shape[1:3]
        for row in range(height):
            for column in range(width):
                values += padded[:, row : row + rows, column : column + columns] @ kernel[row, column]
        if config['activation'] == 'relu':
            values = np.maximum(values, 0.0)
    return values


def main(model_path: str, out: str, *samples: str) -> None:
    voxels = np.concatenate([load(path)['voxels'] for path in samples])
    model = keras.saving.load_model(model_path, compile=False)
    hits = voxels.astype(np.float32)
    logits = np.asarray(logits_of(model).predict(hits, verbose=0))
    mask = np.asarray(model.predict(hits, verbose=0))
    plain = plain_logits(model_path, voxels)
    assert np.array_equal(plain, logits.astype(np.float64)), 'Keras and the plain evaluation of its file differ'
    fraction = next(f for f in range(32) if np.array_equal(plain * 2.0**f, np.round(plain * 2.0**f)))
    np.savez_compressed(out, voxels=voxels, logits=logits, mask=mask)
    print(f'{out}: {len(voxels)} chambers, {os.path.getsize(out)} bytes; logits are multiples of 2^-{fraction}, '
          f'from {plain.min()} to {plain.max()}, equal in every bit without Keras')  # fmt: skip


if __name__ == '__main__':
    main(*sys.argv[1:])
