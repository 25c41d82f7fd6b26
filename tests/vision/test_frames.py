"""From frames to inputs: the middle without a copy, resized, normalised."""

from __future__ import annotations

import pytest
import torch

import torch_opencv as cv
from torch_opencv.vision.frames import Normalise, center_crop, check_frame, resize_into


@pytest.mark.parametrize(
    ("height", "width", "fraction", "top", "left", "side"),
    [
        (4, 8, 1.0, 0, 2, 4),
        (8, 4, 1.0, 2, 0, 4),
        (480, 640, 0.875, 30, 110, 420),
        (5, 4, 0.5, 1, 1, 2),
        (1, 9, 0.1, 0, 4, 1),  # never nothing
    ],
)
def test_central_square(height: int, width: int, fraction: float, top: int, left: int, side: int) -> None:
    frame = torch.randint(256, (height, width, 3), dtype=torch.uint8)
    square = center_crop(frame, fraction)
    assert torch.equal(square, frame[top : top + side, left : left + side])
    assert square.untyped_storage().data_ptr() == frame.untyped_storage().data_ptr()


@pytest.mark.parametrize(("size", "flag"), [(20, cv.INTER_AREA), (8, cv.INTER_AREA), (7, cv.INTER_LINEAR)])
def test_resize_into(size: int, flag: int) -> None:
    frame = torch.randint(256, (2 * size, size, 3), dtype=torch.uint8)[:, 1:-1]  # rows with gaps between
    frame = frame[: size - 2]
    batch = torch.zeros((2, 6, 6, 3), dtype=torch.uint8)
    resize_into(batch[1], frame, upsampling=cv.INTER_LINEAR)
    assert torch.equal(batch[1], cv.resize(frame, (6, 6), interpolation=flag))
    assert not batch[0].any()


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_normalise(order: str) -> None:
    frames = torch.randint(256, (2, 5, 4, 3), dtype=torch.uint8)
    mean, std = (120, 110, 100), (60, 50, 40)  # whole numbers, which must not make it compute in integers
    inputs = Normalise(mean, std, order=order)(frames)  # type: ignore[arg-type]
    assert inputs.shape == (2, 3, 5, 4)
    assert inputs.dtype == torch.float32
    for i in range(3):
        channel = frames[..., 2 - i if order == "rgb" else i].double()
        torch.testing.assert_close(inputs[:, i].double(), (channel - mean[i]) / std[i])
    assert Normalise(mean, std).half()(frames).dtype == torch.float16


@pytest.mark.parametrize(
    "frame",
    [
        torch.zeros(4, 4, dtype=torch.uint8),
        torch.zeros(3, 4, 4, dtype=torch.uint8),
        torch.zeros(4, 4, 4, dtype=torch.uint8),
        torch.zeros(4, 4, 3),
        torch.zeros(0, 4, 3, dtype=torch.uint8),
    ],
)
def test_what_is_no_frame(frame: torch.Tensor) -> None:
    with pytest.raises(ValueError, match=r"a frame must be torch.uint8 \(H, W, 3\), not torch\..* \("):
        check_frame(frame)


def test_what_is_no_tensor() -> None:
    with pytest.raises(TypeError, match=r"a frame must be a torch.Tensor, not ndarray"):
        check_frame(torch.zeros(4, 4, 3, dtype=torch.uint8).numpy())  # type: ignore[arg-type]
