"""A feed-forward style network: an image in, the same scene in one painting's style out, in a single pass.

After Johnson, Alahi and Fei-Fei, "Perceptual Losses for Real-Time Style Transfer and Super-Resolution", 2016,
https://arxiv.org/abs/1603.08155, with instance normalisation (Ulyanov and others, https://arxiv.org/abs/1607.08022).
Made to be fast on a CPU: most layers work at an eighth of the image's size, none on more than 24 channels at a half.

Weights are kept as half-precision safetensors, whose header says what they paint; `training.style` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own name for it)
from torch import Tensor, nn

from torch_opencv.errors import TorchOpencvError

_FORMAT: Final = "torch-opencv style network 1"
_STRIDE: Final = 8
_SMALLEST: Final = 16  # the inner layers then see 2x2 positions, and a mean and a deviation can be told


class StyleFileError(TorchOpencvError, ValueError):
    """A file that isn't a style network's. The message is one line that says what to do."""


@dataclass(frozen=True)
class Style:
    """What a style network paints: its name ("starry-night"), after which painting, trained for how many iterations."""

    name: str
    painting: str
    iterations: int


class StyleNetwork(nn.Module):
    """Images to painted images.

    Input: float (N, 3, H, W), RGB, values in 0..1, of any size from 1x1.
    Output: the same shape and dtype, RGB, values in 0..1.

    Each image is normalised by its own statistics, so a part of it is painted otherwise alone than in the whole.
    """

    _binomial: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stem = _ConvNorm(3, 16, 5, stride=2)
        self.quarter = _ConvNorm(16, 48, 3, stride=2)
        self.eighth = _ConvNorm(48, 80, 3, stride=2)
        self.scene = nn.Sequential(_Residual(80), _Residual(80))
        self.to_quarter = _DoublingConvNorm(80, 48)
        self.strokes = _Residual(48)
        self.to_half = _DoublingConvNorm(48, 24)
        self.pixels = nn.Conv2d(24, 3 * 2 * 2, 3)
        _start_alike(self.pixels)
        row = torch.tensor([1.0, 2.0, 1.0]) / 4
        self.register_buffer("_binomial", torch.outer(row, row).expand(3, 1, 3, 3).contiguous(), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, H, W) images to painted ones."""
        below, right = (_missing(size) for size in images.shape[2:])
        # What all pixels share the stem's normalisation takes away in any case. Taken away here, it costs an image of
        # little contrast none of the few digits that bfloat16 and float16 have.
        x = images - images.mean((2, 3), keepdim=True)
        x = _bordered(x.to(self.pixels.weight.dtype), self.stem.border, below, right)
        quarter = self.quarter(self.stem.without_border(x))
        x = self.scene(self.eighth(quarter))
        x = self.strokes(self.to_quarter(x) + quarter)
        x = self.to_half(x)
        x = F.pixel_shuffle(self.pixels(_bordered(x, 1)), 2)
        # This filter is blind to nothing but the finest checkerboard, the pattern that pixel_shuffle could leave.
        x = F.conv2d(_bordered(x, 1, -below, -right), self._binomial, groups=3)
        return torch.sigmoid(x).to(images.dtype)


def load(path: str | Path) -> StyleNetwork:
    """The network kept in a file, in float32 and evaluation mode.

    Raises:
        StyleFileError: the file isn't one, or damaged.
    """
    import safetensors.torch

    describe(path)
    network = StyleNetwork()
    try:
        network.load_state_dict(safetensors.torch.load_file(path))
    except (RuntimeError, safetensors.SafetensorError) as error:
        raise StyleFileError(f"{path} holds no style network that this version knows: train it again") from error
    return network.eval()


def describe(path: str | Path) -> Style:
    """What the network in the file paints.

    Raises:
        StyleFileError: the file isn't one.
    """
    import safetensors

    if not Path(path).is_file():
        raise StyleFileError(f"there is no style file {path}")
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
        if header.get("format") != _FORMAT:
            raise StyleFileError(f"{path} is a safetensors file, but not a style network: give one of train-style's")
        return Style(header["name"], header["painting"], int(header["iterations"]))
    except (safetensors.SafetensorError, KeyError, ValueError, OSError) as error:
        if isinstance(error, StyleFileError):
            raise
        raise StyleFileError(f"{path} can't be read as a style network: give one of train-style's files") from error


def to_bytes(network: StyleNetwork, style: Style) -> bytes:
    """The network as a file's content, rounded to half precision."""
    import safetensors.torch

    state = {name: value.detach().cpu().half().contiguous() for name, value in network.state_dict().items()}
    header = {
        "format": _FORMAT,
        "name": style.name,
        "painting": style.painting,
        "iterations": str(style.iterations),
    }
    return safetensors.torch.save(state, metadata=header)


class _ConvNorm(nn.Module):
    """Convolution, instance normalisation, ReLU (or not); the image's edge goes on beyond it."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, relu: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, bias=False)
        self.norm = nn.InstanceNorm2d(outputs, affine=True)
        self.border = kernel // 2
        self.relu = relu

    def forward(self, x: Tensor) -> Tensor:
        return self.without_border(_bordered(x, self.border))

    def without_border(self, x: Tensor) -> Tensor:
        """The same for what has its border already."""
        y: Tensor = self.norm(self.conv(x))
        return F.relu(y) if self.relu else y


class _DoublingConvNorm(_ConvNorm):
    """The same at twice the size, after bilinear interpolation.

    (After the nearest pixel's way, which is the usual one, training left a pattern of four pixels' period.)

    Interpolation and convolution are done in one, exactly: each of the four pixels that are made of one is a
    convolution of the small image with a kernel of its own. On a CPU that saves a tenth of the network's time.
    """

    _taps: Tensor

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3)
        # [first or second of the two pixels, tap of the kernel, neighbour in the small image]: the bilinear weights.
        taps = torch.tensor([[[3, 1, 0], [1, 3, 0], [0, 3, 1]], [[1, 3, 0], [0, 3, 1], [0, 1, 3]]]) / 4
        self.register_buffer("_taps", taps, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        outputs, inputs = self.conv.weight.shape[:2]
        kernels = torch.einsum("oikl,pkt,qls->opqits", self.conv.weight, self._taps, self._taps)
        y = F.conv2d(_bordered(x, 1), kernels.reshape(4 * outputs, inputs, 3, 3))
        return F.relu(self.norm(_pixel_shuffle(y)))


def _pixel_shuffle(x: Tensor) -> Tensor:
    """(N, 4 C, H, W) to (N, C, 2 H, 2 W); for ONNX Runtime as a convolution, which saves 7 % of the network's time."""
    if not torch.onnx.is_in_onnx_export():
        return F.pixel_shuffle(x, 2)
    channels = x.shape[1] // 4
    kernels = torch.eye(4, dtype=x.dtype).reshape(4, 1, 2, 2).repeat(channels, 1, 1, 1)
    return F.conv_transpose2d(x, kernels, stride=2, groups=channels)


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _ConvNorm(channels, channels, 3)
        self.second = _ConvNorm(channels, channels, 3, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x + self.second(self.first(x))
        return y


def _missing(size: int) -> int:
    """How much a side lacks to be a multiple of what the network halves it by, and large enough."""
    # The exporter follows sym_max where Python's max() would make it a constant, and rounds down positive numbers only.
    enough: int = torch.sym_max(size, _SMALLEST)  # type: ignore[no-untyped-call]
    return (enough + _STRIDE - 1) // _STRIDE * _STRIDE - size


def _bordered(x: Tensor, border: int, below: int = 0, right: int = 0) -> Tensor:
    """With its outermost pixels repeated all around, and so many more times below and at the right; cut off if < 0."""
    return F.pad(x, (border, border + right, border, border + below), mode="replicate")


def _start_alike(conv: nn.Conv2d) -> None:
    """Start with the same weights for the four pixels that pixel_shuffle makes of one (Aitken and others, 2017)."""
    with torch.no_grad():
        outputs = conv.out_channels
        conv.weight.copy_(conv.weight[::4].repeat_interleave(4, 0)[:outputs])
        if conv.bias is not None:
            conv.bias.zero_()
