"""Graphs of the tracker, from files of `l1c generate tracker`: batches of many graphs as one graph without edges between them."""

from dataclasses import dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class Batch:
    """Graphs side by side: x [N, 3], edge_attr [E, 4], edge_index [2, E] with nodes counted from the batch's first, y [E]."""

    x: torch.Tensor
    edge_attr: torch.Tensor
    edge_index: torch.Tensor
    y: torch.Tensor

    def inputs(self) -> dict[str, torch.Tensor]:
        return {"x": self.x, "edge_attr": self.edge_attr, "edge_index": self.edge_index}

    def double(self) -> "Batch":
        return Batch(self.x.double(), self.edge_attr.double(), self.edge_index, self.y)


class Graphs:
    """All graphs of a file. Those beyond the largest graph of the firmware may be left out of it."""

    def __init__(self, path: str) -> None:
        with np.load(path) as file:
            self.x = file["x"]
            self.edge_attr = np.ascontiguousarray(file["edge_attr"].T)
            self.edge_index = file["edge_index"]
            self.y = file["y"]
            self.nodes = file["graph_nodes"].astype(np.int64)
            self.edges = file["graph_edges"].astype(np.int64)
        self.first_node = np.cumsum(self.nodes) - self.nodes
        self.first_edge = np.cumsum(self.edges) - self.edges

    def __len__(self) -> int:
        return len(self.nodes)

    def batch(self, graphs: np.ndarray) -> Batch:
        """The graphs of these numbers, in this order."""
        nodes = spans(self.first_node[graphs], self.nodes[graphs])
        edges = spans(self.first_edge[graphs], self.edges[graphs])
        start = np.cumsum(self.nodes[graphs]) - self.nodes[graphs]
        return Batch(
            torch.from_numpy(self.x[nodes]),
            torch.from_numpy(self.edge_attr[edges]),
            torch.from_numpy(self.edge_index[:, edges] + np.repeat(start, self.edges[graphs])),
            torch.from_numpy(self.y[edges]),
        )

    def batches(self, size: int, order: np.ndarray | None = None):
        """All graphs, or those of `order`, in batches of about `size` edges."""
        order = np.arange(len(self)) if order is None else order
        number = max(1, round(self.edges[order].sum() / size))
        for graphs in np.array_split(order, number):
            batch = self.batch(graphs)
            if len(batch.y) > 0:
                yield batch


def spans(first: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The numbers first[i] … first[i] + length[i] − 1 for all i, one after the other."""
    before = np.cumsum(length) - length
    return np.repeat(first - before, length) + np.arange(length.sum())
