"""Nothing dangles, nothing leaks. The first tests are the old Lua library's own failures."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

import torch_opencv as cv

pytestmark = pytest.mark.usefixtures("either_way")


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="resident memory is read from /proc")


def grown_mb(work: Callable[[], object], times: int) -> float:
    for _ in range(times // 10):
        work()
    gc.collect()
    before = resident_mb()
    for _ in range(times):
        work()
    gc.collect()
    return resident_mb() - before


def test_repeated_resizes_do_not_corrupt_results() -> None:
    image = torch.randint(0, 256, (120, 160, 3), dtype=torch.uint8)
    results, expected = [], []
    for i in range(300):
        size = (20 + i % 37, 15 + i % 23)
        results.append(cv.resize(image, size))
        expected.append(cv2.resize(image.numpy(), size))
    for ours, theirs in zip(results, expected, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs)


@needs_proc
@pytest.mark.parametrize("case", ["without dst", "with dst", "in place", "staged", "refused", "list", "empty dst"])
def test_a_hundred_thousand_calls_leave_memory_flat(case: str) -> None:
    image = torch.randint(0, 256, (32, 32, 3), dtype=torch.uint8)
    dst = torch.empty(16, 16, 3, dtype=torch.uint8)
    planar = torch.zeros(3, 32, 32, dtype=torch.uint8).permute(1, 2, 0)
    wide = image.bfloat16()

    def refused() -> None:
        try:
            cv.resize(wide, (16, 16))
        except TypeError:
            return
        raise AssertionError

    work: dict[str, Callable[[], object]] = {
        "without dst": lambda: cv.resize(image, (16, 16)),
        "with dst": lambda: cv.resize(image, (16, 16), dst=dst),
        "in place": lambda: cv.rectangle(image, (2, 2), (9, 9), (1, 2, 3)),
        "staged": lambda: cv.rectangle(planar, (2, 2), (9, 9), (1, 2, 3)),
        "refused": refused,
        "list": lambda: cv.merge(cv.split(image)),
        "empty dst": lambda: cv.resize(image, (16, 16), dst=torch.empty(0, dtype=torch.uint8)),
    }
    # One 16 x 16 image lost at each call would be 73 MB.
    assert grown_mb(work[case], 100_000 if case in ("without dst", "with dst") else 20_000) < 4


@needs_proc
def test_video_captures_are_given_back(tmp_path: Path) -> None:
    path = str(tmp_path / "clip.avi")
    writer = cv.VideoWriter(path, cv.VideoWriter.fourcc(*"MJPG"), 25, (320, 240))
    for _ in range(3):
        writer.write(torch.zeros(240, 320, 3, dtype=torch.uint8))
    writer.release()

    def work() -> None:
        capture = cv.VideoCapture(path)
        while capture.read()[0]:
            pass

    threads_before = len(list(Path("/proc/self/task").iterdir()))
    assert grown_mb(work, 100) < 8
    assert len(list(Path("/proc/self/fd").iterdir())) < 100
    assert len(list(Path("/proc/self/task").iterdir())) <= threads_before + 4


def scribble() -> None:
    """Give freed memory every reason to be overwritten."""
    gc.collect()
    held = [torch.full((n,), 77, dtype=torch.uint8) for n in (64, 512, 4096, 65536, 262144) for _ in range(40)]
    del held


def descriptors(n: int, seed: int) -> Tensor:
    return torch.rand(n, 32, generator=torch.Generator().manual_seed(seed))


def test_a_matchers_train_set_outlives_its_tensor() -> None:
    query = descriptors(10, 0)
    for make in (cv.BFMatcher, cv.FlannBasedMatcher):
        matcher, kept = make(), descriptors(40, 1)
        matcher.add([descriptors(40, 1)])
        scribble()
        matcher.train()
        scribble()
        found = [m.trainIdx for m in matcher.match(query)]
        expected = torch.cdist(query, kept).argmin(1).tolist()
        if make is cv.BFMatcher:
            assert found == expected
        else:
            assert sum(a == b for a, b in zip(found, expected, strict=True)) >= 5
        assert torch.equal(matcher.getTrainDescriptors()[0], kept)


def test_a_flann_index_outlives_its_tensor() -> None:
    query, kept = descriptors(5, 2), descriptors(60, 3)
    index = cv.flann_Index(descriptors(60, 3), {"algorithm": 0})  # 0: linear, exact
    scribble()
    indices, _ = index.knnSearch(query, 1)
    assert indices.flatten().tolist() == torch.cdist(query, kept).argmin(1).tolist()


def test_training_data_outlives_its_tensors() -> None:
    points = torch.randn(60, 2, generator=torch.Generator().manual_seed(4))
    labels = (points[:, 0] > 0).int()
    data = cv.ml.TrainData_create(points.clone(), cv.ml.ROW_SAMPLE, labels.clone())
    scribble()
    assert torch.equal(data.getSamples(), points)
    svm = cv.ml.SVM_create()
    svm.setKernel(cv.ml.SVM_LINEAR)
    svm.train(data)
    del data
    scribble()
    _, predicted = svm.predict(points)
    assert (predicted.flatten().int() == labels).float().mean() > 0.95
    nearest = cv.ml.KNearest_create()
    nearest.train(points.clone(), cv.ml.ROW_SAMPLE, labels.float())
    scribble()
    _, found, *_ = nearest.findNearest(points, 1)
    assert torch.equal(found.flatten().int(), labels)


def test_a_tracker_outlives_its_first_frame() -> None:
    scene = torch.zeros(120, 160, 3, dtype=torch.uint8)
    torch.manual_seed(5)
    patch = torch.randint(0, 256, (24, 24, 3), dtype=torch.uint8)

    def at(x: int) -> Tensor:
        frame = scene.clone()
        frame[40:64, x : x + 24] = patch
        return frame

    tracker = cv.TrackerMIL_create() if hasattr(cv, "TrackerMIL_create") else cv.TrackerMIL.create()
    tracker.init(at(40), torch.tensor([40, 40, 24, 24]))
    scribble()
    for x in (42, 44, 46):
        ok, box = tracker.update(at(x))
        scribble()
    assert ok
    assert abs(box[0] - 46) < 30  # it draws its samples by the clock, so that no two runs are the same


def test_a_networks_input_outlives_its_tensor() -> None:
    blob = cv.dnn.blobFromImage(torch.full((8, 8, 3), 50, dtype=torch.uint8))
    assert blob.shape == (1, 3, 8, 8)
    copy = blob.clone()
    holder = cv.UMat(blob.reshape(24, 8))
    del blob
    scribble()
    assert torch.equal(holder.get().reshape(1, 3, 8, 8), copy)


def test_results_outlive_the_object_they_came_from() -> None:
    svm = cv.ml.SVM_create()
    points = torch.randn(30, 2, generator=torch.Generator().manual_seed(6))
    svm.train(points, cv.ml.ROW_SAMPLE, (points[:, 1] > 0).int())
    vectors = svm.getSupportVectors()
    copy = vectors.clone()
    del svm
    scribble()
    assert torch.equal(vectors, copy)


def test_views_into_results_keep_them_alive() -> None:
    row = cv.resize(torch.arange(256, dtype=torch.uint8).reshape(16, 16), (16, 16))[3]
    expected = torch.arange(48, 64, dtype=torch.uint8)
    scribble()
    assert torch.equal(row, expected)
