"""Which way a compiled network runs on the CPU: by speed, if it gives the same; ONNX Runtime if anything fails."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

from torch_opencv import runtime
from torch_opencv.runtime import choosing, compiled, openvino_runtime
from torch_opencv.runtime.accelerated import Accelerated, Eager, Input, require_same_to_the_eye
from torch_opencv.runtime.choosing import Network, fastest
from torch_opencv.runtime.openvino_runtime import OpenVino

pytestmark = pytest.mark.usefixtures("openvino")
REAL = pytest.mark.skipif(
    openvino_runtime.installed() is None, reason="needs OpenVINO: pip install 'torch-opencv[fast]'"
)


class Double(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + x


class Image(nn.Module):
    """torch.uint8 to the same, with some of the values off by some grey levels."""

    def __init__(self, off: int = 0, one_in: int = 1) -> None:
        super().__init__()
        self.off, self.one_in = off, one_in

    def forward(self, x: Tensor) -> Tensor:
        y = x // 2
        y.view(-1)[:: self.one_in] += self.off
        return y


class Fake(Eager):
    """In the place of OpenVINO, where it isn't installed."""

    backend = "openvino"


def graph(kind: int = TensorProto.FLOAT, constant: float | None = None, operator: str = "Add") -> bytes:
    """x + x, or x + a constant."""
    second = "x" if constant is None else "c"
    nodes = [helper.make_node(operator, ["x", second], ["y"])]
    constants = [] if constant is None else [helper.make_tensor("c", kind, [1], [constant])]
    ends = [helper.make_tensor_value_info(name, kind, ["n", 3]) for name in ("x", "y")]
    made = helper.make_graph(nodes, "add", ends[:1], ends[1:], constants)
    opsets = [helper.make_opsetid("", 18)]
    serialised: bytes = onnx.helper.make_model(made, opset_imports=opsets, ir_version=9).SerializeToString()
    return serialised


def network(serialised: bytes | None = None, key: str | None = "key") -> Network:
    x = torch.rand(2, 3)
    inputs = [Input.like(x, (0,))]
    return Network(serialised or graph(), Double(), inputs, [x], [x + x], lambda: [torch.rand(2, 3)], "net", key)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if OpenVINO hadn't been imported yet."""
    for name in list(sys.modules):
        if name.partition(".")[0] in ("openvino", "openvino_telemetry"):
            monkeypatch.delitem(sys.modules, name)
    openvino_runtime.core.cache_clear()
    yield
    openvino_runtime.core.cache_clear()
    sys.modules.pop("openvino", None)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[float]]:
    """Says how fast an OpenVINO that isn't there is, what it computes and what the processor can do."""

    def set_up(ratio: float, module: nn.Module | None = None, bf16: bool = True) -> list[float]:
        calls: list[float] = []

        def made(serialised: bytes, inputs: list[Input], precision: str = "f32") -> Accelerated:
            run = Fake(module or Double(), inputs, torch.device("cpu"))
            run.precision = precision
            return run

        def compared(*_: object) -> float:
            calls.append(ratio)
            return ratio

        monkeypatch.setattr(openvino_runtime, "installed", lambda: "2099.1")
        monkeypatch.setattr(openvino_runtime, "why_not", lambda: "")
        monkeypatch.setattr(openvino_runtime, "has_bf16", lambda: bf16)
        monkeypatch.setattr(choosing, "OpenVino", made)
        monkeypatch.setattr(choosing, "_ratio", compared)
        return calls

    return set_up


@pytest.mark.parametrize(("ratio", "backend"), [(1.3, "openvino"), (1.05, "onnxruntime"), (0.7, "onnxruntime")])
def test_the_faster_one_is_taken_and_kept(
    home: Path, measured: Callable[..., list[float]], ratio: float, backend: str
) -> None:
    calls = measured(ratio)
    assert [fastest(network(), "f32").backend for _ in range(3)] == [backend] * 3
    assert calls == [ratio]
    choice = compiled.choices()["net", "f32"]
    assert (choice.backend, choice.precision, choice.ratio) == (backend, "f32", ratio)
    assert choice.processor in choice.measured


def test_it_is_measured_again_once_something_has_changed(
    monkeypatch: pytest.MonkeyPatch, home: Path, measured: Callable[..., list[float]]
) -> None:
    calls = measured(1.3)
    fastest(network(), "f32")
    monkeypatch.setattr(openvino_runtime, "installed", lambda: "2099.2")
    fastest(network(), "f32")
    monkeypatch.setattr(torch, "get_num_threads", lambda: 7)
    fastest(network(), "f32")
    (file,) = (home / "compiled").glob("*.json")
    file.write_text(json.dumps({"name": "damaged"}))
    fastest(network(), "f32")
    file.write_bytes(b"\xff")
    fastest(network(), "f32")
    assert len(calls) == 5
    fastest(network(key=None), "f32")
    fastest(network(key=None), "f32")
    assert len(calls) == 7


def test_one_that_gives_something_else_is_not_taken(
    measured: Callable[..., list[float]], caplog: pytest.LogCaptureFixture
) -> None:
    measured(3.0, nn.Identity())
    run = fastest(network(), "f32")
    assert run.backend == "onnxruntime"
    assert torch.equal(run(torch.ones(1, 3)), torch.full((1, 3), 2.0))
    assert "differs from PyTorch's" in caplog.text
    assert "differs" in compiled.choices()["net", "f32"].why


def test_one_that_gives_something_else_later(
    measured: Callable[..., list[float]], caplog: pytest.LogCaptureFixture
) -> None:
    measured(3.0)
    assert fastest(network(), "f32").backend == "openvino"
    measured(3.0, nn.Identity())
    assert fastest(network(), "f32").backend == "onnxruntime"
    assert "net runs by ONNX Runtime, as OpenVINO can't" in caplog.text


def test_a_graph_that_neither_takes_for_the_module(measured: Callable[..., list[float]]) -> None:
    measured(3.0, nn.Identity())
    with pytest.raises(RuntimeError, match="differs from PyTorch's"):
        fastest(network(graph(constant=5.0)), "f32")


@pytest.mark.parametrize("precision", ["bf16", "auto"])
def test_bf16(measured: Callable[..., list[float]], precision: runtime.Precision) -> None:
    calls = measured(2.0)
    for _ in range(2):
        run = fastest(network(), precision)
        assert (run.backend, run.precision) == ("openvino", "bf16")
    assert calls == [2.0]
    assert fastest(network(), "f32").precision == "f32"


@pytest.mark.parametrize(
    ("ratio", "module", "bf16", "why"),
    [
        (2.0, None, False, "this processor doesn't compute in bf16"),
        (2.0, nn.Identity(), True, "its output differs from PyTorch's"),
        (1.02, None, True, "bf16 is no faster here"),
    ],
)
def test_bf16_that_cannot_be_is_said_in_a_line_each_time(
    measured: Callable[..., list[float]],
    caplog: pytest.LogCaptureFixture,
    ratio: float,
    module: nn.Module | None,
    bf16: bool,
    why: str,
) -> None:
    for _ in range(2):
        measured(ratio, module, bf16)
        caplog.clear()
        run = fastest(network(), "bf16")
        assert run.precision == "f32"
        (line, *_) = caplog.messages
        assert line.startswith(f"net stays in f32: {why}")
        assert "\n" not in line
    with caplog.at_level(logging.WARNING):
        caplog.clear()
        fastest(network(), "auto")
    assert "stays in f32" not in caplog.text


def test_bf16_without_openvino(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(openvino_runtime, "installed", lambda: None)
    assert fastest(network(), "bf16").backend == "onnxruntime"
    assert caplog.messages == ["net stays in f32: bf16 needs OpenVINO: pip install 'torch-opencv[fast]'"]
    assert compiled.choices() == {}


@pytest.mark.parametrize(
    ("off", "one_in", "same"), [(1, 1, True), (3, 2000, True), (4, 2000, False), (2, 500, False), (78, 5000, False)]
)
def test_what_the_eye_sees(off: int, one_in: int, same: bool) -> None:
    picture = torch.randint(256, (1, 64, 96, 3), dtype=torch.uint8)
    run = Eager(Image(off, one_in), [Input.like(picture, ())], torch.device("cpu"))
    if same:
        require_same_to_the_eye(run, [picture], [Image()(picture)])
    else:
        with pytest.raises(RuntimeError, match="grey levels"):
            require_same_to_the_eye(run, [picture], [Image()(picture)])


def test_speed_is_measured_one_after_the_other() -> None:
    class Counted(Eager):
        def __init__(self, name: str, seconds: float) -> None:
            super().__init__(nn.Identity(), [], torch.device("cpu"))
            self.name, self.seconds = name, seconds

        def run(self, tensors: object) -> tuple[Tensor, ...]:
            order.append(self.name)
            time.sleep(self.seconds)
            return ()

    order: list[str] = []
    assert choosing._ratio(Counted("usual", 0.006), Counted("other", 0.001), []) > 2
    assert order[::2] == ["usual"] * (len(order) // 2)
    assert order[1::2] == ["other"] * (len(order) // 2)


def test_nothing_is_reported_to_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "openvino_telemetry.py").write_text("print('phones home')")
    (tmp_path / "openvino.py").write_text(
        "try:\n    import openvino_telemetry\nexcept ImportError:\n    print('nobody to phone')\nclass Core: pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    openvino_runtime.core()
    assert capsys.readouterr().out == "nobody to phone\n"


@REAL
@pytest.mark.slow
def test_nothing_is_reported_by_openvino_itself(tmp_path: Path) -> None:
    (tmp_path / "openvino_telemetry").mkdir()
    (tmp_path / "openvino_telemetry" / "__init__.py").write_text("print('phones home')")
    program = f"""
import socket, sys
sys.path.insert(0, {str(tmp_path)!r})
def refuse(*args): raise SystemExit("a connection")
socket.socket.connect = refuse
from torch_opencv.runtime import openvino_runtime
print(openvino_runtime.core().available_devices)
print([name for name, module in sys.modules.items() if module and name.startswith("openvino_telemetry")])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=100, check=True)
    assert done.stdout == "['CPU']\n[]\n"


@pytest.mark.parametrize(
    "fault", ["raise OSError('libopenvino.so: no such file')", "", "def Core(): raise ValueError('bad')"]
)
def test_a_broken_one_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    (tmp_path / "openvino.py").write_text(fault)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(openvino_runtime, "installed", lambda: "2099.1")
    assert fastest(network(), "f32").backend == "onnxruntime"
    (line,) = caplog.messages
    assert line.startswith("net runs by ONNX Runtime, as OpenVINO can't be used: ")
    assert compiled.choices() == {}  # it may be whole tomorrow


@pytest.mark.parametrize(
    ("found", "usable"), [("2024.6.0", False), ("2025.0.0", True), ("2026.4.1-22982", True), ("?", False)]
)
def test_an_old_one_counts_for_none(monkeypatch: pytest.MonkeyPatch, found: str, usable: bool) -> None:
    monkeypatch.setattr(openvino_runtime, "version", lambda name: found)
    assert openvino_runtime.installed() == (found if usable else None)


@REAL
def test_openvino_computes_the_same() -> None:
    run = OpenVino(graph(), [Input(torch.float32, (None, 3))])
    x = torch.rand(5, 3)
    kept = x.clone()
    first, second = run(x), run(torch.rand(4, 3).T.contiguous().T[:, :3])
    assert torch.equal(first, 2 * x)  # the second call didn't write there
    assert torch.equal(x, kept)
    assert second.shape == (4, 3)
    assert torch.equal(run(x.T.contiguous().T), 2 * x)
    assert run(torch.rand(0, 3)).shape == (0, 3)


@REAL
def test_openvino_in_several_threads() -> None:
    run = OpenVino(graph(), [Input(torch.float32, (None, 3))])

    def right(number: int) -> bool:
        x = torch.full((number % 7 + 1, 3), float(number))
        with runtime.threads_per_call(1 + number % 2):
            return torch.equal(run(x), 2 * x)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(right, range(200)))


@REAL
@pytest.mark.parametrize(("kind", "dtype"), [(TensorProto.DOUBLE, torch.float64), (TensorProto.INT64, torch.int64)])
def test_openvino_gets_no_64_bit_numbers(kind: int, dtype: torch.dtype) -> None:
    with pytest.raises(RuntimeError, match="64-bit"):
        OpenVino(graph(kind), [Input(dtype, (None, 3))])


@REAL
def test_what_openvino_does_not_know_is_said_in_a_line() -> None:
    with pytest.raises(RuntimeError, match=r"^No conversion rule found for operations: StringConcat") as caught:
        OpenVino(graph(operator="StringConcat"), [Input(torch.float32, (None, 3))])
    assert "\n" not in str(caught.value)


@REAL
def test_openvino_is_measured(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "torch_opencv.runtime"):
        run = fastest(network(), "f32")
    x = torch.rand(2, 3)
    assert torch.equal(run(x), 2 * x)
    choice = compiled.choices()["net", "f32"]
    assert choice.backend == run.backend
    assert choice.ratio is not None
    assert f"{choice.ratio:.2f} times as fast" in caplog.text
