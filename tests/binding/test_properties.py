"""``cv.f(tensor)`` equals ``cv2.f(array)`` to the bit, whatever the layout; views are written, nothing beside them."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

import torch_opencv as cv
from torch_opencv._binding.memory import SUPPORTED_DTYPES, Output

from .views import View, images
from .ways import ways

settings.register_profile("binding", deadline=None, max_examples=150)
settings.load_profile("binding")


def as_array(tensor: Tensor) -> np.ndarray[Any, Any]:
    """A fresh contiguous array: what cv2 is to be compared on."""
    return tensor.clone(memory_format=torch.contiguous_format).numpy()


def assert_same(ours: Any, theirs: Any) -> None:
    if isinstance(theirs, np.ndarray):
        assert isinstance(ours, Tensor)
        assert ours.numpy().dtype == theirs.dtype
        assert ours.shape == theirs.shape
        np.testing.assert_array_equal(ours.numpy(), theirs)
    elif isinstance(theirs, (tuple, list)):
        assert type(ours) is type(theirs)
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b)
    else:
        assert ours == theirs


def outcome(call: Any) -> Any:
    """The result, or the assertion text of OpenCV where it has no such thing (8-bit signed cvtColor, say)."""
    try:
        return call()
    except cv2.error as error:
        return error.code


RETURNING = {
    "flip": lambda f, x: f.flip(x, 1),
    "transpose": lambda f, x: f.transpose(x),
    "copyMakeBorder": lambda f, x: f.copyMakeBorder(x, 1, 2, 0, 1, f.BORDER_REFLECT_101),
    "resize": lambda f, x: f.resize(x, (5, 7)),
    "resize area": lambda f, x: f.resize(x, dsize=None, fx=0.5, fy=0.7, interpolation=f.INTER_AREA),
    "GaussianBlur": lambda f, x: f.GaussianBlur(x, (3, 3), 0.9),
    "add": lambda f, x: f.add(x, x),
    "add scalar": lambda f, x: f.add(x, (1, 2, 3, 0)),
    "split": lambda f, x: f.split(x),
    "merge": lambda f, x: f.merge([x, x]),
    "mean": lambda f, x: f.mean(x),
    "meanStdDev": lambda f, x: f.meanStdDev(x),
    "norm": lambda f, x: f.norm(x, f.NORM_L1),
    "sumElems": lambda f, x: f.sumElems(x),
    "reduce": lambda f, x: f.reduce(x, 0, f.REDUCE_MAX),
    "hconcat": lambda f, x: f.hconcat([x, x]),
    "warpAffine": lambda f, x: f.warpAffine(x, np.float32([[1, 0.2, 1], [0, 1, -0.5]]), (6, 6)),
    "calcHist": lambda f, x: f.calcHist([x], [0], None, [8], [0, 128]),
    "cvtColor": lambda f, x: f.cvtColor(x, f.COLOR_BGR2GRAY),
    "threshold": lambda f, x: f.threshold(x, 50, 100, f.THRESH_BINARY),
}


@pytest.mark.parametrize("name", RETURNING)
@given(image=images())
def test_returned_results_are_cv2s_to_the_bit(name: str, image: View) -> None:
    before = image.whole.clone()
    # Sums of floats depend on whether the rows are continuous: compare on the same layout, but where cv2 errs on it.
    array = as_array(image.view) if image.name == "overlapping" else image.view.numpy()
    theirs = outcome(lambda: RETURNING[name](cv2, array))
    for _ in ways():
        assert_same(outcome(lambda: RETURNING[name](cv, image.view)), theirs)
        assert torch.equal(image.whole, before), "an input was written"


WRITING = {
    "rectangle": lambda f, x: f.rectangle(x, (1, 1), (4, 3), (7, 8, 9, 10)),
    "circle": lambda f, x: f.circle(x, (3, 3), 2, (100, 50, 25), -1),
    "line": lambda f, x: f.line(x, (0, 0), (8, 6), 33),
    "putText": lambda f, x: f.putText(x, "a", (0, 7), f.FONT_HERSHEY_PLAIN, 0.7, (99, 98, 97)),
    "polylines": lambda f, x: f.polylines(x, [np.int32([[0, 0], [5, 2], [3, 8]])], True, (1, 2, 3)),
    "randShuffle": lambda f, x: (f.setRNGSeed(5), f.randShuffle(x))[1],
    "setIdentity": lambda f, x: f.setIdentity(x, 3),
}


@pytest.mark.parametrize("name", WRITING)
@given(image=images(writable=True, dtypes=[torch.uint8, torch.int16, torch.int32, torch.float32]))
def test_in_place_results_are_cv2s_and_nothing_beside_the_view_changes(name: str, image: View) -> None:
    array = as_array(image.view)
    theirs = outcome(lambda: WRITING[name](cv2, array))
    assume(not isinstance(theirs, int))
    beside = torch.ones_like(image.whole, dtype=torch.bool)
    beside.as_strided(image.view.shape, image.view.stride(), image.view.storage_offset()).fill_(False)
    before = image.whole.clone()
    for _ in ways():
        image.whole.copy_(before)
        ours = WRITING[name](cv, image.view)
        assert ours is image.view
        np.testing.assert_array_equal(image.view.numpy(), array)
        assert torch.equal(image.whole[beside], before[beside])


INTO_DST = {
    "flip": lambda f, x, **dst: f.flip(x, 0, **dst),
    "GaussianBlur": lambda f, x, **dst: f.GaussianBlur(x, (3, 3), 0.8, **dst),
    "bitwise_not": lambda f, x, **dst: f.bitwise_not(x, **dst),
    "add": lambda f, x, **dst: f.add(x, x, **dst),
    "resize": lambda f, x, **dst: f.resize(x, (x.shape[1], x.shape[0]), **dst),
    "multiply": lambda f, x, **dst: f.multiply(x, 2.0, **dst),
    "threshold": lambda f, x, **dst: f.threshold(x, 50, 100, f.THRESH_BINARY, **dst),
}


@pytest.mark.parametrize("name", INTO_DST)
@given(dst=images(writable=True, dtypes=[torch.uint8, torch.int16, torch.float32]), seed=st.integers(0, 99))
def test_dst_is_written_and_returned(name: str, dst: View, seed: int) -> None:
    torch.manual_seed(seed)
    source = (torch.rand(dst.view.shape) * 100).to(dst.view.dtype)
    theirs = outcome(lambda: INTO_DST[name](cv2, as_array(source)))
    assume(not isinstance(theirs, int))
    expected = theirs[1] if isinstance(theirs, tuple) else theirs
    for _ in ways():
        dst.whole.zero_()
        version = dst.view._version
        ours = INTO_DST[name](cv, source, dst=dst.view)
        assert (ours[1] if isinstance(ours, tuple) else ours) is dst.view
        assert dst.view._version > version
        np.testing.assert_array_equal(dst.view.numpy().reshape(expected.shape), expected)


@given(image=images(writable=True))
def test_outputs_are_staged_only_where_a_mat_cannot_describe_them(image: View) -> None:
    """cv2 itself is the judge: it refuses the layouts of outputs that a Mat can't describe."""
    array = image.view.numpy()  # same memory, same strides
    try:
        cv2.setIdentity(array, 1) if array.ndim == 2 else cv2.rectangle(array, (0, 0), (1, 1), 1)
        refused = False
    except cv2.error as error:
        refused = "incompatible" in str(error)
    assert Output(image.view).staged == refused


def test_a_row_out_of_a_column_shares_memory() -> None:
    row = torch.tensor([[44], [39]], dtype=torch.uint8).T  # whose first stride doesn't matter, and is 1
    for _ in ways():
        matcher = cv.BFMatcher()
        matcher.add([row])
        (kept,) = matcher.getTrainDescriptors()
        assert kept.data_ptr() == row.data_ptr()


@given(image=images(dtypes=[torch.uint8, torch.float32]))
def test_inputs_share_memory_where_a_mat_can_describe_them(image: View) -> None:
    assume(image.view.ndim == 2)
    for _ in ways():
        matcher = cv.BFMatcher()
        matcher.add([image.view])
        (kept,) = matcher.getTrainDescriptors()
        assert torch.equal(kept, image.view)
        describable = image.view.stride(1) == 1 or image.view.shape[1] == 1
        if describable and (image.view.stride(0) >= image.view.shape[1] or image.view.shape[0] == 1):
            assert kept.data_ptr() == image.view.data_ptr()


@given(image=images(writable=True, dtypes=[torch.uint8]), mask_dtype=st.sampled_from([torch.uint8, torch.bool]))
def test_masks_may_be_bool(image: View, mask_dtype: torch.dtype) -> None:
    mask = (image.view if image.view.ndim == 2 else image.view[..., 0]) > 40
    array = as_array(image.view)
    theirs = outcome(lambda: cv2.bitwise_not(array, dst=np.zeros_like(array), mask=as_array(mask.to(torch.uint8))))
    assume(not isinstance(theirs, int))
    for _ in ways():
        dst = torch.zeros(image.view.shape, dtype=torch.uint8)
        ours = cv.bitwise_not(image.view, mask=mask.to(mask_dtype), dst=dst)
        np.testing.assert_array_equal(ours.numpy().reshape(theirs.shape), theirs)


@pytest.mark.parametrize("dtype", sorted(SUPPORTED_DTYPES, key=str), ids=str)
@given(seed=st.integers(0, 50), permuted=st.booleans())
def test_every_held_dtype_goes_round(dtype: torch.dtype, seed: int, permuted: bool) -> None:
    torch.manual_seed(seed)
    image = (torch.rand(3, 4, 5) * 100).to(dtype)
    if permuted:
        image = image.permute(2, 1, 0)
    for _ in ways():
        flipped = cv.flip(image, 1)
        assert flipped.dtype == dtype
        assert torch.equal(flipped, image.flip(1))
        assert torch.equal(cv.flip(image, 1, dst=torch.empty_like(image)), image.flip(1))
