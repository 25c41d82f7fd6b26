"""The key of a compiled network: the same in every process, and another for everything that computes another thing."""

from __future__ import annotations

import copy
import functools
import importlib
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from torch_opencv import runtime
from torch_opencv.runtime.fingerprint import fingerprint

from .test_accelerate import Small, Step


class Activated(nn.Module):
    """Whatever function it is given."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class Shift:
    """Functions that are bound methods; no __dict__."""

    __slots__ = ("by",)

    def __init__(self, by: float) -> None:
        self.by = by

    def up(self, x: Tensor) -> Tensor:
        return x + self.by

    def down(self, x: Tensor) -> Tensor:
        return x - self.by


OFFSET = 1.0


def helper(x: Tensor) -> Tensor:
    return x + OFFSET


def scaled(x: Tensor, by: Any) -> Tensor:
    return x * torch.from_numpy(by)


class Indirect(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return next(helper(one) for one in [x])  # named in an inner scope


FUNCTIONS: list[tuple[Any, Any]] = [
    (functools.partial(F.leaky_relu, negative_slope=0.1), functools.partial(F.leaky_relu, negative_slope=0.9)),
    (lambda x: x * 2.0, lambda x: x * 20.0),
    (lambda x: x.sin(), lambda x: x.cos()),
    (Shift(1.0).up, Shift(1.0).down),
    (Shift(1.0).up, Shift(5.0).up),
    (torch.sin, torch.cos),
    (F.max_pool1d, F.adaptive_max_pool1d),  # both are called boolean_dispatch.<locals>.fn
    (torch.ops.aten.sin.default, torch.ops.aten.cos.default),
    (nn.Tanh(), nn.Sigmoid()),
    (lambda x: x + x.abs(), lambda x: x - x.abs()),  # with the same names and constants
    (lambda x, by=1.0: x * by, lambda x, by=2.0: x * by),
    (lambda x, *, by=1.0: x * by, lambda x, *, by=2.0: x * by),
    (functools.partial(scaled, by=np.zeros((1, 2))), functools.partial(scaled, by=np.zeros((2, 1)))),
    (functools.partial(scaled, by=np.ones(2, np.int32)), functools.partial(scaled, by=np.ones(2, np.uint32))),
]


@pytest.mark.parametrize(("first", "second"), FUNCTIONS)
def test_functions_that_a_module_is_given(first: Any, second: Any) -> None:
    keys = [fingerprint(Activated(one)) for one in (first, second, first)]
    assert None not in keys
    assert keys[0] == keys[2] != keys[1]


@pytest.mark.slow
def test_the_right_network_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path))
    x = torch.tensor([-2.0, 3.0])
    for first, second in FUNCTIONS[:2]:
        for function in (first, second, first):
            run = runtime.accelerate(Activated(function), x, device="cpu")
            assert run.backend == "onnxruntime"
            torch.testing.assert_close(run(x), function(x))


def test_a_global(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(Indirect())
    monkeypatch.setattr(sys.modules[__name__], "OFFSET", 7.0)
    assert before != fingerprint(Indirect()) is not None


def test_a_class_typed_in() -> None:
    def key(text: str) -> str | None:
        namespace: dict[str, Any] = {"nn": nn, "__name__": "typed_in"}
        exec(f"class Net(nn.Module):\n    def forward(self, x):\n        return {text}\n", namespace)
        return fingerprint(namespace["Net"]())

    assert key("x + 1") == key("x + 1") != key("x + 2") is not None


def test_code_in_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "net_with_helper.py").write_text(
        "import helper_of_net as h\nfrom torch import nn\n"
        "class Net(nn.Module):\n    def forward(self, x):\n        return h.outer(x)\n"
    )
    keys = set()
    for number in (1, 2):
        (tmp_path / "helper_of_net.py").write_text(
            f"def inner(x):\n    return x + {number}\ndef outer(x):\n    return inner(x)\n"
        )
        for name in ("net_with_helper", "helper_of_net"):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        keys.add(fingerprint(importlib.import_module("net_with_helper").Net()))
    assert len(keys) == 2
    assert None not in keys


def test_what_cannot_be_told_has_no_key() -> None:
    module = Small()
    module.lock = threading.Lock()  # type: ignore[assignment]
    assert fingerprint(module) is None


def test_the_key_covers_all_that_decides_what_is_computed() -> None:
    def key(module: nn.Module, circumstance: str = "") -> str | None:
        return fingerprint(module, [circumstance])

    other_weight = Small()
    other_weight.up.weight.data[1, 1, 1, 1] += 1e-7
    with_list, with_other_list = Small(), Small()
    with_list.extras = [{"a": torch.zeros(2)}]  # type: ignore[assignment]
    with_other_list.extras = [{"a": torch.ones(2)}]  # type: ignore[assignment]
    with_array, with_other_array = Small(), Small()
    with_array.extras = np.zeros(5000)  # type: ignore[assignment]
    with_other_array.extras = np.eye(1, 5000, 2500)[0]
    modules = (
        Small(),
        with_array,
        with_other_array,
        Small(channels=5),
        Small(gain=3.0),
        Small().half(),
        Step(),
        other_weight,
        with_list,
        with_other_list,
        nn.Sequential(Small()),
    )
    keys = [key(module) for module in modules] + [key(Small(), "another PyTorch")]
    assert None not in keys
    assert len(set(keys)) == len(keys)
    assert key(Small()) == key(Small().train()) == key(copy.deepcopy(Small()).requires_grad_(False)) == keys[0]


@pytest.mark.slow
def test_the_key_is_the_same_in_every_process(tmp_path: Path) -> None:
    """Sets of strings have another order in each, and addresses differ."""
    (tmp_path / "net_with_sets.py").write_text(
        """
import torch
from torch_opencv.runtime.fingerprint import fingerprint

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.names = {"one", "two", "three", "four"}
        self.function, self.thing = (lambda x: x), object()
        for name in "abcdef":  # which torch keeps in a set
            self.register_buffer(name, torch.zeros(2), persistent=False)
        self.itself = [self]

if __name__ == "__main__":
    print(fingerprint(Net(), [1]))
"""
    )
    program = [sys.executable, str(tmp_path / "net_with_sets.py")]
    keys = {subprocess.run(program, capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert len(keys) == 1
    assert len(keys.pop().strip()) == 64


def test_the_key_covers_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "from torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n        return x + {}\n"
    keys = set()
    for number in (1, 2):
        (tmp_path / "written_net.py").write_text(source.format(number))
        monkeypatch.syspath_prepend(tmp_path)
        sys.modules.pop("written_net", None)
        sys.dont_write_bytecode = True
        keys.add(fingerprint(importlib.import_module("written_net").Net(), []))
    assert len(keys) == 2


def test_which_layer_comes_twice() -> None:
    first, second = nn.Linear(3, 3), nn.Linear(3, 3)
    twice = [nn.Sequential(first, second, one) for one in (first, second)]
    assert fingerprint(twice[0]) != fingerprint(twice[1])
    assert fingerprint(twice[0]) == fingerprint(copy.deepcopy(twice[0]))


def test_properties_and_methods_of_a_class() -> None:
    def with_gain(gain: float, kind: Callable[..., Any]) -> nn.Module:
        def forward(self: Any, x: Tensor) -> Tensor:
            found = self.gain
            result: Tensor = x * (found() if callable(found) else found)
            return result

        return type("Gain", (nn.Module,), {"gain": kind(lambda *_: gain), "forward": forward})()

    for kind in (property, classmethod, staticmethod):
        assert fingerprint(with_gain(2.0, kind)) == fingerprint(with_gain(2.0, kind))
        assert fingerprint(with_gain(2.0, kind)) != fingerprint(with_gain(3.0, kind))
