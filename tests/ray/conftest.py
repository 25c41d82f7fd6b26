"""Ray on this machine, once for the tests of a process."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


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
