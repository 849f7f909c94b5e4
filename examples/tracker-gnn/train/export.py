"""Writes a network as ONNX, for graphs of N nodes and E edges or, with --dynamic, of any size: one of random weights, or
with --trained what train.py wrote. Quantizers become `Quant` nodes of QONNX.

    python export.py --network interaction --hidden 8 --nodes 128 --edges 256 --output interaction.onnx
    python export.py --trained quantized.pt --dynamic --output model.onnx
"""

import argparse

import numpy as np
import torch
from checkpoint import INPUTS, build
from checkpoint import load as load_trained
from networks import InteractionNetwork
from onnx_file import tidy
from quantizers import Linear


def load(network: InteractionNetwork, path: str) -> None:
    """Weights from an .npz that names them as PyTorch does: R1.layers.0.weight [outputs, inputs], R1.layers.0.bias, ..."""
    arrays = np.load(path)
    network.load_state_dict(
        {name.lower().replace(".layers.", "."): torch.from_numpy(arrays[name]) for name in arrays.files}
    )


def hold_zeros(network: torch.nn.Module) -> None:
    """Writes the weights that training holds at 0 as zeros."""
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, Linear):
                layer.weight *= layer.kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=tuple(INPUTS))
    parser.add_argument("--hidden", type=int, default=8)
    parser.add_argument("--iterations", type=int, default=4, help="of HEP.TrkX")
    parser.add_argument("--nodes", type=int, default=128)
    parser.add_argument("--edges", type=int, default=256)
    parser.add_argument("--dynamic", action="store_true", help="leave N and E open in the file")
    parser.add_argument("--torchscript", action="store_true", help="the exporter that traces TorchScript; float only")
    parser.add_argument("--seed", type=int, default=0, help="of random weights, where no file has any")
    parser.add_argument("--weights", help="an .npz of an interaction network")
    parser.add_argument("--trained", help="a network of train.py, in place of --network")
    parser.add_argument("--output", required=True)
    args = parser.parse_args()
    if (args.network is None) == (args.trained is None):
        parser.error("give either --network or --trained")

    torch.manual_seed(args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    events = {
        "x": torch.randn(args.nodes, 3, generator=generator),
        "edge_attr": torch.randn(args.edges, 4, generator=generator),
        "edge_index": torch.randint(args.nodes, (2, args.edges), generator=generator),
    }
    if args.trained is not None:
        network = load_trained(args.trained)
        hold_zeros(network)
    else:
        iterations = {"iterations": args.iterations} if args.network == "heptrkx" else {}
        network = build(args.network, {"hidden": args.hidden, **iterations}, None)
        if args.weights is not None:
            load(network, args.weights)
    inputs = {name: events[name] for name in INPUTS[network.kind]}
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
    if args.trained is not None:
        tidy(args.output)


if __name__ == "__main__":
    main()
