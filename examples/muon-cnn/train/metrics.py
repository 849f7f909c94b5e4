"""The physics numbers of a mask, in NumPy: an independent version of `src/physics/muon/metrics.ts`, same definitions."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

MATCH = 0.6  # a muon is found when more than this part of its true voxels are marked
LEAST_LAYERS = 4  # of a segment
GAP = 4  # strips between neighbours in a segment
PLATEAU = (10.0, 100.0)  # GeV


def evaluate(logits: np.ndarray, events: dict, thresholds: list[float]) -> list[dict]:
    """Efficiency, fake rate and voxel numbers for each threshold, where every hit is marked whose logit reaches it."""
    place = np.nonzero(events['voxels'])  # event, partition, strip, layer of all hits: images are sparse
    score, truth = logits[place], events['truth'][place]
    rows = []
    for threshold in thresholds:
        marked = score >= threshold
        hit, pt = found(marked, truth, place[0], events['muon_pt'])
        plateau = (pt >= PLATEAU[0]) & (pt <= PLATEAU[1])
        rows.append(
            {
                'threshold': float(threshold),
                'muonsOnPlateau': int(plateau.sum()),
                'efficiency': mean(hit[plateau]),
                'efficiencyBelow10': mean(hit[~plateau]),
                'fakesPerCrossing': fakes([axis[marked] for axis in place], truth[marked] != 0) / len(logits),
                'voxelEfficiency': mean(marked[truth != 0]),
                'voxelPurity': mean(truth[marked] != 0),
            }
        )
    return rows


def mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if values.size else None


def found(marked: np.ndarray, truth: np.ndarray, event: np.ndarray, momenta: np.ndarray) -> tuple:
    """For every muon: whether it is found, and its pT. `truth` has one bit for each muon of an event."""
    hit = np.zeros(momenta.shape, bool)
    for muon in range(momenta.shape[1]):
        true = (truth >> muon) & 1
        size = np.bincount(event, true, len(momenta))
        hit[:, muon] = np.bincount(event, true * marked, len(momenta)) > MATCH * size
    there = ~np.isnan(momenta)
    return hit[there], momenta[there]


def fakes(place: list[np.ndarray], true: np.ndarray) -> int:
    """Marked segments without a true voxel. A segment joins marked voxels of neighbouring partitions and of strips at
    most GAP apart, whatever their layers, and has at least LEAST_LAYERS layers."""
    event, partition, strip, layer = place
    pairs = []
    for lag in range(1, int(np.bincount(event, minlength=1).max())):
        near = (event[lag:] == event[:-lag]) & (abs(partition[lag:] - partition[:-lag]) <= 1)
        pairs.append(np.flatnonzero(near & (abs(strip[lag:] - strip[:-lag]) <= GAP))[:, None] + [0, lag])
    first, second = np.concatenate([np.zeros((0, 2), int), *pairs]).T
    joined = coo_array((np.ones(len(first)), (first, second)), (len(event), len(event)))
    number, segment = connected_components(joined, directed=False)
    layers = np.zeros((number, 6), bool)
    layers[segment, layer] = True
    holds_truth = np.bincount(segment, true, number) > 0
    return int(((layers.sum(axis=1) >= LEAST_LAYERS) & ~holds_truth).sum())
