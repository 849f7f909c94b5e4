"""Prints what a network reaches on the graphs of a file, and how many of its weights are 0; or adds it to results.json.

    python evaluate.py quantized.pt test.npz --nodes 28 --edges 56
"""

import argparse
import json
import pathlib

import numpy as np
import torch
from checkpoint import INPUTS, load
from data import Graphs
from metrics import judge
from quantizers import Linear
from torch import nn


def scores(network: nn.Module, graphs: Graphs, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The logits of all edges of the chosen graphs in float64, and their truth."""
    network = network.double()
    with torch.no_grad():
        parts = [
            (network.logits(*(getattr(batch.double(), name) for name in INPUTS[network.kind])).squeeze(1), batch.y)
            for batch in graphs.batches(50000, chosen)
        ]
    logits, truth = (np.concatenate([part[i].numpy() for part in parts]) for i in (0, 1))
    return logits, truth


def weights(network: nn.Module) -> dict[str, int]:
    layers = [module for module in network.modules() if isinstance(module, nn.Linear)]
    with torch.no_grad():
        used = [m.quantize_weight(m.weight * m.kept) if isinstance(m, Linear) else m.weight for m in layers]
    return {"weights": sum(w.numel() for w in used), "zeros": sum(int((w == 0).sum()) for w in used)}


def evaluate(path: str, graphs: Graphs, nodes: int | None, edges: int | None, threshold: float) -> dict:
    """Graphs beyond the largest one of the firmware are left out, and counted."""
    network = load(path)
    fits = np.ones(len(graphs), bool)
    if nodes is not None:
        fits &= graphs.nodes <= nodes
    if edges is not None:
        fits &= graphs.edges <= edges
    logits, truth = scores(network, graphs, np.flatnonzero(fits))
    result = judge(1 / (1 + np.exp(-logits)), truth, threshold)
    return {"graphs": int(fits.sum()), "larger": int((~fits).sum()), **result, **weights(network)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network")
    parser.add_argument("graphs")
    parser.add_argument("--nodes", type=int)
    parser.add_argument("--edges", type=int)
    parser.add_argument("--into", nargs=2, metavar=("FILE", "NAME"), help="add the results to this file under this name")
    parser.add_argument("--threshold", type=float, default=0.5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    result = evaluate(args.network, Graphs(args.graphs), args.nodes, args.edges, args.threshold)
    print(json.dumps(result))
    if args.into is not None:
        file, name = args.into
        path = pathlib.Path(file)
        results = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps({**results, name: result}, indent=1) + "\n")


if __name__ == "__main__":
    main()
