"""What goes to `cv2.cuda`, with a stand-in for an OpenCV that has CUDA, whose device memory is the host's."""

from __future__ import annotations

import ctypes
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from torch_opencv.cuda import _passthrough, gpumat

cuda: Any = cv.cuda


class FakeGpuMat:
    def __init__(self, rows: int = 0, cols: int = 0, code: int = 0, address: int = 0, step: int = 0) -> None:
        self.owned = None
        if rows and not address:
            self.owned = np.zeros((rows, cols), np.uint8)
            address, step = self.owned.ctypes.data, cols
        self._rows, self._cols, self._code, self._address, self.step = rows, cols, code, address, step

    def size(self) -> tuple[int, int]:
        return self._cols, self._rows

    def type(self) -> int:
        return self._code

    def cudaPtr(self) -> int:  # noqa: N802
        return self._address

    def array(self) -> np.ndarray:
        return _array(self._rows, self._cols, self._address, self.step)


def _array(rows: int, cols: int, address: int, step: int) -> np.ndarray:
    whole = np.frombuffer((ctypes.c_uint8 * (step * (rows - 1) + cols)).from_address(address), np.uint8)
    return np.lib.stride_tricks.as_strided(whole, (rows, cols), (step, 1))


class FakeCuda:
    GpuMat = FakeGpuMat
    SOME_CONSTANT = 3

    @staticmethod
    def createGpuMatFromCudaMemory(rows: int, cols: int, code: int, address: int, step: int) -> FakeGpuMat:  # noqa: N802
        return FakeGpuMat(rows, cols, code, address, step)

    @staticmethod
    def invert(src: FakeGpuMat, dst: FakeGpuMat | None = None) -> FakeGpuMat:
        """invert(src[, dst]) -> dst"""
        written = FakeGpuMat(src._rows, src._cols, src.type()) if dst is None or not dst._rows else dst
        written.array()[...] = 255 - src.array()
        return written


@pytest.fixture(autouse=True)
def with_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    def of_memory(rows: int, cols: int, code: int, address: int, step: int, owner: object = None) -> Tensor:
        assert code == cv2.CV_8UC1
        made = torch.from_numpy(_array(rows, cols, address, step))
        made.owner = owner  # type: ignore[attr-defined]
        return made

    monkeypatch.setattr(_passthrough, "_theirs", FakeCuda)
    monkeypatch.setattr(_passthrough, "_device_type", "cpu")
    monkeypatch.setattr(gpumat, "of_memory", of_memory)


@pytest.fixture
def image() -> Tensor:
    return torch.randint(0, 256, (6, 8), dtype=torch.uint8)


def test_tensors_in_and_out(image: Tensor) -> None:
    invert = _passthrough.member("invert")
    assert torch.equal(invert(image), 255 - image)
    assert invert.__name__ == "invert" and "invert(src" in invert.__doc__
    assert isinstance(invert(cuda.GpuMat.over(image)), cuda.GpuMat)
    assert _passthrough.member("SOME_CONSTANT") == 3


def test_rows_apart_are_shared_and_not_copied(image: Tensor) -> None:
    part = image[1:5, 2:7]
    assert torch.equal(_passthrough.member("invert")(part), 255 - part)


@pytest.mark.parametrize("view", ["plain", "rows apart", "columns apart"])
def test_outputs_are_the_callers_own(image: Tensor, view: str) -> None:
    whole = torch.full((6, 8, 3), 7, dtype=torch.uint8)
    dst = {
        "plain": torch.zeros_like(image),
        "rows apart": torch.zeros(6, 20, dtype=torch.uint8)[:, 3:11],
        "columns apart": whole[..., 1],
    }[view]
    assert _passthrough.member("invert")(image, dst) is dst
    assert torch.equal(dst, 255 - image)
    assert (whole[..., ::2] == 7).all()


def test_an_empty_output_becomes_the_result(image: Tensor) -> None:
    empty = torch.empty(0, dtype=torch.uint8)
    assert _passthrough.member("invert")(image, empty) is empty
    assert torch.equal(empty, 255 - image)


def test_other_devices_are_refused(image: Tensor) -> None:
    with pytest.raises(
        TypeError, match=r"cv\.cuda\.invert: argument '0' is on meta, and this goes to cv2\.cuda: pass \.cuda"
    ):
        _passthrough.member("invert")(image.to("meta"))
