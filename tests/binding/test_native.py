"""The fast path in C++: that it is taken, that it holds no more and no less than Python does, and hostile inputs."""

from __future__ import annotations

import copy
import gc
import inspect
import math
import os
import pickle
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import torch_opencv as cv
from torch_opencv._binding import arguments
from torch_opencv._binding.wrap import NATIVE

from .test_memory import grown_mb, needs_proc, scribble
from .test_properties import assert_same
from .ways import ways

pytestmark = pytest.mark.skipif(
    bool(NATIVE.why_not), reason=f"the bindings' fast path is not there: {NATIVE.why_not or 'it is'}"
)


@pytest.fixture
def frame() -> Tensor:
    return torch.randint(0, 256, (48, 64, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(3))


POINT, COLOUR = torch.tensor([20, 10]), torch.tensor([9.0, 8.0, 7.0])
TAKEN: dict[str, Callable[[Tensor], Any]] = {
    "one in, one out": lambda t: cv.flip(t, 1),
    "keywords": lambda t: cv.resize(src=t, dsize=(8, 6)),
    "dst": lambda t: cv.flip(t, 1, dst=torch.empty_like(t)),
    "in place": lambda t: cv.rectangle(t, (1, 1), (9, 9), (1, 2, 3)),
    "drawn on a permuted view": lambda t: cv.rectangle(t.permute(1, 0, 2), (1, 1), (9, 9), (1, 2, 3)),
    "drawn on one channel": lambda t: cv.rectangle(t[..., 1], (1, 1), (9, 9), 7),
    "a planar dst": lambda t: cv.flip(t, 1, dst=t.new_empty(3, 48, 64).permute(1, 2, 0)),
    "in a crop": lambda t: cv.rectangle(t[5:40, 3:60], (1, 1), (9, 9), (1, 2, 3)),
    "a point and a colour": lambda t: cv.circle(t, POINT, 5, COLOUR),
    "numbers in a tuple": lambda t: cv.circle(t, (POINT[0], POINT[1]), 5, (1, 2, 3)),
    "a kernel": lambda t: cv.sepFilter2D(t, -1, torch.tensor([0.2, 0.6, 0.2]), torch.tensor([0.2, 0.6, 0.2])),
    "a permuted view": lambda t: cv.flip(t.permute(1, 0, 2), 1),
    "one channel": lambda t: cv.flip(t[..., 1], 1),
    "a tuple of results": lambda t: cv.split(t),
    "a list": lambda t: cv.merge([t[..., 0].contiguous()] * 3),
    "numbers": lambda t: cv.mean(t),
    "a number and a tensor": lambda t: cv.threshold(t, 9, 99, cv.THRESH_BINARY),
    "a number and dst": lambda t: cv.threshold(t, 9, 99, cv.THRESH_BINARY, torch.empty_like(t)),
    "two outputs": lambda t: cv.cartToPolar(*[t[..., 0].float()] * 2, torch.empty(48, 64), torch.empty(48, 64)),
    "float16": lambda t: cv.flip(t.half(), 0),
    "four dimensions": lambda t: cv.dnn.imagesFromBlob(torch.ones(2, 3, 4, 5)),
    "objects": lambda t: [k.pt for k in cv.FastFeatureDetector_create().detect(t)],
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_goes_by_the_fast_path(frame: Tensor, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's path refuses every tensor, so that what still works has gone the other way."""

    def refuse(*_: object) -> object:
        raise AssertionError("left to Python")

    TAKEN[name](frame)  # classes are learned as they come by
    monkeypatch.setitem(arguments.TO_CV2, Tensor, refuse)
    monkeypatch.setattr(arguments.SlowCall, "run", refuse)
    TAKEN[name](frame)


@pytest.mark.parametrize("name", TAKEN)
def test_both_ways_give_the_same(frame: Tensor, name: str) -> None:
    results = {}
    for way in ways():
        given = frame.clone()
        results[way] = (TAKEN[name](given), given)
    arrays = [_as_arrays(results[way]) for way in ("native", "python")]
    assert_same(_as_arrays(results["native"], as_tensor=True), arrays[1])


def _as_arrays(x: Any, as_tensor: bool = False) -> Any:
    if isinstance(x, Tensor):
        return x if as_tensor else x.numpy()
    return type(x)(_as_arrays(one, as_tensor) for one in x) if isinstance(x, (list, tuple)) else x


class Named(Tensor):
    """A subclass with nothing of its own."""


HOSTILE: dict[str, Callable[[], Tensor]] = {
    "float32": lambda: torch.rand(6, 5),
    "0-dim": lambda: torch.tensor(5),
    "0-dim, bfloat16": lambda: torch.tensor(5.0, dtype=torch.bfloat16),
    "1-dim": lambda: torch.arange(9, dtype=torch.uint8),
    "1-dim, stepped": lambda: torch.arange(18, dtype=torch.float32)[::2],
    "5-dim": lambda: torch.ones(2, 2, 2, 2, 2),
    "9-dim": lambda: torch.ones(2, 1, 1, 1, 1, 1, 1, 1, 3),
    "empty": lambda: torch.empty(0, 4),
    "no rows": lambda: torch.empty(0),
    "expanded": lambda: torch.ones(1, 5).expand(6, 5),
    "overlapping": lambda: torch.arange(20.0).as_strided((6, 5), (2, 1)),
    "offset": lambda: torch.arange(40, dtype=torch.uint8)[7:37].reshape(6, 5),
    "int64": lambda: torch.arange(30).reshape(6, 5),
    "int64, too large": lambda: torch.full((2, 2), 2**40),
    "bool": lambda: torch.eye(5, dtype=torch.bool),
    "bfloat16": lambda: torch.ones(6, 5, dtype=torch.bfloat16),
    "complex": lambda: torch.ones(6, 5, dtype=torch.complex64),
    "conjugated": lambda: torch.ones(6, 5, dtype=torch.complex64).conj(),
    "imaginary part of it": lambda: (torch.ones(6, 5, dtype=torch.complex64) * 1j).conj().imag,
    "negated": lambda: torch._neg_view(torch.rand(6, 5)),
    "negated bytes": lambda: torch._neg_view(torch.ones(6, 5, dtype=torch.uint8)),
    "negated number": lambda: torch._neg_view(torch.tensor(3.0)),
    "requires grad": lambda: torch.rand(6, 5, requires_grad=True),
    "a result that requires grad": lambda: torch.rand(6, 5, requires_grad=True) * 2,
    "a number that requires grad": lambda: torch.tensor(1.0, requires_grad=True),
    "sparse": lambda: torch.eye(5).to_sparse(),
    "sparse rows": lambda: torch.eye(5).to_sparse_csr(),
    "quantised": lambda: torch.quantize_per_tensor(torch.rand(6, 5), 0.1, 0, torch.quint8),
    "meta": lambda: torch.empty(6, 5, device="meta"),
    "nested": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
    "parameter": lambda: torch.nn.Parameter(torch.rand(6, 5), requires_grad=False),
    "parameter that requires grad": lambda: torch.nn.Parameter(torch.rand(6, 5)),
    "subclass": lambda: torch.rand(6, 5).as_subclass(Named),
    "zero tensor": lambda: torch._efficientzerotensor((6, 5)),
}
PLACES: dict[str, Callable[[Tensor], Any]] = {
    "first": lambda t: cv.flip(t, 1),
    "second": lambda t: cv.add(torch.ones(6, 5), t),
    "named": lambda t: cv.flip(src=t, flipCode=0),
    "in a list": lambda t: cv.hconcat([t, t]),
    "as dst": lambda t: cv.flip(torch.ones(6, 5), 1, dst=t),
    "drawn on": lambda t: cv.circle(t, (2, 2), 1, 7),
    "as a point": lambda t: cv.circle(torch.zeros(6, 5), t, 1, 7),
    "as a number": lambda t: cv.flip(torch.ones(6, 5), t),
    "of a method": lambda t: cv.BFMatcher().knnMatch(t, t, 1) and None,
}


def _outcome(call: Callable[[Tensor], Any], tensor: Tensor) -> Any:
    try:
        result = call(tensor)
    except (TypeError, ValueError, RuntimeError, cv2.error) as error:
        return type(error).__name__, str(error)
    return (result.dtype, result.tolist(), result is tensor) if isinstance(result, Tensor) else result


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_tensors_fare_the_same_both_ways(kind: str, place: str) -> None:
    torch.manual_seed(1)
    outcomes = {}
    for way in ways():
        torch.manual_seed(1)
        outcomes[way] = _outcome(PLACES[place], HOSTILE[kind]())
    assert outcomes["native"] == outcomes["python"]


def test_inference_mode(frame: Tensor) -> None:
    for _ in ways():
        with torch.inference_mode():
            inside = torch.zeros(8, 8, 3)
            planar = torch.zeros(3, 8, 8).permute(1, 2, 0)
            assert cv.flip(inside, 1).is_inference()
            for image in (inside, planar):
                assert cv.rectangle(image, (1, 1), (3, 3), (1, 1, 1)) is image
        assert not cv.flip(inside, 1).is_inference()
        for image in (inside, planar):
            assert cv.rectangle(image, (4, 4), (6, 6), (1, 1, 1)) is image
            assert image.sum() == 2 * 8 * 3
    assert not cv.flip(frame, 1).requires_grad


@st.composite
def strided(draw: st.DrawFn) -> tuple[Tensor, Tensor]:
    """A view of 2 or 3 dimensions in any order and steps, into memory that is larger; and all of that memory."""
    dtype = draw(st.sampled_from([torch.uint8, torch.int16, torch.float32, torch.float64]))
    size = draw(st.lists(st.integers(1, 7), min_size=2, max_size=3))
    whole = torch.arange(draw(st.integers(0, 9)) + math.prod(4 * n for n in size)).remainder(97).to(dtype)
    order = draw(st.permutations(range(len(size))))
    strides, reach = [0] * len(size), draw(st.integers(1, 2))
    for i in order:
        strides[i] = reach
        reach *= size[i] + draw(st.integers(0, 1))
    return whole, whole.as_strided(size, strides, draw(st.integers(0, 3)))


@given(strided=strided())
def test_outputs_in_any_order_are_written_in_their_places_and_nowhere_else(strided: tuple[Tensor, Tensor]) -> None:
    whole, view = strided
    before = whole.clone()
    contents = view.numpy().copy()
    if contents.ndim == 3 and contents.shape[2] > 4:  # cv2 draws on up to four channels
        return
    drawn = cv2.line(contents.copy(), (0, 0), (5, 5), (50, 60, 70, 80))
    expected = before.as_strided(view.shape, view.stride(), view.storage_offset())
    expected.copy_(torch.from_numpy(drawn))
    original = view.clone()
    for way in ways():
        view.copy_(original)
        version = whole._version
        assert cv.line(view, (0, 0), (5, 5), (50, 60, 70, 80)) is view, way
        assert torch.equal(whole, before), way
        assert whole._version > version, way
        assert torch.equal(cv.flip(view, 0), torch.from_numpy(cv2.flip(drawn, 0))), way


def test_an_output_that_no_mat_describes_and_is_of_another_shape() -> None:
    for _ in ways():
        planar = torch.full((3, 5, 6), 7, dtype=torch.uint8)
        with pytest.raises(ValueError, match=r"cv\.flip: argument 'dst' is uint8 \(5, 6, 3\), but the result is"):
            cv.flip(torch.zeros(4, 4, 3, dtype=torch.uint8), 1, dst=planar.permute(1, 2, 0))
        assert bool((planar == 7).all())


def test_a_long_list_of_objects_with_others_among_them() -> None:
    class Own(cv.KeyPoint):  # type: ignore[misc, name-defined]
        pass

    keypoints = [cv.KeyPoint(i, i, 3) for i in range(80)]
    keypoints[40:40] = [Own(7, 8, 9)]
    for _ in ways():
        points = cv.KeyPoint.convert(keypoints)
        assert points[40].tolist() == [7, 8]
        assert points[80].tolist() == [79, 79]
        with pytest.raises((cv2.error, TypeError)):
            cv.KeyPoint.convert([*keypoints, 3])


# --- lifetimes --------------------------------------------------------------------------------------------------------


def test_a_call_leaves_every_reference_as_it_was(frame: Tensor) -> None:
    dst, colour, planes = torch.empty_like(frame), (1, 2, 3), [frame[..., i].contiguous() for i in range(3)]
    held = [frame, dst, colour, planes, *planes, POINT]
    before = [sys.getrefcount(x) for x in held]
    for _ in range(50):
        cv.flip(frame, 1, dst=dst)
        cv.rectangle(frame, (1, 1), (5, 5), colour)
        cv.circle(frame, POINT, 3, colour)
        cv.merge(planes)
        cv.threshold(frame, 9, 99, cv.THRESH_BINARY, dst=dst)
        for wrong in (lambda: cv.resize(frame, (-1, 3)), lambda: cv.flip(frame, 1, dst=planes[0]), lambda: cv.flip()):
            with pytest.raises((cv2.error, ValueError)):
                wrong()
    gc.collect()
    assert [sys.getrefcount(x) for x in held] == before


@needs_proc
@pytest.mark.parametrize(
    "name",
    ["one in, one out", "a number and dst", "drawn on a permuted view", "a tuple of results", "a list", "objects"],
)
def test_many_calls_leave_memory_flat(frame: Tensor, name: str) -> None:
    assert grown_mb(lambda: TAKEN[name](frame), 3_000) < 3  # a lost 48 x 64 image at each would be 27 MB


def test_results_die_with_the_last_tensor_over_them(frame: Tensor) -> None:
    result = cv.resize(frame, (2000, 1000))
    view = result[3:5, 7:9]
    expected = view.clone()
    del result
    scribble()
    assert torch.equal(view, expected)


GIVEN_OTHER_MEMORY: dict[str, Callable[[Tensor], object]] = {
    "set_": lambda t: t.set_(torch.zeros(300, 300)),
    "data": lambda t: setattr(t, "data", torch.zeros(300, 300)),
    "resize_": lambda t: t.resize_(3000, 300),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("how", GIVEN_OTHER_MEMORY)
def test_what_opencv_keeps_stays_when_the_tensor_gets_other_memory(how: str) -> None:
    for _ in ways():
        descriptors = torch.rand(300, 300)
        expected = descriptors.clone()
        matcher = cv.BFMatcher()
        matcher.add([descriptors])
        try:
            GIVEN_OTHER_MEMORY[how](descriptors)
        except RuntimeError as error:
            assert "resize" in str(error)  # torch's own refusal: the memory is shared
        scribble()
        (kept,) = matcher.getTrainDescriptors()
        assert torch.equal(kept, expected)


def test_a_tensor_that_is_freed_in_another_thread(frame: Tensor) -> None:
    results = [cv.resize(frame, (100 + i, 50)) for i in range(50)]
    thread = threading.Thread(target=results.clear)
    thread.start()
    thread.join()
    assert torch.equal(cv.resize(frame, (64, 48)), frame)


def test_other_threads_run_while_opencv_works() -> None:
    image = torch.zeros(1500, 1500, 3, dtype=torch.uint8)
    done = threading.Event()
    counted = 0

    def work() -> None:
        cv.bilateralFilter(image, 15, 80.0, 80.0)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        counted += 1
        time.sleep(0.001)
    thread.join()
    assert counted > 5


# --- what it looks like -----------------------------------------------------------------------------------------------


def test_it_looks_like_the_function_that_it_stands_for() -> None:
    for function in (cv.resize, cv.VideoCapture.read, cv.KeyPoint.convert):
        assert inspect.isroutine(function)
        assert "native" not in repr(function).lower()
        assert function.__module__ == "torch_opencv"
        weakref.ref(function)
    assert pickle.loads(pickle.dumps(cv.resize)) is cv.resize
    assert copy.deepcopy(cv.resize) is cv.resize
    assert isinstance(cv.KeyPoint.pt, property)
    with pytest.raises(AttributeError):
        del cv.KeyPoint(1, 2, 3).pt


def test_lists_that_change_while_they_are_read(frame: Tensor) -> None:
    class Mode(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            planes.clear()
            return function(*args, **(kwargs or {}))

    planes = [frame[..., 0].contiguous()] * 3
    with Mode(), pytest.raises((cv2.error, IndexError)):
        cv.merge(planes)


def test_constructed_objects_only() -> None:
    class Forgetful(cv.KeyPoint):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            pass

    for _ in ways():
        for call in (lambda: Forgetful().pt, lambda: cv.KeyPoint.convert([Forgetful()])):
            with pytest.raises(AttributeError, match="_cv"):
                call()


def test_the_environment_turns_it_off() -> None:
    code = "from torch_opencv._binding.wrap import NATIVE; import torch_opencv as cv; print(NATIVE.why_not, cv.resize)"
    environment = {**os.environ, "TORCH_OPENCV_NATIVE": "0", "PYTHONPATH": str(Path(cv.__file__).parents[1])}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("TORCH_OPENCV_NATIVE=0 <function resize")


def test_numpy_arrays_beside_tensors(frame: Tensor) -> None:
    array = frame.numpy().copy()
    assert torch.equal(cv.add(frame, array), cv.add(frame, frame))
    assert torch.equal(cv.merge([frame[..., 0], array[..., 1].copy()]), frame[..., :2])
    into = np.zeros_like(array)
    assert torch.equal(cv.flip(frame, 1, dst=into), torch.from_numpy(into))
