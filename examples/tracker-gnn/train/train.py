"""Trains an edge classifier: first in float, then with its quantizers and part of its weights held at 0.

    python train.py --graphs train.npz --network interaction --hidden 8 --float float.pt --output quantized.pt
"""

import argparse
import time
from dataclasses import fields

import numpy as np
import torch
from checkpoint import INPUTS, build, load, quantized, save
from data import Graphs
from networks import Bits
from quantizers import Linear, calibrate, prune, round_to_nearest
from torch import nn

EDGES = 6000  # of a batch, about
CALIBRATION = 30000  # edges by which scales are chosen
PRUNING = 0.4  # part of the training with quantizers in which weights are put to 0 step by step


def fit(network: nn.Module, graphs: Graphs, epochs: float, rate: float, rng: np.random.Generator, each=None) -> None:
    """Adam on the cross entropy, its rate falling as a cosine; `each(part)` runs before each step."""
    optimizer = torch.optim.Adam(network.parameters(), rate)
    steps = round(epochs * graphs.edges.sum() / EDGES)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps, rate / 50)
    loss = nn.BCEWithLogitsLoss()
    layers = [module for module in network.modules() if isinstance(module, Linear)]
    step, total, started = 0, 0.0, time.time()
    network.train()
    while step < steps:
        for batch in graphs.batches(EDGES, rng.permutation(len(graphs))):
            if step == steps:
                break
            if each is not None:
                each(step / steps)
            optimizer.zero_grad()
            logits = network.logits(*(getattr(batch, name) for name in INPUTS[network.kind]))
            value = loss(logits.squeeze(1), batch.y)
            value.backward()
            for layer in layers:
                layer.learn_change()
            optimizer.step()
            schedule.step()
            step += 1
            total += value.item()
            if step % max(1, steps // 10) == 0:
                mean, total = total / max(1, steps // 10), 0.0
                print(f"  step {step} of {steps}, loss {mean:.4f}, {time.time() - started:.0f} s", flush=True)
    network.eval()


def quantize(
    network: nn.Module, bits: Bits, graphs: Graphs, zeros: float, importance: str, rng: np.random.Generator
) -> tuple:
    """The network with quantizers, and what prunes it and chooses the scales anew while it trains."""
    other = quantized(network, bits)
    batch = next(graphs.batches(CALIBRATION, rng.permutation(len(graphs))))
    inputs = [getattr(batch, name) for name in INPUTS[network.kind]]
    layers = [module for module in other.modules() if isinstance(module, Linear)]
    recent = -1

    def prune_and_calibrate(part: float) -> None:
        nonlocal recent
        stage = min(int(20 * part / PRUNING), 20)
        if stage == recent:
            return
        recent = stage
        done = 1 - (1 - stage / 20) ** 3  # quickly at first, slowly at the end (arXiv:1710.01878)
        if stage > 0:
            prune(layers, zeros * done, importance)
        calibrate(other, lambda: other.logits(*inputs))

    calibrate(other, lambda: other.logits(*inputs))
    for layer, behind in other.rounded_down():
        round_to_nearest(layer, behind)
    return other, prune_and_calibrate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", required=True)
    parser.add_argument("--network", choices=tuple(INPUTS), required=True)
    parser.add_argument("--hidden", type=int, default=8)
    parser.add_argument("--iterations", type=int, help="of HEP.TrkX")
    parser.add_argument("--epochs", type=float, default=20)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--quantized-epochs", type=float, default=20)
    parser.add_argument("--quantized-rate", type=float, default=3e-3)
    parser.add_argument("--zeros", type=float, default=0.5, help="part of the weights to hold at 0")
    parser.add_argument("--importance", choices=("loss", "size"), default="loss", help="which weights are held at 0")
    for field in fields(Bits):
        parser.add_argument(f"--{field.name}-bits", type=int, default=field.default)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", help="a network trained in float: no training in float")
    parser.add_argument("--float", help="file for the network in float")
    parser.add_argument("--output", help="file for the network with quantizers; without it none is trained")
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    graphs = Graphs(args.graphs)
    if args.start is None:
        iterations = {} if args.iterations is None else {"iterations": args.iterations}
        network = build(args.network, {"hidden": args.hidden, **iterations}, None)
        fit(network, graphs, args.epochs, args.rate, rng)
        if args.float is not None:
            save(network, args.float)
    else:
        network = load(args.start)
    if args.output is not None:
        bits = Bits(**{field.name: getattr(args, f"{field.name}_bits") for field in fields(Bits)})
        other, each = quantize(network, bits, graphs, args.zeros, args.importance, rng)
        fit(other, graphs, args.quantized_epochs, args.quantized_rate, rng, each)
        save(other, args.output)


if __name__ == "__main__":
    main()
