"""What Ray has to say goes where programs say such things."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("ray", reason="the extra [ray] isn't installed")

from torch_opencv.errors import TorchOpencvError
from torch_opencv.ray.cluster import connected, notices_on_stderr


def test_a_machine_that_is_too_busy_to_start_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    def init(*_: object, **__: object) -> None:
        raise Exception("The current node timed out during startup.\nMore of it.")  # as Ray says it

    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr("ray.init", init)
    with pytest.raises(TorchOpencvError, match=r"^Ray can't be started on this machine: The current node timed out"):
        connected().__enter__()


def test_notices_go_to_standard_error_and_are_short(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    with notices_on_stderr():
        print("\x1b[33m(raylet)\x1b[0m A worker died or was killed. " + "Lease ID: 0123456789 " * 40, flush=True)
        print("\x1b[33m(raylet)\x1b[0m Task failed.")
        shows_progress = sys.stdout.isatty()
    assert sys.stdout is before
    assert shows_progress == sys.stderr.isatty()  # which is where Ray shows it
    said = capsys.readouterr()
    assert said.out == ""
    first, second = said.err.splitlines()
    assert first.startswith("(raylet) A worker died or was killed. Lease ID: ")
    assert first.endswith(" ...")
    assert len(first) <= 304
    assert second == "(raylet) Task failed."
