"""How Triton's kernels are launched: what is kept, what isn't believed, what is chosen; the same bits in every way."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from torch_opencv.cuda.kernels import accelerated, launches, tune
from torch_opencv.cuda.kernels.launches import CANDIDATES, Launch

GPU = torch.device("cuda", 0)
USUAL, OTHER = CANDIDATES[0], CANDIDATES[-1]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of a GPU that isn't there, in a cache folder of its own."""
    path = tmp_path / "cuda" / "nvidia-h100.json"
    monkeypatch.setattr(launches, "_path", lambda _: path)
    launches._on.cache_clear()
    yield path
    launches._on.cache_clear()


def test_what_is_kept_is_known_to_the_next_process(kept: Path) -> None:
    assert launches.of("resize", GPU) == USUAL
    assert launches.keep(GPU, {"resize": OTHER}) == kept
    assert launches.of("resize", GPU) == OTHER
    launches.keep(GPU, {"warp": OTHER})
    launches._on.cache_clear()  # as in a new process
    assert (launches.of("resize", GPU), launches.of("warp", GPU), launches.of("gray", GPU)) == (OTHER, OTHER, USUAL)
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        "[1]",
        '{"resize": 5}',
        '{"resize": {"block": 2048}}',
        '{"resize": {"block": 512.0, "warps": 4}}',
        '{"resize": {"block": [512], "warps": 4}}',
        '{"resize": {"block": 1073741824, "warps": 4}}',
    ],
)
def test_what_is_damaged_is_as_if_it_were_not_there(kept: Path, text: str) -> None:
    kept.parent.mkdir()
    kept.write_text(text, "utf-8")
    assert launches.of("resize", GPU) == USUAL


def test_what_is_right_beside_what_is_wrong_counts(kept: Path) -> None:
    kept.parent.mkdir()
    kept.write_text(
        json.dumps({"warp": {"block": 3, "warps": 4}, "gray": {"block": OTHER.block, "warps": OTHER.warps}})
    )
    assert (launches.of("warp", GPU), launches.of("gray", GPU)) == (USUAL, OTHER)


def test_a_trial_ends_with_its_block(kept: Path) -> None:
    launches.keep(GPU, {"warp": OTHER})
    for kernel, before in (("warp", OTHER), ("gray", USUAL)):
        with pytest.raises(ZeroDivisionError), launches.trial(kernel, GPU, CANDIDATES[1]):
            assert launches.of(kernel, GPU) == CANDIDATES[1]
            raise ZeroDivisionError
        assert launches.of(kernel, GPU) == before


def test_one_that_fails_or_an_interruption_loses_none_of_the_others(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    def failing() -> None:
        warnings.warn("cv.cuda: Triton's kernel for resize is not used", RuntimeWarning, stacklevel=1)

    monkeypatch.setattr(tune, "calls", lambda _: {"resize": failing, "gray": int, "warp": interrupted})
    monkeypatch.setattr(tune, "device_milliseconds", lambda call: call() or 1.0 + (launches.of("gray", GPU) != OTHER))
    monkeypatch.setattr(tune.importlib.util, "find_spec", lambda _: object())
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch, "randint", lambda *_, **__: None)
    with pytest.raises(KeyboardInterrupt):
        tune.main()
    assert set(json.loads(kept.read_text())) == {"gray"}
    assert "resize     left out: cv.cuda: Triton's kernel for resize is not used" in capsys.readouterr().out


@pytest.mark.parametrize(("ratio", "chosen"), [(1.5, OTHER), (1.02, USUAL), (0.5, USUAL)])
def test_the_fastest_is_taken_if_it_is_clearly_faster(ratio: float, chosen: Launch) -> None:
    assert tune.best({launch: 1 / ratio if launch == OTHER else 1.0 for launch in CANDIDATES}) == chosen


def test_every_way_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(
        "triton", reason="triton is not installed: the kernels for CUDA can't be run by its interpreter"
    )
    from tests.cuda.test_fused import MODULE, forget

    image = torch.randint(256, (2, 1400, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    expected = {name: call() for name, call in tune.calls(image).items()}
    forget()
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    module = importlib.import_module(MODULE)
    forget()
    monkeypatch.setattr(accelerated, "serves", lambda _: True)
    monkeypatch.setitem(sys.modules, MODULE, module)
    seen: list[tuple[str, int]] = []
    usual = launches.of

    def noted(kernel: str, device: torch.device) -> Launch:
        launch = usual(kernel, device)
        seen.append((kernel, launch.block))
        return launch

    monkeypatch.setattr(launches, "of", noted)
    made: dict[str, list[Any]] = {name: [] for name in expected}
    for name, call in tune.calls(image).items():
        tune.measure(name, image.device, lambda call=call, name=name: made[name].append(call()) or 0.0)  # type: ignore[misc]
    assert {name for name, _ in seen} == set(expected)
    assert {block for _, block in seen} == {launch.block for launch in CANDIDATES}
    for name, found in made.items():
        assert len(found) == len(CANDIDATES)
        for one in found:
            pairs = zip(one, expected[name], strict=True) if isinstance(one, tuple) else [(one, expected[name])]
            assert all(torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b for a, b in pairs), name


@pytest.mark.skipif(torch.cuda.is_available(), reason="has a GPU to tune")
def test_without_a_gpu_it_says_so() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "torch_opencv.cuda.kernels.tune"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "torch sees no CUDA device here: run this on a machine that has one\n"


@pytest.mark.gpu
def test_on_a_gpu_it_keeps_what_it_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("triton")
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path))
    monkeypatch.setattr(tune, "CANDIDATES", CANDIDATES[:2])  # as each is compiled
    every = tune.calls
    monkeypatch.setattr(tune, "calls", lambda image: {"gray": every(image)["gray"]})
    launches._on.cache_clear()
    assert tune.main() == 0
    (path,) = (tmp_path / "cuda").iterdir()
    assert set(json.loads(path.read_text())) == {"gray"}
    launches._on.cache_clear()
