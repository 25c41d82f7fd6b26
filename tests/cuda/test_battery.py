"""One battery of tests for every native function: its answers, its outputs, batches, other devices, `GpuMat`."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

import torch_opencv as cv
from tests.cuda.all_cases import BY_NAME
from tests.cuda.case import Case, as_list, disagreement, ipp, tensors
from torch_opencv.cuda import _routing

NAMES = sorted(BY_NAME)
SIZES = ((19, 35), (24, 10))  # odd sizes, half of which is rounded up, and one narrower than OpenCV's vectors

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)]

every_function = pytest.mark.parametrize("name", NAMES)

ANEW_IN_OPENCV_5 = frozenset(
    ("OpticalFlowDual_TVL1", "multiply", "pow", "remap", "rotate", "warpAffine", "warpPerspective")
)


def skip_where_opencv_answers_anew(name: str) -> None:
    """OpenCV 4 is followed; 5.0 warps without fixed point, and products of integers overflow in another way."""
    if name in ANEW_IN_OPENCV_5 and cv2.__version__.startswith("5."):
        pytest.skip(f"OpenCV 5 computes {name} anew, and ours is OpenCV 4's")


def some(cases: list[Case], most: int) -> list[Case]:
    """Not more cases than that, from all over the list."""
    return cases[:: 1 + (len(cases) - 1) // most]


def _results(case: Case, images: list[Tensor], **options: Any) -> list[Any]:
    results = case.call(*images, **options)
    return as_list(results)


def _expected(case: Case, arrays: tuple[np.ndarray, ...], count: int) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = case.reference(*[array.copy() for array in arrays])
    return as_list(expected) if isinstance(expected, (tuple, list)) and len(expected) == count else [expected]


def _check(case: Case, arrays: tuple[np.ndarray, ...], device: str = "cpu") -> None:
    ours = case.call(*[x.to(device) for x in tensors(arrays)])
    results = as_list(ours)
    expected = _expected(case, arrays, len(results))
    for i, theirs in enumerate(expected):
        result = results[i] if len(expected) == len(results) else ours
        result = result.cpu() if isinstance(result, Tensor) else result
        wrong = disagreement(case, result, theirs)
        assert not wrong, f"{case.id}, result {i} of {arrays[0].shape}: {wrong}"


@pytest.fixture
def without_ipp() -> Iterator[None]:
    with ipp(False):
        yield


@pytest.mark.parametrize("device", DEVICES)
@every_function
def test_answers_as_opencv(name: str, device: str, without_ipp: None) -> None:
    skip_where_opencv_answers_anew(name)
    for i, case in enumerate(BY_NAME[name]):
        for height, width in SIZES[: 1 + (i % 3 == 0)]:
            _check(case, case.random(height, width), device)


@pytest.mark.data
@every_function
def test_answers_as_opencv_on_images(name: str, shared_data: Path) -> None:
    skip_where_opencv_answers_anew(name)
    for case in BY_NAME[name][::3]:
        images = case.real_images(shared_data / "imagenet", 37, 50)
        with ipp(False) if case.ipp is None else contextlib.nullcontext():
            _check(case.with_ipp(), images)


@every_function
def test_leaves_its_inputs_alone(name: str) -> None:
    if name == "swapChannels":
        pytest.skip("works in place")
    for case in some(BY_NAME[name], 8):
        images = tensors(case.random(*SIZES[0]))
        before = [image.clone() for image in images]
        for result in _results(case, images):
            if isinstance(result, Tensor):
                result.zero_()
        assert all(_same(image, x) for image, x in zip(images, before, strict=True)), case.id


def _with_outputs(name: str) -> list[Case]:
    cases = [case for case in BY_NAME[name] if case.outputs]
    if not cases:
        pytest.skip("its results are numbers or lists")
    return cases


@every_function
def test_writes_what_it_is_given(name: str) -> None:
    for case in some(_with_outputs(name), 12):
        images = tensors(case.random(*SIZES[0]))
        expected = [x for x in _results(case, images) if isinstance(x, Tensor)]
        given = [torch.zeros_like(x) for x in expected]
        results = [
            x for x in _results(case, images, **dict(zip(case.outputs, given, strict=True))) if isinstance(x, Tensor)
        ]
        for result, dst, x in zip(results, given, expected, strict=True):
            assert result is dst, case.id
            assert _same(dst, x), case.id


@every_function
def test_writes_views_and_nothing_beside_them(name: str) -> None:
    for case in some(_with_outputs(name), 6):
        images = tensors(case.random(*SIZES[0]))
        expected = [x for x in _results(case, images) if isinstance(x, Tensor)]
        wholes = [torch.full((*x.shape, 3), 77.0).to(x.dtype) for x in expected]
        views = [whole[..., 1] for whole in wholes]
        _results(case, images, **dict(zip(case.outputs, views, strict=True)))
        for whole, x in zip(wholes, expected, strict=True):
            assert _same(whole[..., 1], x), case.id
            assert (whole[..., ::2].double() == 77).all(), case.id


@every_function
def test_an_empty_output_becomes_the_result_and_a_wrong_one_is_refused(name: str) -> None:
    case = _with_outputs(name)[0]
    images = tensors(case.random(*SIZES[0]))
    expected = [x for x in _results(case, images) if isinstance(x, Tensor)]
    empties = [torch.empty(0, dtype=x.dtype) for x in expected]
    _results(case, images, **dict(zip(case.outputs, empties, strict=True)))
    for empty, x in zip(empties, expected, strict=True):
        assert _same(empty, x)
    output, result = case.outputs[0], expected[0]
    wrong = result.new_zeros((*result.shape[:-1], result.shape[-1] + 5))
    where = rf"^cv\.cuda\.\w+(\.\w+)?: argument '{output}' is "
    with pytest.raises(ValueError, match=where + r".*, but the result is .*: pass a tensor of that shape and dtype"):
        _results(case, images, **{output: wrong})
    with pytest.raises(TypeError, match=where + "an expanded view"):
        _results(case, images, **{output: result.new_zeros(1).expand(max(2, *result.shape))})
    with pytest.raises(TypeError, match=where + "str"):
        _results(case, images, **{output: "dst"})


@every_function
def test_a_batch_is_its_images(name: str) -> None:
    cases = [case for case in BY_NAME[name] if case.batch]
    if not cases:
        pytest.skip("takes one image")
    for case in some(cases, 12):
        one, other = (tensors(case.random(*SIZES[0], seed=seed)) for seed in (1, 2))
        together = [torch.stack([_with_channels(a), _with_channels(b)]) for a, b in zip(one, other, strict=True)]
        batches = _results(case, together)
        singles = [_results(case, images) for images in (one, other)]
        for i, batch in enumerate(batches):
            if isinstance(batch, Tensor):
                stacked = torch.stack([_with_channels(results[i]) for results in singles])
                assert batch.shape == stacked.shape, case.id
                assert _same(batch, stacked, loosely=batch.is_floating_point()), case.id


@every_function
def test_waits_for_nothing_and_stays_on_the_device(name: str) -> None:
    # Nothing can be read from a tensor on the meta device, and nothing on another device can be mixed with it: what
    # works there makes no round trip through the host.
    cases = [case for case in BY_NAME[name] if not case.synchronises]
    if not cases:
        pytest.skip("returns numbers, as its docstring says")
    for case in some(cases, 4):
        images = tensors(case.random(*SIZES[0]))
        expected = _results(case, images)
        results = _results(case, [x.to("meta") for x in images])
        for result, x in zip(results, expected, strict=True):
            if isinstance(x, Tensor):
                assert result.is_meta, case.id
                assert (result.shape, result.dtype) == (x.shape, x.dtype), case.id
            else:
                assert result == x


@every_function
def test_given_a_gpumat_it_returns_one(name: str) -> None:
    case = BY_NAME[name][0]
    images = tensors(case.random(*SIZES[0]))
    expected = _results(case, images)
    results = _results(case, [cv.cuda.GpuMat.over(x) for x in images])  # type: ignore[attr-defined]
    for result, x in zip(results, expected, strict=True):
        if isinstance(x, Tensor):
            assert isinstance(result, cv.cuda.GpuMat), case.id
            assert _same(result.tensor, x), case.id  # type: ignore[attr-defined]


@every_function
def test_tells_what_is_wrong_with_an_input(name: str) -> None:
    case = BY_NAME[name][0]
    image, *others = tensors(case.random(*SIZES[0]))
    with pytest.raises(TypeError, match=r"^cv\.cuda\.\w+.*: argument '[\w\[\]]+' is (object|no list|ndarray)"):
        case.call(object(), *others)
    with pytest.raises((ValueError, TypeError), match=r"^cv\.cuda\.\w+"):
        case.call(image[:0], *others)


def test_every_native_function_is_in_the_battery() -> None:
    native = {name for name, value in _routing.NATIVE.items() if callable(value) and _routing.module_of(name) != "core"}
    # What these make is in the battery.
    of_another = {
        "createLookUpTable",
        "createDFT",
        "createConvolution",
        "Filter",
        "CLAHE",
        "CornernessCriteria",
        "TemplateMatching",
        "CannyEdgeDetector",
        "CornersDetector",
        "HoughLinesDetector",
        "HoughSegmentDetector",
        "HoughCirclesDetector",
        "GeneralizedHoughBallard",
        "GeneralizedHoughGuil",
        "BackgroundSubtractorMOG",
        "BackgroundSubtractorMOG2",
        "DenseOpticalFlow",
        "SparseOpticalFlow",
        "Feature2DAsync",
        "StereoBM",
        "StereoSGM",
        "DisparityBilateralFilter",
    }
    static = {name for name in native if "_create" in name}  # another name of what is in a class
    assert native - set(BY_NAME) - of_another - static - BESIDE == set()


BESIDE = {
    "CascadeClassifier",
    "StereoBeliefPropagation",
    "createStereoBeliefPropagation",
    "StereoConstantSpaceBP",
    "createStereoConstantSpaceBP",
    "DescriptorMatcher",
    "buildWarpAffineMaps",
    "buildWarpPerspectiveMaps",
    "evenLevels",
    "numMoments",
    "convertSpatialMoments",
}
"""What takes no image, or has a definition as long as itself, and is tested in files of its own."""


def _with_channels(image: Tensor) -> Tensor:
    return image[..., None] if image.ndim == 2 else image


def _same(a: Tensor, b: Tensor, loosely: bool = False) -> bool:
    if loosely:
        return torch.allclose(a.double(), b.double(), rtol=1e-5, atol=1e-5, equal_nan=True)
    return a.shape == b.shape and torch.equal(a.double().nan_to_num(), b.double().nan_to_num())
