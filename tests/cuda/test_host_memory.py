"""Memory of the host that devices read, pools, and what is known of devices."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv

cuda: Any = cv.cuda


def test_page_locked_memory_is_a_tensor() -> None:
    memory = cuda.HostMem(4, 6, cv2.CV_8UC3)
    assert (memory.size(), memory.type(), memory.depth(), memory.channels()) == ((6, 4), cv2.CV_8UC3, cv2.CV_8U, 3)
    assert (memory.elemSize(), memory.elemSize1(), memory.step, memory.step1()) == (3, 1, 18, 18)
    header = memory.createMatHeader()
    header.fill_(7)
    assert memory.isContinuous() and (memory.clone().createMatHeader() == 7).all()
    assert memory.reshape(1).size() == (18, 4) and memory.reshape(1, 2).size() == (36, 2)
    with pytest.raises(ValueError, match=r"HostMem\.reshape: 72 elements can't be 5 rows of 3 channels"):
        memory.reshape(3, 5)
    mat = cuda.GpuMat()
    mat.upload(header)
    assert torch.equal(mat.download(), header)
    assert header.is_pinned() == torch.cuda.is_available()


def test_making_page_locked_memory() -> None:
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    copy = cuda.HostMem(array, cuda.HOST_MEM_SHARED)
    array[:] = 0
    assert copy.createMatHeader().sum() == 66
    other = cuda.HostMem(cuda.HOST_MEM_WRITE_COMBINED)
    assert other.empty() and other.size() == (0, 0) and other.step == 0
    other.swap(copy)
    assert copy.empty() and not other.empty()
    before = other.createMatHeader().data_ptr()
    other.create(3, 4, cv2.CV_32F)
    assert other.createMatHeader().data_ptr() == before
    assert cuda.HostMem((5, 2), cv2.CV_16SC2).createMatHeader().shape == (2, 5, 2)
    assert torch.equal(torch.from_dlpack(other), other.createMatHeader())


def test_locking_what_is_there() -> None:
    image = torch.zeros(64, 64, dtype=torch.uint8)
    cuda.registerPageLocked(image)
    cuda.unregisterPageLocked(image)
    with pytest.raises(
        TypeError, match=r"^cv\.cuda\.registerPageLocked: argument 'm' is list: pass a tensor on the CPU"
    ):
        cuda.registerPageLocked([1])


def test_pools_hand_out_memory() -> None:
    cuda.setBufferPoolUsage(True)
    cuda.setBufferPoolConfig(-1, 1 << 20, 2)
    pool = cuda.BufferPool(cuda.Stream())
    assert pool.getBuffer(3, 4, cv2.CV_8UC3).size() == (4, 3)
    assert pool.getBuffer((5, 2), cv2.CV_32F).type() == cv2.CV_32F


def test_architectures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ["sm_80", "sm_90a", "compute_90"])
    architectures = cuda.TargetArchs
    assert architectures.hasBin(8, 0) and not architectures.hasPtx(8, 0) and architectures.has(9, 0)
    assert not architectures.has(7, 5) and cuda.TargetArchs_hasPtx(9, 0)
    assert architectures.hasEqualOrLessPtx(10, 0) and not architectures.hasEqualOrLessPtx(8, 9)
    assert architectures.hasEqualOrGreater(8, 6) and not architectures.hasEqualOrGreaterBin(10, 0)
    assert architectures.hasEqualOrGreaterPtx(9, 0)


def test_devices_are_described(capsys: pytest.CaptureFixture[str]) -> None:
    cuda.printShortCudaDeviceInfo(-1)
    cuda.printCudaDeviceInfo(-1)
    assert capsys.readouterr().out.count("Device ") == 2 * torch.cuda.device_count()
    with pytest.raises(ValueError, match=r"printCudaDeviceInfo: argument 'device' is 99, and torch sees"):
        cuda.printCudaDeviceInfo(99)
    cuda.resetDevice()
