"""Events for training: chambers from `l1c generate muon`, cut into short windows along the strips."""

import keras
import numpy as np

WIDTH = 40  # strips of a window
MARGIN = 6  # strips at a cut edge whose receptive field leaves the window: they do not count in the loss


def load(path: str) -> dict[str, np.ndarray]:
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def windows(events: dict, per_event: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`per_event` windows of each event, half of them around true voxels where there are any, the others around any hit.

    Gives hits and truth (n, 8, WIDTH, 6) uint8 and the strips that count (n, WIDTH) uint8.
    """
    voxels, truth = events['voxels'], events['truth'] != 0
    strips = voxels.shape[2]
    hit_strips, true_strips = voxels.any(axis=(1, 3)), truth.any(axis=(1, 3))
    hits, labels, counts = [], [], []
    for event in range(len(voxels)):
        for copy in range(per_event):
            around = true_strips[event] if copy % 2 == 0 and true_strips[event].any() else hit_strips[event]
            candidates = np.flatnonzero(around)
            if candidates.size == 0:
                continue
            centre = rng.choice(candidates) + rng.integers(-WIDTH // 3, WIDTH // 3 + 1)
            start = int(np.clip(centre - WIDTH // 2, 0, strips - WIDTH))
            counting = np.ones(WIDTH, np.uint8)
            if start > 0:
                counting[:MARGIN] = 0
            if start < strips - WIDTH:
                counting[-MARGIN:] = 0
            hits.append(voxels[event, :, start : start + WIDTH])
            labels.append(truth[event, :, start : start + WIDTH])
            counts.append(counting)
    return np.stack(hits), np.stack(labels).astype(np.uint8), np.stack(counts)


class Windows(keras.utils.PyDataset):
    """Batches in a seeded random order, half of them mirrored along the strips (both charges bend alike)."""

    def __init__(self, hits, labels, counts, batch: int, seed: int):
        super().__init__(workers=1)
        self.hits, self.labels, self.counts, self.batch = hits, labels, counts, batch
        self.rng = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        return len(self.hits) // self.batch

    def __getitem__(self, index: int):
        chosen = self.order[index * self.batch : (index + 1) * self.batch]
        step = 1 - 2 * (index % 2)
        hits = self.hits[chosen][:, :, ::step].astype(np.float32)
        labels = self.labels[chosen][:, :, ::step].astype(np.float32)
        weights = hits * self.counts[chosen][:, None, ::step, None]  # only hits can be marked, so only hits count
        return hits, np.concatenate([labels, weights], axis=-1)

    def on_epoch_end(self) -> None:
        self.order = self.rng.permutation(len(self.hits))
