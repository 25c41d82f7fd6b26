"""What Ray has to say goes where programs say such things."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("ray", reason="the extra [ray] isn't installed")

from torch_opencv.ray.cluster import notices_on_stderr


def test_notices_go_to_standard_error_and_are_short(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    with notices_on_stderr():
        print("\x1b[33m(raylet)\x1b[0m A worker died or was killed. " + "Lease ID: 0123456789 " * 40, flush=True)
        print("\x1b[33m(raylet)\x1b[0m Task failed.")
    assert sys.stdout is before
    said = capsys.readouterr()
    assert said.out == ""
    first, second = said.err.splitlines()
    assert first.startswith("(raylet) A worker died or was killed. Lease ID: ")
    assert first.endswith(" ...")
    assert len(first) <= 304
    assert second == "(raylet) Task failed."
