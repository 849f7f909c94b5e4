"""Writes results.json: what the saved, reloaded network reaches, and how large it is."""

import json
import os
import sys

os.environ.setdefault('KERAS_BACKEND', 'jax')

import keras
import numpy as np
import hgq.layers  # noqa: F401 (registers the layers that Keras reloads)

from data import load
from metrics import evaluate
from model import convolutions, describe, logits_of

THRESHOLDS = [step / 2 for step in range(-6, 9)]
WORKING_POINT = 0.995  # efficiency on the plateau that the threshold must keep, in the first sample


def main(model_path: str, out: str, *samples: str) -> None:
    model = keras.saving.load_model(model_path, compile=False)
    learner = logits_of(model)
    scans = {}
    for sample in samples:
        events = load(sample)
        logits = np.concatenate(
            [learner.predict_on_batch(part.astype(np.float32)) for part in np.array_split(events['voxels'], 100)]
        )
        name = os.path.splitext(os.path.basename(sample))[0]
        scans[name] = evaluate(logits, events, THRESHOLDS)
    first = next(iter(scans.values()))
    threshold = max([row['threshold'] for row in first if (row['efficiency'] or 0) >= WORKING_POINT], default=THRESHOLDS[0])
    layers = describe(model)
    results = {
        'threshold': threshold,
        'nonzeroWeights': sum(row['nonzero'] for row in layers),
        'ebopsPerChamber': sum(int(layer.ebops) for layer in convolutions(model)),
        'atThreshold': {
            name: next(row for row in rows if row['threshold'] == threshold) for name, rows in scans.items()
        },
        'layers': layers,
        'scan': scans,
    }
    with open(out, 'w') as file:
        json.dump(results, file, indent=1)
        file.write('\n')
    print(json.dumps({key: results[key] for key in ('threshold', 'nonzeroWeights', 'atThreshold')}, indent=1))


if __name__ == '__main__':
    main(*sys.argv[1:])
