"""Trains the muon network and writes ../model.keras. `run.sh` makes the events and the environment first.

First a short while with all bits; then a growing price on bits (EBOPs) prunes weights and narrows types; then the price
stays. At last the types are frozen, and the weights learn once more for the physics alone.
"""

import argparse
import os
import time

os.environ.setdefault('KERAS_BACKEND', 'jax')

import keras
import numpy as np
from hgq.utils.sugar import BetaScheduler, FreeEBOPs, PieceWiseSchedule

from data import WIDTH, Windows, load, windows
from model import LAYERS, PARTITIONS, STRIPS, build, convolutions, describe, logits_of

SEED = 20240607


def loss(target, logits):
    """Binary cross entropy over the voxels that are hit."""
    truth, weight = keras.ops.split(target, 2, axis=-1)
    entropy = keras.ops.softplus(logits) - truth * logits
    return keras.ops.sum(weight * entropy) / keras.ops.sum(weight)


def fit(learner: keras.Model, data: Windows, epochs: int, rate: float, price) -> None:
    """Trains with a falling learning rate; `price` gives HGQ2's beta for each epoch."""
    decay = keras.optimizers.schedules.CosineDecay(rate, epochs * len(data), alpha=0.01)
    learner.compile(keras.optimizers.Adam(decay), loss=loss)
    learner.fit(data, epochs=epochs, verbose=2, callbacks=[BetaScheduler(price), FreeEBOPs()])


def train(sets: list[tuple[str, int]], epochs: int, final_epochs: int, batch: int, price: float) -> keras.Model:
    """`sets`: event files and how many windows to cut from each event. `price`: loss per EBOP and position."""
    keras.utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)
    cut = [windows(load(path), per_event, rng) for path, per_event in sets]
    data = Windows(*(np.concatenate(parts) for parts in zip(*cut)), batch=batch, seed=SEED)
    print(f'{len(data.hits)} windows, {len(data)} steps an epoch')

    model = build(WIDTH)
    learner = logits_of(model)
    per_position = price / (PARTITIONS * WIDTH)  # HGQ2 counts EBOPs over all positions
    schedule = PieceWiseSchedule(
        [(0, 0.0, 'constant'), (epochs * 0.1, per_position / 30, 'log'), (epochs * 0.6, per_position, 'constant')]
    )
    fit(learner, data, epochs, 4e-3, schedule)
    for layer in convolutions(model):
        for quantizer in (layer.iq, layer.kq, layer.bq):
            quantizer.trainable = False
    fit(learner, data, final_epochs, 1e-3, lambda epoch: 0.0)

    full = build(STRIPS)
    full.set_weights(model.get_weights())
    full(np.zeros((1, PARTITIONS, STRIPS, LAYERS), np.float32), training=True)  # so that its EBOPs are the chamber's
    return full


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument('--set', nargs=2, action='append', metavar=('EVENTS', 'WINDOWS'), required=True)
    options.add_argument('--epochs', type=int, default=24)
    options.add_argument('--final-epochs', type=int, default=6)
    options.add_argument('--batch', type=int, default=256)
    options.add_argument('--price', type=float, default=1.3e-4)
    options.add_argument('--out', default='../model.keras')
    given = options.parse_args()

    started = time.time()
    sets = [(path, int(number)) for path, number in given.set]
    model = train(sets, given.epochs, given.final_epochs, given.batch, given.price)
    model.save(given.out)
    print(f'trained in {time.time() - started:.0f} s')
    layers = describe(model)
    for row in layers:
        print(row)
    print('nonzero weights', sum(row['nonzero'] for row in layers))


if __name__ == '__main__':
    main()
