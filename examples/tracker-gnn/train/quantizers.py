"""Fixed-point quantizers for training, and layers with them: scales are powers of two, values beyond the range saturate.

In the exported file each of them is a `Quant` node of QONNX with the same scale, bits and rounding.
"""

import torch
from torch import nn

BELOW, BEYOND = 6, 3  # binary points to try, around the one that just holds the largest value
NARROWER = 4  # binary points that a channel may have beyond those of the channel of the largest range


class RoundInRange(torch.autograd.Function):
    """The integers next to q, clipped to lo … hi. Backwards as if nothing was rounded, and nothing from beyond the range
    (the straight-through estimator, arXiv:1308.3432)."""

    @staticmethod
    def forward(ctx, q, lo, hi, floor):
        ctx.save_for_backward((q >= lo) & (q <= hi + 1))
        clipped = q.clamp(lo, hi)
        return clipped.floor() if floor else clipped.round()

    @staticmethod
    def backward(ctx, gradient):
        (inside,) = ctx.saved_tensors
        return gradient * inside, None, None, None


class Quantizer(nn.Module):
    """`bits` bits, one binary point for all or for each of `channels` (the last axis, `axis` 0 for rows of weights).

    Unsigned or signed, for weights without the lowest integer (`narrow`). `floor` rounds down, which costs no hardware,
    else to nearest, ties to even. The binary points come from `calibrate`: they lose the least squared error, or with
    `whole` clip nothing.
    """

    def __init__(self, bits, channels=1, *, signed=True, narrow=False, floor=False, whole=False, axis=-1):
        super().__init__()
        self.signed, self.narrow, self.floor, self.whole, self.axis = signed, narrow, floor, whole, axis
        self.lo = -(2 ** (bits - 1)) + narrow if signed else 0
        self.hi = 2 ** (bits - 1) - 1 if signed else 2**bits - 1
        self.calibrating = False
        shape = [] if channels == 1 else [channels, 1] if axis == 0 else [channels]
        self.register_buffer("scale", torch.ones(shape))
        self.register_buffer("zero", torch.zeros([]))
        self.register_buffer("bits", torch.tensor(float(bits)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if torch.onnx.is_in_onnx_export():
            return torch.onnx.ops.symbolic(
                "qonnx.custom_op.general::Quant",
                (x, self.scale, self.zero, self.bits),
                {
                    "signed": int(self.signed),
                    "narrow": int(self.narrow),
                    "rounding_mode": "FLOOR" if self.floor else "ROUND",
                },
                dtype=x.dtype,
                shape=x.shape,
                version=1,
            )
        if self.calibrating:
            self.calibrate(x.detach())
        return RoundInRange.apply(x / self.scale, self.lo, self.hi, self.floor) * self.scale

    def calibrate(self, x: torch.Tensor) -> None:
        """Chooses the scales by values, none smaller than it is."""
        if self.scale.dim() == 0:
            rows = x.reshape(1, -1)
        else:
            rows = x.reshape(x.shape[0], -1) if self.axis == 0 else x.reshape(-1, x.shape[-1]).T
        largest = (rows.abs() if self.signed else rows.clamp(min=0)).amax(dim=1, keepdim=True).clamp(min=2.0**-20)
        top = torch.ceil(torch.log2(largest / self.hi))
        if self.whole:
            best = top
        else:
            tried = [top + step for step in range(-BELOW, BEYOND)]
            errors = torch.cat([self.error(rows, 2.0**exponent) for exponent in tried], dim=1)
            best = top - BELOW + errors.argmin(dim=1, keepdim=True)
        # A channel that is nearly always 0 gets no binary point far from the others: sums would have bits for it.
        best = torch.maximum(best, best.max() - NARROWER)
        best = (2.0**best).reshape(self.scale.shape)
        # What is used several times, as in a loop with shared weights, gets the largest range.
        self.scale.copy_(torch.maximum(self.scale, best))

    def error(self, rows: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        """The mean squared error of each row [rows, 1]. What rounding down loses on average is not counted: biases make
        up for it."""
        q = rows / scale
        near = q.round().clamp(self.lo, self.hi)
        return ((near - q) * scale).square().mean(dim=1, keepdim=True)


class Linear(nn.Linear):
    """A linear layer of quantized weights, one binary point for each row, some of them held at 0."""

    def __init__(self, inputs: int, outputs: int, bits: int, bias_bits: int) -> None:
        super().__init__(inputs, outputs)
        self.quantize_weight = Quantizer(bits, outputs, narrow=True, axis=0)
        self.quantize_bias = Quantizer(bias_bits, whole=True)
        self.register_buffer("kept", torch.ones(outputs, inputs))
        self.register_buffer("change", torch.zeros(outputs, inputs), persistent=False)
        self.register_buffer("spread", torch.ones(inputs), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.quantize_weight.calibrating:
            self.spread.copy_(x.detach().square().mean(dim=0).sqrt())
        weight = self.weight if torch.onnx.is_in_onnx_export() else self.weight * self.kept
        return nn.functional.linear(x, self.quantize_weight(weight), self.quantize_bias(self.bias))

    def learn_change(self) -> None:
        """After each step backwards: by how much the loss would change without each weight, to first order
        (arXiv:1611.06440), squared, as a running mean."""
        self.change.lerp_((self.weight.grad * self.weight).detach().square(), 0.02)


def prune(layers: list[Linear], zeros: float, importance: str) -> None:
    """Holds this part of the weights at 0. By `loss`, of all layers those without which the loss changes least; by `size`, of
    each layer those that move its sums least: by their size times that of their input."""
    if importance == "loss":
        parts = [layer.change.flatten() for layer in layers]
        kept = largest(torch.cat(parts), zeros).split([len(part) for part in parts])
    else:
        kept = [largest((layer.weight.detach().abs() * layer.spread).flatten(), zeros) for layer in layers]
    for layer, part in zip(layers, kept):
        layer.kept.copy_(part.reshape(layer.kept.shape))


def largest(values: torch.Tensor, zeros: float) -> torch.Tensor:
    """0 for this part of the values, the smallest ones, 1 for the others."""
    kept = torch.ones_like(values)
    kept[values.argsort()[: round(zeros * len(values))]] = 0
    return kept


def calibrate(network: nn.Module, run) -> None:
    """Chooses all scales of a network by what `run` sends through it, in the order of the network."""
    quantizers = [module for module in network.modules() if isinstance(module, Quantizer)]
    for quantizer in quantizers:
        quantizer.calibrating = True
        quantizer.scale.zero_()
    with torch.no_grad():
        run()
    for quantizer in quantizers:
        quantizer.calibrating = False


def round_to_nearest(layer: Linear, quantizer: Quantizer) -> None:
    """Adds half a step of the quantizer behind a layer to its bias: rounding down then is rounding to nearest."""
    with torch.no_grad():
        layer.bias += quantizer.scale / 2  # one for each row, or one for all
