"""`GpuMatND` is a name for a tensor of any number of dimensions."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv

cuda: Any = cv.cuda


def test_it_is_a_name_for_a_tensor() -> None:
    tensor = torch.arange(120, dtype=torch.int16).reshape(2, 3, 4, 5)
    mat = cuda.GpuMatND.over(tensor)
    assert mat.tensor is tensor
    assert (mat.dims, mat.size, mat.step) == (4, [2, 3, 4, 5], [120, 40, 10, 2])
    assert (mat.type(), mat.depth(), mat.channels(), mat.total()) == (cv2.CV_16SC1, cv2.CV_16S, 1, 120)
    assert mat.getDevicePtr() == tensor.data_ptr()
    assert mat.getDevicePtr(1, 2, 0, 3) == tensor.data_ptr() + 2 * (60 + 40 + 3)
    assert not mat.empty() and mat.isContinuous()
    part = mat[:, 1:3, 2:]
    assert part.size == [2, 2, 2, 5] and not part.isContinuous()
    part.tensor.zero_()
    assert tensor[0, 1, 2, 0] == 0
    assert part.clone().isContinuous()


def test_channels_are_the_last_dimension() -> None:
    mat = cuda.GpuMatND((3, 4, 5), cv2.CV_32FC2)
    assert mat.tensor.shape == (3, 4, 5, 2)
    assert (mat.size, mat.channels(), mat.type()) == ([3, 4, 5], 2, cv2.CV_32FC2)
    assert (mat.elemSize(), mat.elemSize1(), mat.total(), mat.totalMemSize()) == (8, 4, 60, 480)
    address = mat.getDevicePtr()
    mat.create([3, 4, 5], cv2.CV_32FC2)
    assert mat.getDevicePtr() == address
    plane = mat.createGpuMatHeader([1])
    assert isinstance(plane, cuda.GpuMat) and plane.type() == cv2.CV_32FC2 and plane.size() == (5, 4)
    plane.setTo((1, 2))
    assert mat.tensor[1].sum() == 4 * 5 * 3


def test_up_and_down() -> None:
    array = np.random.default_rng(0).random((2, 3, 4)).astype(np.float32)
    mat = cuda.GpuMatND()
    assert mat.empty() and mat.dims == 0 and mat.total() == 0
    mat.upload(array)
    np.testing.assert_array_equal(mat.download(), array)
    other = cuda.GpuMatND((2, 2), cv2.CV_8UC3)
    mat.swap(other)
    assert mat.channels() == 3 and other.size == [2, 3, 4]
    assert torch.equal(cuda.add(other.createGpuMatHeader((1,)), 1).tensor, torch.from_numpy(array[1] + 1))
    assert torch.equal(cuda.add(other[:, :, 1:], 1), torch.from_numpy(array[:, :, 1:] + 1))
    other.release()
    assert other.empty()


def test_what_is_refused() -> None:
    mat = cuda.GpuMatND((3, 4, 5), cv2.CV_8U)
    with pytest.raises(ValueError, match=r"'idx' is \(\), and of 3 dimensions two are the plane's: pass 1 numbers"):
        mat.createGpuMatHeader()
    with pytest.raises(TypeError, match="of its 3 dimensions a part is taken by slices"):
        mat[0]
    with pytest.raises(TypeError, match=r"torch\.int64, which OpenCV has no type for"):
        cuda.GpuMatND.over(torch.zeros(3, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"'channels' is 4, and the tensor is \(2, 3\)"):
        cuda.GpuMatND.over(torch.zeros(2, 3), 4)
