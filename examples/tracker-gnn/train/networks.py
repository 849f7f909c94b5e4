"""The two edge classifiers, for one graph of N nodes and E edges.

All take node features x [N, F], edge features e [E, G] and an edge index [2, E], whose row 0 is the sender and row 1
the receiver of each edge, and give one score for each edge [E].
"""

import torch
from torch import nn


def perceptron(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    """Two layers of ReLU and one without."""
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, outputs),
    )


def sum_at(nodes: torch.Tensor, index: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """For each node the sum of the rows of `values` [E, K] whose index is the node: [N, K]."""
    zeros = torch.zeros(nodes.shape[0], values.shape[1], dtype=values.dtype)
    return zeros.scatter_add(0, index.unsqueeze(1).expand_as(values), values)


class InteractionNetwork(nn.Module):
    """R1 on [x_receiver, x_sender, e], its sum at the receiver, O on [x, sum], R2 on [O_receiver, O_sender, R1]."""

    def __init__(self, hidden: int = 40, nodes: int = 3, edges: int = 4, effects: int = 4) -> None:
        super().__init__()
        self.r1 = perceptron(2 * nodes + edges, hidden, effects)
        self.o = perceptron(nodes + effects, hidden, nodes)
        self.r2 = perceptron(2 * nodes + effects, hidden, 1)

    def forward(self, x: torch.Tensor, edge_attr: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        sender, receiver = edge_index[0], edge_index[1]
        effects = self.r1(torch.cat([x[receiver], x[sender], edge_attr], dim=1))
        updated = self.o(torch.cat([x, sum_at(x, receiver, effects)], dim=1))
        logits = self.r2(torch.cat([updated[receiver], updated[sender], effects], dim=1))
        return torch.sigmoid(logits).squeeze(1)


class HepTrkX(nn.Module):
    """The segment classifier of HEP.TrkX (arXiv:1810.06111): H = [tanh(W x), x]; an edge network on [H_out, H_in]; a node
    network on [Σ e · H_in, Σ e · H_out, H]; both as often as `iterations`, with the same weights; the edge network again."""

    def __init__(self, hidden: int = 8, nodes: int = 3, iterations: int = 4) -> None:
        super().__init__()
        self.iterations = iterations
        width = hidden + nodes
        self.input = nn.Sequential(nn.Linear(nodes, hidden), nn.Tanh())
        self.edge = nn.Sequential(nn.Linear(2 * width, hidden), nn.Tanh(), nn.Linear(hidden, 1), nn.Sigmoid())
        self.node = nn.Sequential(nn.Linear(3 * width, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())

    def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        sender, receiver = edge_index[0], edge_index[1]
        h = torch.cat([self.input(x), x], dim=1)
        for _ in range(self.iterations):
            out, into = h[sender], h[receiver]
            weight = self.edge(torch.cat([out, into], dim=1))
            incoming = sum_at(h, receiver, weight * out)
            outgoing = sum_at(h, sender, weight * into)
            h = torch.cat([self.node(torch.cat([incoming, outgoing, h], dim=1)), x], dim=1)
        return self.edge(torch.cat([h[sender], h[receiver]], dim=1)).squeeze(1)
