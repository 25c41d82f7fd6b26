"""Transfer functions: elementwise ones, softmaxes, and arithmetic with constants.

Layers that worked in place in Torch7 do so here: networks rely on it when they use the input of such a layer again, as
pix2pix's generator does.
"""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.registry import builds


class Elementwise(nn.Module):
    """A function of each element, by name, such as "exp"."""

    def __init__(self, name: str, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.name, self.function = name, function

    def forward(self, input: Tensor) -> Tensor:
        return self.function(input)

    def extra_repr(self) -> str:
        return self.name


_FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "nn.Abs": torch.abs,
    "nn.Exp": torch.exp,
    "nn.Log": torch.log,
    "nn.Square": torch.square,
    "nn.Negative": torch.neg,
    "nn.LogSigmoid": F.logsigmoid,
    "nn.SoftSign": F.softsign,
    "nn.TanhShrink": F.tanhshrink,
    "nn.Tanh": torch.tanh,
    "nn.Sigmoid": torch.sigmoid,
}


@builds(*_FUNCTIONS, "cudnn.Tanh", "cudnn.Sigmoid")
def _elementwise(layer: Layer) -> nn.Module:
    if layer.class_name.endswith(".Tanh"):
        return nn.Tanh()
    if layer.class_name.endswith(".Sigmoid"):
        return nn.Sigmoid()
    return Elementwise(layer.class_name.removeprefix("nn.").lower(), _FUNCTIONS[layer.class_name])


@builds("nn.ReLU", "cudnn.ReLU", "nn.Threshold")
def _threshold(layer: Layer) -> nn.Module:
    threshold, value = layer.number("threshold", 0), layer.number("val", 0)
    inplace = layer.flag("inplace")
    if threshold == value == 0:
        return nn.ReLU(inplace)
    return nn.Threshold(threshold, value, inplace)


@builds("nn.ReLU6")
def _relu6(layer: Layer) -> nn.Module:
    return nn.ReLU6(layer.flag("inplace"))


@builds("cudnn.ClippedReLU")
def _clipped_relu(layer: Layer) -> nn.Module:
    ceiling = layer.number("ceiling")
    if ceiling <= 0:
        raise layer.error(f"ceiling is {ceiling:g}, but must be more than 0")
    return nn.Hardtanh(0.0, ceiling, layer.flag("inplace"))


@builds("nn.HardTanh", "nn.Clamp")
def _hard_tanh(layer: Layer) -> nn.Module:
    least, most = layer.number("min_val", -1), layer.number("max_val", 1)
    if least >= most:
        raise layer.error(f"min_val is {least:g}, not less than max_val, {most:g}")
    return nn.Hardtanh(least, most, layer.flag("inplace"))


@builds("nn.LeakyReLU")
def _leaky_relu(layer: Layer) -> nn.Module:
    return nn.LeakyReLU(layer.number("negval", 0.01), layer.flag("inplace"))


@builds("nn.RReLU")
def _rrelu(layer: Layer) -> nn.Module:  # in evaluation it has the mean slope
    return nn.LeakyReLU((layer.number("lower", 1 / 8) + layer.number("upper", 1 / 3)) / 2, layer.flag("inplace"))


@builds("nn.ELU")
def _elu(layer: Layer) -> nn.Module:
    return nn.ELU(layer.number("alpha", 1), layer.flag("inplace"))


@builds("nn.SoftPlus")
def _softplus(layer: Layer) -> nn.Module:
    return nn.Softplus(layer.number("beta", 1), layer.number("threshold", 20))


@builds("nn.HardShrink")
def _hard_shrink(layer: Layer) -> nn.Module:
    return nn.Hardshrink(layer.number("lambda", 0.5))


@builds("nn.SoftShrink")
def _soft_shrink(layer: Layer) -> nn.Module:
    width = layer.number("lambda", 0.5)
    if width < 0:
        raise layer.error(f"lambda is {width:g}, but must be 0 or more")
    return nn.Softshrink(width)


class PReLU(nn.PReLU):
    """As nn.PReLU, with the channels of an input without a batch in its first dimension, as Torch7 has it."""

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim in (1, 3) and self.num_parameters > 1:
            return F.prelu(input[None], self.weight)[0]
        return F.prelu(input, self.weight)


@builds("nn.PReLU")
def _prelu(layer: Layer) -> nn.Module:
    weight = layer.tensor("weight", (None,))
    module = PReLU(weight.shape[0], device="meta")
    module.weight = layer.parameter(weight)
    return module


class SoftMax(nn.Module):
    """Torch7's softmaxes: over the channels, which are the first dimension of 1- and 3-dim inputs, else the second."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def forward(self, input: Tensor) -> Tensor:
        dim = 0 if input.ndim in (1, 3) else 1
        if self.kind == "log":
            return F.log_softmax(input, dim)
        return F.softmax(-input if self.kind == "min" else input, dim)

    def extra_repr(self) -> str:
        return self.kind


@builds("nn.SoftMax", "nn.SpatialSoftMax", "cudnn.SoftMax", "cudnn.SpatialSoftMax", "cudnn.VolumetricSoftMax")
def _softmax(layer: Layer) -> nn.Module:
    return SoftMax("max")


@builds(
    "nn.LogSoftMax", "nn.SpatialLogSoftMax", "cudnn.LogSoftMax", "cudnn.SpatialLogSoftMax", "cudnn.VolumetricLogSoftMax"
)
def _log_softmax(layer: Layer) -> nn.Module:
    return SoftMax("log")


@builds("nn.SoftMin")
def _softmin(layer: Layer) -> nn.Module:
    return SoftMax("min")


class MulConstant(nn.Module):
    """Times a number."""

    def __init__(self, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.value, self.inplace = value, inplace

    def forward(self, input: Tensor) -> Tensor:
        return input.mul_(self.value) if self.inplace else input * self.value

    def extra_repr(self) -> str:
        return f"{self.value:g}"


class AddConstant(nn.Module):
    """Plus a number, or a tensor that is expanded as Torch7 does: along the first dimension, or to the same size."""

    value: Tensor | float

    def __init__(self, value: Tensor | float, inplace: bool = False) -> None:
        super().__init__()
        if isinstance(value, Tensor):
            self.register_buffer("value", value)
        else:
            self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return input.add_(self.value) if self.inplace else input + self.value


@builds("nn.MulConstant")
def _mul_constant(layer: Layer) -> nn.Module:
    return MulConstant(layer.number("constant_scalar"), layer.flag("inplace"))


@builds("nn.AddConstant")
def _add_constant(layer: Layer) -> nn.Module:
    if layer.has("constant_tensor"):
        return AddConstant(layer.tensor("constant_tensor"), layer.flag("inplace"))
    return AddConstant(layer.number("constant_scalar"), layer.flag("inplace"))


@builds("nn.Power")
def _power(layer: Layer) -> nn.Module:
    exponent = layer.number("pow")
    return Elementwise(f"power {exponent:g}", partial(torch.pow, exponent=exponent))


@builds("nn.Sqrt")
def _sqrt(layer: Layer) -> nn.Module:  # eps only counts in the gradient
    return Elementwise("sqrt", torch.sqrt)


class GatedLinearUnit(nn.Module):
    """The first half of a dimension times the sigmoid of the second."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.dimension = dimension

    def forward(self, input: Tensor) -> Tensor:
        return F.glu(input, self.dimension - 1)


@builds("nn.GatedLinearUnit")
def _gated_linear_unit(layer: Layer) -> nn.Module:
    return GatedLinearUnit(layer.integer("dim", least=1, most=64))


@builds(
    "nn.Identity",
    "nn.Copy",
    "nn.GradientReversal",
    "nn.L1Penalty",
    "nn.PrintSize",
    "nn.TotalVariation",
    "nn.WhiteNoise",
    "nn.ZeroGrad",
)
def _identity(layer: Layer) -> nn.Module:  # at most, something happens in training
    return nn.Identity()


class StochasticDropout(nn.Module):
    """Dropout that Torch7 was told to go on with in evaluation (`stochastic_inference`)."""

    def __init__(self, p: float, scale: float) -> None:
        super().__init__()
        self.p, self.scale = p, scale

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, training=True) * self.scale


@builds("nn.Dropout", "nn.SpatialDropout", "nn.VolumetricDropout", "nn.TemporalDropout")
def _dropout(layer: Layer) -> nn.Module:
    p = layer.number("p", 0.5)
    if not 0 <= p < 1:
        raise layer.error(f"p is {p:g}, but must be from 0 to less than 1")
    # Version 2 scales in training, and has nothing to do in evaluation; the others do it the other way round.
    scaled_in_training = layer.class_name == "nn.Dropout" and layer.flag("v2")
    if layer.class_name == "nn.Dropout" and layer.flag("stochastic_inference"):
        return StochasticDropout(p, 1 if scaled_in_training else 1 - p)
    if layer.flag("stochasticInference"):
        raise layer.error("dropout of channels that goes on in evaluation (stochasticInference) isn't supported")
    return nn.Dropout(p) if scaled_in_training else MulConstant(1 - p, layer.flag("inplace"))
