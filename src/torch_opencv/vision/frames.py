"""From a frame to a network's input, for all models: what is done to the image, and what the network does itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn

import torch_opencv as cv
from torch_opencv._arrays.resizing import central_square, interpolation
from torch_opencv.vision.errors import FrameError


def check_frame(frame: object) -> None:
    """Make sure that something is a frame: torch.uint8 (H, W, 3), with pixels in it.

    >>> import torch
    >>> check_frame(torch.zeros(480, 640, 3, dtype=torch.uint8))
    >>> check_frame(torch.zeros(480, 640, dtype=torch.uint8))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    torch_opencv.vision.errors.FrameError: a frame must be torch.uint8 (H, W, 3), BGR...

    Args:
        frame: anything.

    Raises:
        FrameError: it isn't; the message says what it is, and how to make a frame of it.
    """
    if frame is None:
        raise FrameError("there is no frame (None): imread and VideoCapture.read give that where they find no image")
    if not isinstance(frame, Tensor):
        remedy = ": use torch.from_numpy(frame)" if type(frame).__name__ == "ndarray" else ""
        raise FrameError(f"a frame must be a torch.Tensor, not {type(frame).__name__}{remedy}")
    if frame.dtype != torch.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or not frame.numel():
        problem = f"a frame must be torch.uint8 (H, W, 3), BGR, not {frame.dtype} {tuple(frame.shape)}"
        remedy = _remedy(frame)
        raise FrameError(f"{problem}: {remedy}" if remedy else problem)


def check_frames(frames: Sequence[Tensor] | Tensor) -> None:
    """Make sure that these are frames, as methods that take several want them.

    Args:
        frames: a list, in which they may differ in size, or one (N, H, W, 3) tensor.

    Raises:
        FrameError: they aren't; as `check_frame`.
    """
    if isinstance(frames, Tensor) and frames.ndim != 4:
        raise FrameError(
            f"batch takes (N, H, W, 3) or a list of frames, not {tuple(frames.shape)}: call it with [frame]"
        )
    for frame in frames:
        check_frame(frame)


def _remedy(frame: Tensor) -> str:
    """How to make a frame of it; "" if there is no telling."""
    if not frame.numel():
        return "it is empty"
    if frame.ndim == 4:
        return "give a batch's frames one by one, or to a method that takes several"
    if frame.ndim == 3 and frame.shape[0] == 3 and frame.shape[2] not in (1, 3, 4):
        return "channels come last, frame.permute(1, 2, 0)" + (f", and {_to_bytes(frame)}" if _to_bytes(frame) else "")
    if frame.dtype != torch.uint8:
        return _to_bytes(frame)
    if frame.ndim == 2 or (frame.ndim == 3 and frame.shape[2] == 1):
        return "grey becomes BGR by cv.cvtColor(frame, cv.COLOR_GRAY2BGR)"
    if frame.ndim == 3 and frame.shape[2] == 4:
        return "leave the transparency out, cv.cvtColor(frame, cv.COLOR_BGRA2BGR)"
    return ""


def _to_bytes(frame: Tensor) -> str:
    if frame.dtype == torch.uint8:
        return ""
    if frame.is_floating_point() and frame.numel() and bool(frame.max() <= 1):
        return "values in 0..1 become bytes by (frame * 255).round().to(torch.uint8)"
    return "values in 0..255 become bytes by frame.clamp(0, 255).to(torch.uint8)"


def opencv_for(frame: Tensor) -> Any:
    """What works on a frame where it is: `cv` on the CPU, else `cv.cuda`, whose functions give the same numbers."""
    return cv if frame.device.type == "cpu" else cv.cuda


def center_crop(frame: Tensor, fraction: float = 1.0) -> Tensor:
    """The square in a frame's middle: a view, not a copy.

    >>> import torch
    >>> center_crop(torch.zeros(480, 640, 3), 0.875).shape
    torch.Size([420, 420, 3])

    Args:
        frame: (H, W, 3).
        fraction: of the shorter side, that the square's side is.
    """
    rows, columns = central_square(frame.shape[:2], fraction)
    return frame[rows, columns]


def resize_into(target: Tensor, frame: Tensor, *, upsampling: int = cv.INTER_CUBIC) -> None:
    """Resize a frame to another one's size, and into it.

    Args:
        target: (h, w, 3), written to.
        frame: (H, W, 3), of the same dtype.
        upsampling: the interpolation flag for enlarging. Shrinking takes the area average, since OpenCV's other ways
            skip pixels.
    """
    height, width = target.shape[:2]
    how = interpolation(frame.shape[:2], (height, width), upsampling)
    cv.resize(frame, (width, height), dst=target, interpolation=how)


class Normalise(nn.Module):
    """Frames to what a network was trained on, as its first layer: so the runtime does it along with the rest.

    Input: torch.uint8 (N, H, W, 3), BGR.
    Output: (N, 3, H, W), (value - mean) / std with values in 0..255.

    >>> import torch
    >>> white = torch.full((1, 2, 2, 3), 255, dtype=torch.uint8)
    >>> Normalise(mean=(127.5,) * 3, std=(127.5,) * 3)(white).unique()
    tensor([1.])

    Args:
        mean: of each channel, in the given order.
        std: likewise.
        order: of the output's channels.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float], *, order: Literal["rgb", "bgr"] = "rgb") -> None:
        super().__init__()
        self.swaps = order == "rgb"
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32).reshape(3, 1, 1))
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32).reshape(3, 1, 1))

    def forward(self, frames: Tensor) -> Tensor:
        """(N, H, W, 3) frames to (N, 3, H, W) inputs."""
        x = frames.permute(0, 3, 1, 2).to(self.mean.dtype)
        if self.swaps:
            x = x.flip(1)
        return (x - self.mean) / self.std
