"""Ray on this machine, once for the tests of a process."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process of xdist's has all tests that need Ray, as two Rays beside each other are slow on two cores."""
    for item in items:
        if "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("ray"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[None]:
    """Two workers, and what tests define sent to them as it is, as they can't import tests."""
    ray = pytest.importorskip("ray", reason="the extra [ray] isn't installed")
    from torch_opencv.ray.cluster import connected

    with connected(cores=2):
        for name in ("tests.ray.apps",):
            __import__(name)
            ray.cloudpickle.register_pickle_by_value(sys.modules[name])
        yield
