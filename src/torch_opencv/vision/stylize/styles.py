"""Styles that a Stylizer can be made with, by name or file, each as a network from frames to painted frames."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from torch_opencv import t7, weights
from torch_opencv._names.styles import NAMES as NAMES
from torch_opencv._names.styles import TEXTURE_NETWORKS as TEXTURE_NETWORKS
from torch_opencv.errors import first_line
from torch_opencv.nets import style_network
from torch_opencv.nets.style_network import StyleNetwork
from torch_opencv.vision.errors import ModelError
from torch_opencv.vision.frames import Normalise
from torch_opencv.vision.naming import guess, is_path

_AS_LARGE_AS_ON_CPU: Final = (1, 3, 640, 640)
_VGG_MEAN: Final = (103.939, 116.779, 123.68)  # blue, green, red: what the texture networks' outputs lack


@dataclass(frozen=True)
class StyleModel:
    """A style as a network.

    Attributes:
        network: torch.uint8 (N, H, W, 3) BGR to the same.
        multiple: H and W must be divisible by it.
        own: it has our own architecture, which bears half precision.
    """

    network: nn.Module
    multiple: int
    own: bool = False


class _Painter(nn.Module):
    """Our own network between frames: it is made for RGB in 0..1, and its weights are changed for BGR in 0..255."""

    def __init__(self, network: StyleNetwork) -> None:
        super().__init__()
        self.network = network
        with torch.no_grad():
            first = network.stem.conv.weight
            first.copy_(first.flip(1) / 255)
            for parameter in network.pixels.parameters():  # four pixels of red, four of green, four of blue
                parameter.copy_(parameter.reshape(3, 4, -1).flip(0).reshape(parameter.shape))

    def forward(self, frames: Tensor) -> Tensor:
        painted = self.network(frames.permute(0, 3, 1, 2).to(self.network.stem.conv.weight.dtype))
        rounded: Tensor = (painted * 255 + 0.5).to(torch.uint8)
        return rounded.permute(0, 2, 3, 1)


class _TextureNetwork(nn.Module):
    """A texture network between frames, as its demo had it: BGR in 0..1 in, BGR less the means out, truncated."""

    mean: Tensor

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.prepare = Normalise((0, 0, 0), (255, 255, 255), order="bgr")
        self.network = network
        self.register_buffer("mean", torch.tensor(_VGG_MEAN).reshape(3, 1, 1))

    def forward(self, frames: Tensor) -> Tensor:
        painted: Tensor = self.network(self.prepare(frames)) + self.mean.to(self.prepare.mean.dtype)
        return painted.clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)


def name_of(style: str | Path) -> str:
    """How a style is called in lists and results: by its name, or by its file's without the suffix.

    >>> name_of("great-wave"), name_of("styles/mine.safetensors")
    ('great-wave', 'mine')

    Args:
        style: a name or a path.
    """
    return Path(style).stem if is_path(style) else str(style)


def file_of(style: str | Path) -> Path:
    """A style's file, which is fetched if need be.

    Args:
        style: a name in `NAMES` or `TEXTURE_NETWORKS`, or a path.

    Raises:
        ModelError: there is no such style or file.
        WeightsError: its weights can't be had.
    """
    name = str(style)
    if name in NAMES + TEXTURE_NETWORKS:
        return weights.path(name)
    if not is_path(style):
        known = NAMES + TEXTURE_NETWORKS
        raise ModelError(
            f"there is no style {name!r}: {guess(name, known, cutoff=0.6)}There are {', '.join(known)}, "
            "or a .safetensors or .t7 file's path"
        )
    if not Path(style).is_file():
        raise ModelError(f"there is no style file {style}")
    return Path(style)


def load(style: str | Path) -> StyleModel:
    """The model for a style.

    Args:
        style: as `file_of` takes it.

    Raises:
        ModelError: there is no such style, or it can't be used.
        WeightsError: its weights can't be had.
        T7Error: it is a Torch7 file that can't be used.
    """
    path = file_of(style)
    if path.suffix == ".safetensors":
        return _own(path)
    if path.suffix == ".t7":
        if str(style) not in TEXTURE_NETWORKS:  # whose checksums are known
            t7.check_forward(path, (1, 3, 64, 96), _AS_LARGE_AS_ON_CPU)
        return _texture_network(path)
    raise ModelError(f"{path} can't be used as a style: give a .safetensors file that train-style made, or a .t7 file")


def _own(path: Path) -> StyleModel:
    try:
        network = style_network.load(path)
    except ValueError as error:
        raise ModelError(str(error)) from None
    return StyleModel(_Painter(network), multiple=1, own=True)


def _texture_network(path: Path) -> StyleModel:
    """Torch7's networks shrink the image by up to 32 and put the levels together again, so its sides must fit."""
    try:
        network = t7.fold_batch_norms(t7.load_network(path))
    except OSError as error:
        raise ModelError(f"{path} can't be read: {error.strerror or error}") from None
    try:
        with torch.no_grad():
            painted = network(torch.zeros(1, 3, 64, 96))
    except RuntimeError as error:
        raise ModelError(f"{path} is no style network: it doesn't take images ({first_line(error)})") from None
    if not isinstance(painted, Tensor) or painted.shape != (1, 3, 64, 96):
        raise ModelError(f"{path} is no style network: it doesn't give an image for an image")
    return StyleModel(_TextureNetwork(network), multiple=32)
