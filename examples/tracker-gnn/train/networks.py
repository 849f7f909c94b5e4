"""The two edge classifiers, for one graph of N nodes and E edges, in float or with the quantizers of `Bits`.

All take node features x [N, F], edge features e [E, G] and an edge index [2, E], whose row 0 is the sender and row 1
the receiver of each edge, and give one score for each edge [E].
"""

from dataclasses import dataclass

import torch
from quantizers import Linear, Quantizer
from torch import nn


@dataclass(frozen=True)
class Bits:
    """Bits of all values of one kind."""

    nodes: int = 8
    edges: int = 8
    weights: int = 6
    biases: int = 8
    hidden: int = 6
    effects: int = 6  # what an edge sends to its receiver
    sums: int = 8
    updated: int = 6  # what a node becomes
    logits: int = 9
    functions: int = 8  # before a tanh or a sigmoid
    weighting: int = 6  # the score of an edge that weighs what it sends


def linear(inputs: int, outputs: int, bits: Bits | None) -> nn.Linear:
    return nn.Linear(inputs, outputs) if bits is None else Linear(inputs, outputs, bits.weights, bits.biases)


def relu(channels: int, bits: Bits | None) -> nn.Module:
    if bits is None:
        return nn.ReLU()
    return nn.Sequential(nn.ReLU(), Quantizer(bits.hidden, channels, signed=False, floor=True))


def quantizer(bits: Bits | None, kind: str, channels: int = 1, **options) -> nn.Module:
    """Of the values of a kind; in float nothing."""
    return nn.Identity() if bits is None else Quantizer(getattr(bits, kind), channels, **options)


def perceptron(inputs: int, hidden: int, outputs: int, bits: Bits | None = None) -> nn.Sequential:
    """Two layers of ReLU and one without."""
    return nn.Sequential(
        linear(inputs, hidden, bits),
        relu(hidden, bits),
        linear(hidden, hidden, bits),
        relu(hidden, bits),
        linear(hidden, outputs, bits),
    )


def sum_at(nodes: torch.Tensor, index: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """For each node the sum of the rows of `values` [E, K] whose index is the node: [N, K]."""
    zeros = torch.zeros(nodes.shape[0], values.shape[1], dtype=values.dtype)
    return zeros.scatter_add(0, index.unsqueeze(1).expand_as(values), values)


class InteractionNetwork(nn.Module):
    """R1 on [x_receiver, x_sender, e], its sum at the receiver, O on [x, sum], R2 on [O_receiver, O_sender, R1]."""

    def __init__(
        self, hidden: int = 40, nodes: int = 3, edges: int = 4, effects: int = 4, bits: Bits | None = None
    ) -> None:
        super().__init__()
        self.quantize_x = quantizer(bits, "nodes", nodes)
        self.quantize_edge = quantizer(bits, "edges", edges)
        self.r1 = perceptron(2 * nodes + edges, hidden, effects, bits)
        self.quantize_effects = quantizer(bits, "effects", effects, floor=True)
        self.quantize_sums = quantizer(bits, "sums", effects, floor=True)
        self.o = perceptron(nodes + effects, hidden, nodes, bits)
        self.quantize_updated = quantizer(bits, "updated", nodes, floor=True)
        self.r2 = perceptron(2 * nodes + effects, hidden, 1, bits)
        self.quantize_logits = quantizer(bits, "logits", floor=True)

    def rounded_down(self) -> list:
        """Each layer whose sums a quantizer rounds down, with this quantizer."""
        ends = (self.quantize_effects, self.quantize_updated, self.quantize_logits)
        hidden = [(mlp[i], mlp[i + 1][1]) for mlp in (self.r1, self.o, self.r2) for i in (0, 2)]
        return [*hidden, *((mlp[4], end) for mlp, end in zip((self.r1, self.o, self.r2), ends))]

    def logits(self, x: torch.Tensor, edge_attr: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        """The values before the last sigmoid [E, 1]."""
        sender, receiver = edge_index[0], edge_index[1]
        x, edge_attr = self.quantize_x(x), self.quantize_edge(edge_attr)
        effects = self.quantize_effects(self.r1(torch.cat([x[receiver], x[sender], edge_attr], dim=1)))
        sums = self.quantize_sums(sum_at(x, receiver, effects))
        updated = self.quantize_updated(self.o(torch.cat([x, sums], dim=1)))
        return self.quantize_logits(self.r2(torch.cat([updated[receiver], updated[sender], effects], dim=1)))

    def forward(self, x: torch.Tensor, edge_attr: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.logits(x, edge_attr, edge_index)).squeeze(1)


def tanh(channels: int, bits: Bits | None) -> nn.Module:
    """A tanh: quantized, it is a table of the integers before and behind it."""
    if bits is None:
        return nn.Tanh()
    return nn.Sequential(Quantizer(bits.functions, channels, floor=True), nn.Tanh(), Quantizer(bits.hidden, channels))


class HepTrkX(nn.Module):
    """The segment classifier of HEP.TrkX (arXiv:1810.06111): H = [tanh(W x), x]; an edge network on [H_out, H_in]; a node
    network on [Σ e · H_in, Σ e · H_out, H]; both as often as `iterations`, with the same weights; the edge network again."""

    def __init__(self, hidden: int = 8, nodes: int = 3, iterations: int = 4, bits: Bits | None = None) -> None:
        super().__init__()
        self.iterations = iterations
        width = hidden + nodes
        self.quantize_x = quantizer(bits, "nodes", nodes)
        self.input = nn.Sequential(linear(nodes, hidden, bits), tanh(hidden, bits))
        self.edge = nn.Sequential(linear(2 * width, hidden, bits), tanh(hidden, bits), linear(hidden, 1, bits))
        self.quantize_logits = quantizer(bits, "logits", floor=True)
        self.quantize_weighting = quantizer(bits, "weighting", signed=False)
        self.node = nn.Sequential(
            linear(3 * width, hidden, bits), tanh(hidden, bits), linear(hidden, hidden, bits), tanh(hidden, bits)
        )
        self.quantize_sums = quantizer(bits, "sums", width, floor=True)

    def rounded_down(self) -> list:
        """Each layer whose sums a quantizer rounds down, with this quantizer."""
        tables = ((self.input[0], self.input[1]), (self.edge[0], self.edge[1]), (self.node[0], self.node[1]))
        tables = (*tables, (self.node[2], self.node[3]))
        return [*((layer, table[0]) for layer, table in tables), (self.edge[2], self.quantize_logits)]

    def logits(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        """The values before the last sigmoid [E, 1]."""
        sender, receiver = edge_index[0], edge_index[1]
        x = self.quantize_x(x)
        h = torch.cat([self.input(x), x], dim=1)
        for _ in range(self.iterations):
            out, into = h[sender], h[receiver]
            weight = self.quantize_weighting(torch.sigmoid(self.edge_logits(out, into)))
            incoming = self.quantize_sums(sum_at(h, receiver, weight * out))
            outgoing = self.quantize_sums(sum_at(h, sender, weight * into))
            h = torch.cat([self.node(torch.cat([incoming, outgoing, h], dim=1)), x], dim=1)
        return self.edge_logits(h[sender], h[receiver])

    def edge_logits(self, out: torch.Tensor, into: torch.Tensor) -> torch.Tensor:
        return self.quantize_logits(self.edge(torch.cat([out, into], dim=1)))

    def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.logits(x, edge_index)).squeeze(1)
