"""Frames as the original's videocaptioning.lua makes them ready."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from torch_opencv.nets.neuraltalk2 import normalize, preprocess


@pytest.mark.parametrize(("height", "width"), [(480, 640), (300, 301), (256, 256), (1080, 1920), (100, 60), (1, 1)])
def test_as_the_script_does(height: int, width: int) -> None:
    frame = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    side = min(height, width)
    square = cv2.resize(cv2.getRectSubPix(frame, (side, side), (width / 2, height / 2)), (256, 256))
    wanted = square[15:239, 15:239, ::-1].astype(np.float32) - np.array([123.68, 116.779, 103.939], dtype=np.float32)
    got = preprocess(torch.from_numpy(frame))
    assert (got.shape, got.dtype) == ((3, 224, 224), torch.float32)
    assert np.array_equal(got.permute(1, 2, 0).numpy(), wanted)


def test_the_square_is_the_central_one() -> None:
    frame = torch.zeros(100, 300, 3, dtype=torch.uint8)
    frame[:, 110:190] = torch.tensor([10, 20, 30], dtype=torch.uint8)
    image = preprocess(frame)
    assert image[:, 112, 112].tolist() == pytest.approx([30 - 123.68, 20 - 116.779, 10 - 103.939], abs=1e-4)
    # The square goes from 100 to 200 and becomes 256 wide. Of its 10 black columns at each side, 26 pixels, 15 and 17
    # are cut off, and the innermost are no longer quite black.
    black = (image[0, 112] < -123).nonzero().flatten().tolist()
    assert black[:3] == [0, 1, 2]
    assert black[-1] == 223
    assert 12 <= len(black) <= 18


@pytest.mark.parametrize(
    ("size", "start"), [((256, 256), (15, 15)), ((224, 224), (0, 0)), ((225, 227), (0, 1)), ((300, 224), (37, 0))]
)
def test_which_part_is_taken(size: tuple[int, int], start: tuple[int, int]) -> None:
    images = torch.arange(size[0] * size[1]).view(1, 1, *size).expand(2, 3, -1, -1)
    taken = normalize(images) + torch.tensor([123.68, 116.779, 103.939]).view(3, 1, 1)
    assert taken.shape == (2, 3, 224, 224)
    assert taken[1, 2, 0, 0].item() == pytest.approx(start[0] * size[1] + start[1], abs=1e-2)


def test_what_is_no_image() -> None:
    for frame in (torch.zeros(4, 4, 3), torch.zeros(4, 4, dtype=torch.uint8), torch.zeros(0, 4, 3, dtype=torch.uint8)):
        with pytest.raises(ValueError, match=r"a frame must be uint8 \(H, W, 3\), BGR, not torch"):
            preprocess(frame)
    for images in (torch.zeros(3, 224, 224), torch.zeros(1, 1, 224, 224), torch.zeros(1, 3, 223, 224)):
        with pytest.raises(ValueError, match="images must be"):
            normalize(images)
