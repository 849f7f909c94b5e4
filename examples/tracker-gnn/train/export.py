"""Writes the two networks as ONNX, for graphs of N nodes and E edges or, with --dynamic, of any size.

    python export.py --network interaction --hidden 8 --nodes 128 --edges 256 --output interaction.onnx
"""

import argparse

import numpy as np
import torch
from networks import HepTrkX, InteractionNetwork


def load(network: InteractionNetwork, path: str) -> None:
    """Weights from an .npz that names them as PyTorch does: R1.layers.0.weight [outputs, inputs], R1.layers.0.bias, ..."""
    arrays = np.load(path)
    network.load_state_dict(
        {name.lower().replace(".layers.", "."): torch.from_numpy(arrays[name]) for name in arrays.files}
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=("interaction", "heptrkx"), required=True)
    parser.add_argument("--hidden", type=int, default=8)
    parser.add_argument("--iterations", type=int, default=4, help="of HEP.TrkX")
    parser.add_argument("--nodes", type=int, default=128)
    parser.add_argument("--edges", type=int, default=256)
    parser.add_argument("--dynamic", action="store_true", help="leave N and E open in the file")
    parser.add_argument("--torchscript", action="store_true", help="the exporter that traces TorchScript")
    parser.add_argument("--seed", type=int, default=0, help="of random weights, where no file has any")
    parser.add_argument("--weights", help="an .npz of an interaction network")
    parser.add_argument("--output", required=True)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    x = torch.randn(args.nodes, 3, generator=generator)
    edge_attr = torch.randn(args.edges, 4, generator=generator)
    edge_index = torch.randint(args.nodes, (2, args.edges), generator=generator)
    if args.network == "interaction":
        network = InteractionNetwork(args.hidden)
        if args.weights is not None:
            load(network, args.weights)
        inputs = {"x": x, "edge_attr": edge_attr, "edge_index": edge_index}
    else:
        network = HepTrkX(args.hidden, iterations=args.iterations)
        inputs = {"x": x, "edge_index": edge_index}
    network.eval()

    axes = {"x": {0: "nodes"}, "edge_attr": {0: "edges"}, "edge_index": {1: "edges"}}
    axes = {name: axes[name] for name in inputs}
    dynamic = {"dynamic_axes" if args.torchscript else "dynamic_shapes": axes} if args.dynamic else {}
    torch.onnx.export(
        network,
        tuple(inputs.values()),
        args.output,
        input_names=list(inputs),
        output_names=["scores"],
        opset_version=18,
        dynamo=not args.torchscript,
        external_data=False,
        **dynamic,
    )


if __name__ == "__main__":
    main()
