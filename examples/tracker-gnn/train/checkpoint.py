"""Networks with their weights, quantizers and settings in one file."""

from dataclasses import asdict

import torch
from networks import Bits, HepTrkX, InteractionNetwork
from torch import nn

NETWORKS = {"interaction": InteractionNetwork, "heptrkx": HepTrkX}
INPUTS = {"interaction": ("x", "edge_attr", "edge_index"), "heptrkx": ("x", "edge_index")}


def build(kind: str, settings: dict, bits: Bits | None) -> nn.Module:
    network = NETWORKS[kind](**settings, bits=bits)
    network.kind, network.settings, network.bits = kind, settings, bits
    return network


def save(network: nn.Module, path: str) -> None:
    bits = None if network.bits is None else asdict(network.bits)
    file = {"kind": network.kind, "settings": network.settings, "bits": bits, "state": network.state_dict()}
    torch.save(file, path)


def load(path: str) -> nn.Module:
    file = torch.load(path, weights_only=True)
    network = build(file["kind"], file["settings"], None if file["bits"] is None else Bits(**file["bits"]))
    network.load_state_dict(file["state"])
    return network.eval()


def quantized(network: nn.Module, bits: Bits) -> nn.Module:
    """The same network with quantizers, which still have to be calibrated."""
    other = build(network.kind, network.settings, bits)
    state = other.state_dict()
    state.update(network.state_dict())
    other.load_state_dict(state)
    return other
