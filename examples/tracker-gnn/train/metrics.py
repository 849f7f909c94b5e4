"""How well scores tell true edges from false ones, in NumPy: as docs/tracker-events.md defines it, independently of l1c."""

import numpy as np


def area(scores: np.ndarray, truth: np.ndarray) -> float:
    """The area under the receiver operating characteristic; pairs of equal score count half."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2
    true = truth.sum()
    return float((rank[place][truth].sum() - true * (true + 1) / 2) / (true * (len(truth) - true)))


def judge(scores: np.ndarray, y: np.ndarray, threshold: float) -> dict[str, float]:
    """Area, and efficiency, purity and accuracy of the edges whose score is at least the threshold."""
    truth = y == 1
    taken = scores >= threshold
    both = (taken & truth).sum()
    return {
        "edges": len(y),
        "true": int(truth.sum()),
        "auc": area(scores, truth),
        "threshold": threshold,
        "efficiency": float(both / truth.sum()),
        "purity": float(both / max(1, taken.sum())),
        "accuracy": float((taken == truth).mean()),
    }
