"""Both columns of docs/from-numpy.md, line by line: run, and the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

import torch_opencv as cv

PAGE = Path(__file__).resolve().parents[1] / "docs" / "from-numpy.md"
ROWS = re.findall(r"^\| `(.+)` \| `(.+)` \|$", PAGE.read_text(encoding="utf-8"), flags=re.M)


def _arrays() -> dict[str, Any]:
    random = np.random.default_rng(1)
    gray = random.integers(0, 200, (10, 12), np.uint8)
    return {
        "img": random.integers(0, 150, (10, 12, 3), np.uint8),
        "gray": gray,
        "mask": gray > 90,
        "faces": np.int32([[1, 1, 4, 5], [3, 2, 4, 4]]),
    }


def _run(line: str, names: dict[str, Any]) -> Any:
    """The value of an expression; of a statement, the image that it may have changed and the sizes it may have set."""
    try:
        return eval(line, names)
    except SyntaxError:
        exec(line, names)
        return names["img"], names.get("h"), names.get("w")


def _plain(x: Any) -> Any:
    return x.numpy() if isinstance(x, torch.Tensor) else x


def test_the_page_has_its_lines() -> None:
    assert len(ROWS) > 40
    assert len(ROWS) == len([line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")])


@pytest.mark.parametrize(("of_arrays", "of_tensors"), ROWS, ids=[row[1] for row in ROWS])
def test_both_columns_give_the_same(of_arrays: str, of_tensors: str) -> None:
    arrays = _arrays()
    tensors = {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
    theirs = _run(of_arrays, {"cv2": cv2, "np": np, "torch": torch, **arrays})
    ours = _run(of_tensors, {"cv": cv, "torch": torch, **tensors})
    for a, b in zip(*((x if isinstance(x, tuple) else (x,)) for x in (ours, theirs)), strict=True):
        a, b = _plain(a), _plain(b)
        if isinstance(b, np.ndarray):
            assert a.dtype == b.dtype or {a.dtype, b.dtype} == {np.dtype("float32"), np.dtype("float64")}
            np.testing.assert_allclose(a, b, rtol=1e-6)
        else:
            assert a == pytest.approx(b) if isinstance(b, float) else a == b
    np.testing.assert_array_equal(tensors["img"].numpy(), arrays["img"], err_msg="what became of the image differs")


@pytest.mark.parametrize(
    "line",
    ["img[::-1]", "img[mask] = (0, 0, 255)", "gray.mean()", "{gray[1, 2]: 0}[gray[1, 2]]"],
)
def test_what_the_page_says_does_not_work_does_not(line: str) -> None:
    tensors = {name: torch.from_numpy(array.copy()) for name, array in _arrays().items()}
    with pytest.raises((ValueError, TypeError, RuntimeError, KeyError)):
        _run(line, {"torch": torch, **tensors})
