"""From frames to inputs: the middle without a copy, resized, normalised."""

from __future__ import annotations

import pytest
import torch

import torch_opencv as cv
from torch_opencv.vision.errors import FrameError
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
def test_center_crop(height: int, width: int, fraction: float, top: int, left: int, side: int) -> None:
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


BYTES = {"dtype": torch.uint8}


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (None, r"^there is no frame \(None\): imread and VideoCapture.read give that"),
        (torch.zeros(4, 4, 3, **BYTES).numpy(), r"must be a torch.Tensor, not ndarray: use torch.from_numpy\(frame\)"),
        ("cat.jpg", "must be a torch.Tensor, not str$"),
        (torch.zeros(4, 4, **BYTES), r"\(4, 4\): grey becomes BGR by cv.cvtColor\(frame, cv.COLOR_GRAY2BGR\)"),
        (torch.zeros(4, 5, 1, **BYTES), r"\(4, 5, 1\): grey becomes BGR"),
        (torch.zeros(4, 4, 4, **BYTES), "leave the transparency out, .*COLOR_BGRA2BGR"),
        (torch.zeros(3, 4, 5, **BYTES), r"channels come last, frame.permute\(1, 2, 0\)$"),
        (torch.rand(3, 4, 5), r"channels come last, frame.permute\(1, 2, 0\), and values in 0..1 become bytes"),
        (torch.rand(4, 4, 3), r"become bytes by \(frame \* 255\).round\(\).to\(torch.uint8\)"),
        (torch.full((4, 4, 3), 200), r"become bytes by frame.clamp\(0, 255\).to\(torch.uint8\)"),
        (torch.zeros(0, 4, 3, **BYTES), "it is empty"),
        (torch.zeros(2, 4, 4, 3, **BYTES), "give a batch's frames one by one"),
        (torch.zeros(4, 4, 2, **BYTES), r"torch.uint8 \(4, 4, 2\)$"),
    ],
)
def test_what_is_no_frame(frame: object, message: str) -> None:
    with pytest.raises(FrameError, match=message) as caught:
        check_frame(frame)
    assert "\n" not in str(caught.value)


def test_the_remedies_help() -> None:
    grey, alpha = torch.zeros(4, 4, dtype=torch.uint8), torch.zeros(4, 4, 4, dtype=torch.uint8)
    check_frame(cv.cvtColor(grey, cv.COLOR_GRAY2BGR))
    check_frame(cv.cvtColor(alpha, cv.COLOR_BGRA2BGR))
    check_frame((torch.rand(3, 4, 5).permute(1, 2, 0) * 255).round().to(torch.uint8))
