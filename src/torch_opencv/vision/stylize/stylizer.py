"""A frame, painted in the style of a painting."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv import runtime
from torch_opencv.vision.frames import check_frame
from torch_opencv.vision.pictures import pictures
from torch_opencv.vision.stylize import styles

_CPU_SIZE = 640  # pixels of the longer side: what two cores paint at a camera's pace


@dataclass(frozen=True, eq=False)
class Painting:
    """A painted frame.

    Attributes:
        image: torch.uint8 (H, W, 3) BGR, as large as the frame was.
        size: width and height of what the network painted; the image was enlarged from that if it is smaller.

    """

    image: Tensor
    size: tuple[int, int]


class Stylizer:
    """Paints frames with a feed-forward network (Johnson et al. 2016, Ulyanov et al. 2016).

    Made the first time on a machine, it takes some seconds longer: the network is compiled (see `runtime`).

    Args:
        style: a name in `styles.NAMES`; "texturenet-starry" or "texturenet-pollock", the original demo's; or the path
            of a .safetensors file that `torch-opencv train-style` made, or of a texture network's .t7 file.
        device: "auto" (CUDA if there is one), "cpu", "cuda" or "cuda:N".
        precision: what it computes in on the CPU (see `runtime.accelerate`): "f32"; "bf16", which is faster where
            OpenVINO is installed and the processor has it; or "auto", which is that for our own networks only.
        size: the longer side, in pixels, of what is painted; larger frames are shrunk before and enlarged afterwards.
            None is 640 on the CPU, and the frame's own on other devices.
        strength: how much of the painting is laid over the frame, 0..1.
        keep_colors: take only the painting's brightness, and the frame's colours (Gatys et al. 2016, "Preserving color
            in neural artistic style transfer").

    Attributes:
        style: the style's name.
        device: where it computes.
        backend: how (see `runtime.Accelerated`).
        precision: what it computes in.

    Raises:
        ModelError: there is no such style.
        WeightsError: its weights can't be had.
        T7Error: a .t7 file can't be read.
        DeviceError: there is no such device.
        ValueError: a size or strength is out of range.

    """

    def __init__(
        self,
        style: str | Path = "starry-night",
        *,
        device: str | torch.device = "auto",
        precision: runtime.Precision = "f32",
        size: int | None = None,
        strength: float = 1.0,
        keep_colors: bool = False,
    ) -> None:
        if size is not None and size < 1:
            raise ValueError(f"size must be 1 or more pixels, not {size}")
        if not 0 <= strength <= 1:
            raise ValueError(f"strength must be in 0..1, not {strength}")
        self.device = runtime.resolve_device(device)  # before anything is loaded
        self.style = styles.name_of(style)
        model = styles.load(style)
        self._multiple = model.multiple
        self._size = size or (_CPU_SIZE if self.device.type == "cpu" else None)
        self._strength, self._keep_colors = strength, keep_colors
        # Noise, since a blank image could hide that a network is computed wrongly (see runtime.accelerate).
        generator = torch.Generator().manual_seed(0)
        example = torch.randint(256, (1, 96, 160, 3), dtype=torch.uint8, generator=generator)
        self._network = runtime.accelerate(
            model.network,
            example,
            device=self.device,
            dynamic=(1, 2),
            name=self.style,
            precision="f32" if precision == "auto" and not model.own else precision,
            pictures=self._pictures,
        )
        self.backend, self.precision = self._network.backend, self._network.precision

    def __call__(self, frame: Tensor) -> Painting:
        """The painting of a frame.

        Args:
            frame: torch.uint8 (H, W, 3), BGR, of any size and stride.

        Raises:
            FrameError: it is anything else.

        """
        check_frame(frame)
        small = self._shrunk(frame)
        height, width = small.shape[:2]
        painted = self._paint(small)
        if (height, width) != tuple(frame.shape[:2]):
            painted = cv.resize(painted, (frame.shape[1], frame.shape[0]), interpolation=cv.INTER_CUBIC)
        if self._keep_colors:
            painted = _with_colours_of(frame, painted)
        if self._strength < 1:
            painted = cv.addWeighted(painted, self._strength, frame, 1 - self._strength, 0)
        return Painting(painted, (width, height))

    def _shrunk(self, frame: Tensor) -> Tensor:
        height, width = frame.shape[:2]
        scale = (self._size or max(height, width)) / max(height, width)
        if scale >= 1:
            return frame
        size = max(1, round(width * scale)), max(1, round(height * scale))
        return cv.resize(frame, size, interpolation=cv.INTER_AREA)

    def _pictures(self) -> list[Tensor]:
        """What the network is given of real frames, none of which is larger than what two cores paint."""
        frames = [self._shrunk(frame) for frame in pictures()]
        return [self._filled_up(frame)[None].contiguous() for frame in frames]

    def _filled_up(self, frame: Tensor) -> Tensor:
        """A frame whose sides the network can take, by reflection."""
        height, width = frame.shape[:2]
        below, right = (math.ceil(side / self._multiple) * self._multiple - side for side in (height, width))
        return cv.copyMakeBorder(frame, 0, below, 0, right, cv.BORDER_REFLECT_101) if below or right else frame

    def _paint(self, frame: Tensor) -> Tensor:
        """The network's image. What the frame was filled up by is cut off again."""
        height, width = frame.shape[:2]
        painted: Tensor = self._network(self._filled_up(frame)[None])[0]
        return runtime.to_cpu(painted[:height, :width].contiguous())[0]


def _with_colours_of(frame: Tensor, painted: Tensor) -> Tensor:
    colours = cv.cvtColor(frame, cv.COLOR_BGR2YCrCb)
    colours[..., 0] = cv.cvtColor(painted, cv.COLOR_BGR2GRAY)
    return cv.cvtColor(colours, cv.COLOR_YCrCb2BGR)
