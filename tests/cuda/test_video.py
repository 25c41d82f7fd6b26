"""What is learned of videos: models of backgrounds over many frames, held against cv2's."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv

cuda: Any = cv.cuda


def video(channels: int, length: int = 40) -> list[np.ndarray]:
    """A noisy background, before which a darker patch moves from frame 10 on."""
    rng = np.random.default_rng(0)
    shape = (32, 40) if channels == 1 else (32, 40, channels)
    still, frames = rng.integers(0, 256, shape), []
    for i in range(length):
        frame = still + rng.normal(0, 4 + 12 * (i % 7 == 0), shape)
        if i >= 10:
            frame[8:20, i % 25 : i % 25 + 12] *= 0.7
        frames.append(frame.clip(0, 255).astype(np.uint8))
    return frames


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", ["MOG2", "MOG"])
def test_a_background_is_learned_as_by_opencv(name: str, channels: int) -> None:
    ours = getattr(cuda, f"createBackgroundSubtractor{name}")(30)
    theirs = getattr(cv2 if name == "MOG2" else cv2.bgsegm, f"createBackgroundSubtractor{name}")(30)
    for i, frame in enumerate(video(channels)):
        rate = 0.05 if i == 20 else 0 if i == 30 else -1
        mask, expected = ours.apply(torch.from_numpy(frame), rate), theirs.apply(frame, learningRate=rate)
        # A pixel that is within a rounding error of a threshold may go the other way.
        assert (mask.numpy() != expected).mean() <= (0.003 if name == "MOG2" else 0), i
    if name == "MOG2":
        known = ours.getBackgroundImage().numpy().astype(int)
        apart = np.abs(known - theirs.getBackgroundImage())
        assert (apart > 1).mean() < 0.01
        for setting in ("History", "NMixtures", "BackgroundRatio", "VarThreshold", "VarThresholdGen", "VarInit"):
            assert getattr(ours, f"get{setting}")() == pytest.approx(getattr(theirs, f"get{setting}")()), setting
    else:
        assert np.abs(ours.getBackgroundImage().numpy().astype(int) - video(channels)[5]).mean() < 40


def test_another_size_begins_anew_and_streams_are_taken() -> None:
    subtractor = cuda.createBackgroundSubtractorMOG2()
    frame = torch.randint(0, 256, (12, 14, 3), dtype=torch.uint8)
    subtractor.apply(frame, -1, cuda.Stream_Null())
    assert subtractor.apply(frame, -1, cuda.Stream_Null()).sum() == 0
    mask = torch.full((9, 14), 7, dtype=torch.uint8)
    assert subtractor.apply(frame[:9], -1, cuda.Stream_Null(), mask) is mask
    assert (mask == 127).all()  # as of OpenCV, to which what is first seen is its own shadow
    written = torch.zeros(9, 14, 3, dtype=torch.uint8)
    assert subtractor.getBackgroundImage(cuda.Stream_Null(), written) is written
    assert torch.equal(written, frame[:9])


def test_what_subtractors_refuse() -> None:
    frame = torch.zeros(8, 8, dtype=torch.uint8)
    with pytest.raises(NotImplementedError, match=r"MOG2\.apply: argument 'knownForegroundMask' is not used"):
        cuda.createBackgroundSubtractorMOG2().apply(frame, knownForegroundMask=frame)
    with pytest.raises(ValueError, match=r"getBackgroundImage: there was no frame yet"):
        cuda.createBackgroundSubtractorMOG().getBackgroundImage()
    with pytest.raises(TypeError, match=r"^cv\.cuda\.BackgroundSubtractorMOG2\.setHistory: .*: pass one value"):
        cuda.createBackgroundSubtractorMOG2().setHistory(1, 2)


def test_brox_finds_a_motion_that_is_known() -> None:
    rng = np.random.default_rng(0)
    scene = cv2.GaussianBlur(rng.random((100, 120)).astype(np.float32), (0, 0), 2)
    scene = (scene - scene.min()) / (scene.max() - scene.min())
    column, row = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in (80, 60)))
    right, down = 2.5, -1.25
    before, after = (
        cv2.remap(scene, column + 20 - x, row + 20 - y, cv2.INTER_CUBIC) for x, y in ((0, 0), (right, down))
    )
    flow = cuda.BroxOpticalFlow.create().calc(torch.from_numpy(before), torch.from_numpy(after)).numpy()
    apart = np.hypot(flow[..., 0] - right, flow[..., 1] - down)
    assert apart.mean() < 0.15 and apart[8:-8, 8:-8].max() < 0.3
    back = cv2.remap(after, column + flow[..., 0], row + flow[..., 1], cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    assert np.abs(back - before)[8:-8, 8:-8].mean() < 0.05 * np.abs(after - before)[8:-8, 8:-8].mean()


def test_what_brox_refuses() -> None:
    image = torch.zeros(20, 20)
    method = cuda.BroxOpticalFlow_create(outer_iterations=1)
    assert method.getOuterIterations() == 1 and method.getPyramidScaleFactor() == 0.8
    method.setSolverIterations(0)
    with pytest.raises(
        ValueError, match=r"calc: argument 'inner_iterations' and those of outer and solver are \(5, 1, 0\)"
    ):
        method.calc(image, image)
    with pytest.raises(ValueError, match=r"argument 'I0' is torch\.uint8 of 1 channels: pass float32"):
        method.calc(image.byte(), image.byte())
    with pytest.raises(ValueError, match=r"create: argument 'scale_factor' is 1: pass one between 0 and 1"):
        cuda.BroxOpticalFlow.create(scale_factor=1)
    with pytest.raises(ValueError, match=r"create: argument 'alpha' and gamma are 0 and 50\.0"):
        cuda.BroxOpticalFlow.create(alpha=0)
