"""Networks that nobody should run: each is refused in one line, soon, whatever it would do to the process."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import torch

from torch_opencv import t7
from torch_opencv.t7 import T7Error, trial
from torch_opencv.t7.trial import check_budget, check_forward

from .building import conv, layer, numbers, table
from .writer import Writer


def up(factor: int) -> Any:
    return layer("nn.SpatialUpSamplingNearest", scale_factor=factor)


def full(stride: int, kernel: int = 3) -> Any:
    fields = {"kW": kernel, "kH": kernel, "dW": stride, "dH": stride, "padW": 1, "padH": 1, "adjW": 0, "adjH": 0}
    weight = numbers(3, 3, kernel, kernel)
    return layer("nn.SpatialFullConvolution", nInputPlane=3, nOutputPlane=3, weight=weight, **fields)


@pytest.mark.parametrize(
    "network",
    [
        layer("nn.Sequential", up(70), up(70)),
        full(32_767),
        layer("nn.Sequential", *[layer("nn.SpatialZeroPadding", pad_l=4096, pad_r=4096, pad_t=4096, pad_b=4096)] * 2),
        layer("nn.Sequential", *[layer("nn.SpatialZeroPadding", pad_l=900, pad_r=900, pad_t=900, pad_b=900)] * 9),
        layer("nn.Sequential", up(20), *[conv(3, 3, kernel=99, pad=49)] * 40),
    ],
)
def test_absurd_sizes_are_told_without_computing(network: Any) -> None:
    with pytest.raises(T7Error, match=r"would take too much memory or time for an input of 3x64x96: \S.*"):
        check_budget(t7.network(network), (1, 3, 64, 96))


def test_a_usual_network_is_within_the_budget() -> None:
    network = layer("nn.Sequential", conv(3, 64), layer("nn.ReLU"), *[conv(64, 64)] * 10, conv(64, 3), full(2))
    check_budget(t7.network(network), (1, 3, 640, 640))


def written(path: Path, class_name: str, **fields: Any) -> Path:
    """A file with one layer, whose fields are numbers and tensors."""
    write = Writer()
    entries = [
        (name, (lambda value=value, i=i: write.tensor(i, value)) if isinstance(value, torch.Tensor) else value)
        for i, (name, value) in zip(range(10, 100, 2), fields.items(), strict=False)
    ]
    write.thing(1, class_name, lambda: write.table(2, entries))
    path.write_bytes(bytes(write))
    return path


@pytest.mark.slow
def test_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"kW": 1, "kH": 1, "dW": 1, "dH": 1, "padW": 0, "padH": 0}
    good = written(
        tmp_path / "good.t7",
        "nn.SpatialConvolution",
        nInputPlane=3,
        nOutputPlane=3,
        weight=numbers(3, 3, 1, 1),
        **sizes,
    )
    check_forward(good, (1, 3, 8, 8))
    with pytest.raises(T7Error, match=r"good\.t7: the network doesn't take an input of 5x8x8: .*channels"):
        check_forward(good, (1, 5, 8, 8))
    with pytest.raises(
        T7Error, match=r"good\.t7: the network would take too much .* 3x99999x99999: a tensor in it has"
    ):
        check_forward(good, (1, 3, 8, 8), (1, 3, 99_999, 99_999))
    (tmp_path / "torch.py").write_text("raise SystemExit('the current folder is not to be trusted')")
    monkeypatch.chdir(tmp_path)
    check_forward("good.t7", (1, 3, 8, 8))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", r"crashes \(SIGSEGV\)"),
        ("import time; time.sleep(60)", "takes more than 3 s"),
        ("raise SystemExit(3)", r"can't be tried \(status 3\)"),
    ],
)
def test_what_becomes_of_the_process(monkeypatch: pytest.MonkeyPatch, body: str, said: str) -> None:
    monkeypatch.setattr(trial, "_PROGRAM", body)
    monkeypatch.setattr(trial, "_SECONDS", 1)
    with pytest.raises(T7Error, match=rf"net\.t7: .*{said}$"):
        check_forward("net.t7", (1, 3, 8, 8))


def test_tables_that_share_tables_are_walked_once() -> None:
    """Each has the next a hundred times: a hundred million ways, and one network at their end."""
    network = layer("nn.Identity")
    inner = table(*[network] * 100)
    for _ in range(3):
        inner = table(*[inner] * 100)
    start = time.monotonic()
    assert isinstance(t7.network(inner), torch.nn.Module)
    assert time.monotonic() - start < 1


def test_many_tensors_under_one_name(tmp_path: Path) -> None:
    """Keys may be equal as text, "1" and 1: naming the tensors takes time in proportion to their number."""
    from torch_opencv.t7.contents import named_tensors

    many = table()
    many.update({t7.Table(): torch.zeros(1) for _ in range(20_000)})
    start = time.monotonic()
    names = named_tensors(many)
    assert len(names) == 20_000
    assert {"[table]", "[table]#2", "[table]#20000"} <= names.keys()
    assert time.monotonic() - start < 5
