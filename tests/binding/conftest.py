"""Tests of the bindings run both ways, by C++ and by Python alone; where both are there, the latter by `make slow`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from torch_opencv._binding.wrap import NATIVE

from .ways import WAYS

_MARKS = {"native": (), "python": () if NATIVE.why_not else (pytest.mark.slow,)}


@pytest.fixture(params=[pytest.param(name, marks=_MARKS[name]) for name in WAYS])
def either_way(request: pytest.FixtureRequest) -> Iterator[None]:
    """For `pytest.mark.usefixtures`; the property tests go both ways with every example."""
    on = WAYS[request.param]
    if on and NATIVE.why_not:
        pytest.skip(f"the bindings' fast path is not there: {NATIVE.why_not}")
    before = NATIVE.enable(on)
    yield
    NATIVE.enable(before)
