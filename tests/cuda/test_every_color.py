"""Colours of bytes, so many that none of the tables can be wrong anywhere."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv
from tests.cuda.case import ipp

SIZE = 2048, 2732
"""A third of all colours, and of each channel every value with nearly all of the others."""
EXACT = ["BGR2Lab", "LBGR2Lab", "BGR2Luv", "Lab2BGR", "Lab2LBGR", "Luv2BGR", "Luv2LBGR", "BGR2HSV", "BGR2XYZ"]
EXACT += ["XYZ2BGR", "BGR2YCrCb", "YCrCb2BGR", "HLS2BGR"]


@pytest.mark.slow
@pytest.mark.parametrize("name", EXACT)
def test_every_third_color_comes_out_as_from_the_cpu_function(name: str) -> None:
    code = getattr(cv2, f"COLOR_{name}")
    number = np.arange(SIZE[0] * SIZE[1], dtype=np.uint32) * 3 % (1 << 24)
    colors = np.stack([number & 255, number >> 8 & 255, number >> 16], -1).astype(np.uint8).reshape(*SIZE, 3)
    with ipp(False):
        expected = cv2.cvtColor(colors, code)
    for rows in range(0, SIZE[0], 256):  # memory
        part = slice(rows, rows + 256)
        assert np.array_equal(cv.cuda.cvtColor(torch.from_numpy(colors[part]), code).numpy(), expected[part])
