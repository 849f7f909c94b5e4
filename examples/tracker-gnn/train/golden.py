"""Writes golden.npz: a few graphs with the logits and scores that PyTorch computes in float64 with its quantizers.

Before that, the exported file is run without PyTorch, by ONNX's own interpreter in float32; the logits of both must agree in
every bit. So the file alone says everything, and no sum was rounded.

    python golden.py quantized.pt model.onnx test.npz golden.npz --nodes 28 --edges 56
"""

import argparse
import os

import numpy as np
import onnx
import torch
from checkpoint import INPUTS, load
from data import Graphs, spans
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

OF_NODES, OF_EDGES, OF_GRAPHS = ("x", "pid", "pt", "layer"), ("edge_attr", "edge_index", "y"), (
    "graph_nodes", "graph_edges", "graph_event", "graph_phi_sector", "graph_eta_sector",
)  # fmt: skip


class Quant(OpRun):
    """QONNX's quantizer (qonnx docs/qonnx-custom-ops/quant_op.md)."""

    op_domain = "qonnx.custom_op.general"

    def _run(self, x, scale, zero, bits, signed=None, narrow=None, rounding_mode=None):
        lo = -(2 ** (bits - 1)) + narrow if signed else 0
        hi = 2 ** (bits - 1) - 1 if signed else 2**bits - 1 - narrow
        q = np.clip(x / scale + zero, lo, hi)
        q = {"ROUND": np.round, "FLOOR": np.floor}[rounding_mode](q)
        return (((q - zero) * scale).astype(x.dtype),)


def interpreter(path: str) -> ReferenceEvaluator:
    """Gives the logits: what the last sigmoid takes."""
    model = onnx.load(path)
    last = [node for node in model.graph.node if node.op_type == "Sigmoid"][-1]
    del model.graph.output[:]
    model.graph.output.append(onnx.helper.make_tensor_value_info(last.input[0], onnx.TensorProto.FLOAT, None))
    return ReferenceEvaluator(model, new_ops=[Quant])


def choose(graphs: Graphs, number: int, nodes: int, edges: int, seed: int) -> np.ndarray:
    """The graph of most edges that fits, one without edges, and others at random that have some."""
    fits = (graphs.nodes <= nodes) & (graphs.edges <= edges)
    largest = int(np.argmax(np.where(fits, graphs.edges, -1)))
    empty = np.flatnonzero(fits & (graphs.edges == 0) & (graphs.nodes > 0))[:1]
    others = np.random.default_rng(seed).permutation(np.flatnonzero(fits & (graphs.edges > 0)))
    others = others[others != largest]
    return np.concatenate([[largest], empty, others[: number - 1 - len(empty)]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network")
    parser.add_argument("model")
    parser.add_argument("graphs")
    parser.add_argument("output")
    parser.add_argument("--nodes", type=int, required=True)
    parser.add_argument("--edges", type=int, required=True)
    parser.add_argument("--number", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    torch.set_num_threads(1)
    graphs = Graphs(args.graphs)
    chosen = choose(graphs, args.number, args.nodes, args.edges, args.seed)
    network = load(args.network).double()
    evaluator = interpreter(args.model)
    logits = []
    for graph in chosen:
        batch = graphs.batch(np.array([graph]))
        with torch.no_grad():
            logit = network.logits(*(getattr(batch.double(), name) for name in INPUTS[network.kind])).squeeze(1).numpy()
        if len(batch.y) > 0:
            (plain,) = evaluator.run(None, {name: getattr(batch, name).numpy() for name in INPUTS[network.kind]})
            assert np.array_equal(plain[:, 0].astype(np.float64), logit), "PyTorch and the file's own meaning differ"
        logits.append(logit)
    logits = np.concatenate(logits)

    nodes = spans(graphs.first_node[chosen], graphs.nodes[chosen])
    edges = spans(graphs.first_edge[chosen], graphs.edges[chosen])
    with np.load(args.graphs) as file:
        arrays = {name: file[name][nodes] for name in OF_NODES}
        arrays |= {name: file[name][..., edges] for name in OF_EDGES}
        arrays |= {name: file[name][chosen] for name in OF_GRAPHS}
    np.savez_compressed(args.output, **arrays, logits=logits, scores=1 / (1 + np.exp(-logits)))
    print(f"{args.output}: {len(chosen)} graphs, {len(logits)} edges, {os.path.getsize(args.output)} bytes; equal in every bit")


if __name__ == "__main__":
    main()
