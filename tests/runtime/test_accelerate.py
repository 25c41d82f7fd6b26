"""The runtime: numerically equivalent, unaliased, kept on disk, and plain PyTorch where nothing faster can be."""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from torch_opencv import runtime
from torch_opencv.runtime.onnx_runtime import OnnxRuntime


class Small(nn.Module):
    """Any-size images to as many channels, with what makes exporters stumble: padding by size, and a normalisation."""

    def __init__(self, channels: int = 4, gain: float = 2.0) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.gain = gain
        self.down = nn.Conv2d(3, channels, 3, stride=2)
        self.norm = nn.InstanceNorm2d(channels, affine=True)
        self.up = nn.Conv2d(channels, 3, 3)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm(self.down(F.pad(x, (1, 1, 1, 1), mode="reflect"))))
        result: Tensor = self.gain * self.up(F.interpolate(y, scale_factor=2.0))
        return result


class Scaled(nn.Module):
    """The least module that has a parameter, where it doesn't matter which."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


class Step(nn.Module):
    """One step of a language model: integer and float inputs, three outputs."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.words = nn.Embedding(50, 16)
        self.cell = nn.LSTMCell(16, 16)
        self.out = nn.Linear(16, 50)

    def forward(self, token: Tensor, hidden: Tensor, memory: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden, memory = self.cell(self.words(token), (hidden, memory))
        return F.log_softmax(self.out(hidden), dim=1), hidden, memory


class Undecided(Scaled):
    """What it does depends on the values in its input, which no exported graph can follow."""

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale if x.sum().item() > 0 else x


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The classes of the modules that were exported."""
    made: list[str] = []
    export = torch.onnx.export

    def counted(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        made.append(type(module).__name__)
        return export(module, *args, **kwargs)

    monkeypatch.setattr(torch.onnx, "export", counted)
    return made


def reference(module: nn.Module, *inputs: Tensor) -> Any:
    with torch.no_grad():
        return module.double().eval()(*(x.double() if x.is_floating_point() else x for x in inputs))


def files(home: Path) -> list[Path]:
    return sorted((home / "compiled").glob("*"))


@pytest.mark.slow
def test_images_of_any_size() -> None:
    # From a square example with a batch of one: exporters take equal sizes for the same, and 1 for a constant.
    run = runtime.accelerate(Small(), torch.rand(1, 3, 32, 32), device="cpu", dynamic=(0, -2, -1))
    assert run.backend == "onnxruntime"
    assert run.device == torch.device("cpu")
    for shape in ((1, 3, 32, 32), (2, 3, 48, 20), (5, 3, 17, 33)):
        x = torch.rand(shape)
        torch.testing.assert_close(run(x).double(), reference(Small(), x), rtol=0, atol=1e-5)


def test_several_inputs_and_outputs() -> None:
    def state(rows: int) -> tuple[Tensor, Tensor, Tensor]:
        return torch.arange(rows), torch.rand(rows, 16), torch.rand(rows, 16)

    run = runtime.accelerate(Step(), *state(3), device="cpu", dynamic=(0,))
    assert run.backend == "onnxruntime"
    for rows in (1, 7):
        inputs = state(rows)
        outputs = run(*inputs)
        assert isinstance(outputs, tuple)
        for output, wanted in zip(outputs, reference(Step(), *inputs), strict=True):
            torch.testing.assert_close(output.double(), wanted, rtol=0, atol=1e-5)


def test_inputs_of_any_stride_and_outputs_of_their_own() -> None:
    run = runtime.accelerate(Small(), torch.rand(1, 3, 32, 32), device="cpu")
    images = torch.rand(2, 32, 64, 3)
    views = [image.permute(2, 0, 1)[None, :, :, ::2] for image in images]
    first, second = run(views[0]), run(views[1])
    kept = first.clone()
    assert first.data_ptr() != second.data_ptr()
    second.zero_()
    run(torch.rand(1, 3, 32, 32))
    assert torch.equal(first, kept)
    assert torch.equal(run(views[0].contiguous()), kept)
    first.add_(1).requires_grad_()  # an ordinary tensor


def test_the_module_stays_as_it_is() -> None:
    module = Scaled().train()
    x = torch.rand(1, 3, 32, 32)
    run = runtime.accelerate(module, x, device="cpu")
    assert module.training
    assert all(parameter.requires_grad for parameter in module.parameters())
    before = run(x)
    with torch.no_grad():
        module.scale.zero_()
    assert torch.equal(run(x), before)


def test_what_was_not_agreed_is_refused() -> None:
    run = runtime.accelerate(Scaled(), torch.rand(1, 3, 32, 32), device="cpu", dynamic=(0,))
    with pytest.raises(ValueError, match=r"input 0 must be torch.float32 \(any, 3, 32, 32\), not torch.float64"):
        run(torch.rand(1, 3, 32, 32).double())
    with pytest.raises(ValueError, match=r"not torch.float32 \(1, 3, 32, 33\)"):
        run(torch.rand(1, 3, 32, 33))
    with pytest.raises(ValueError, match=r"not torch.float32 \(3, 32, 32\)"):
        run(torch.rand(3, 32, 32))
    with pytest.raises(ValueError, match="takes 1 input, not 2"):
        run(torch.rand(1, 3, 32, 32), torch.rand(1))


def test_a_module_that_cannot_take_its_example_says_so_itself() -> None:
    with pytest.raises(RuntimeError, match="channels"):
        runtime.accelerate(Small(), torch.rand(1, 4, 32, 32), device="cpu")


@pytest.mark.slow
def test_several_threads_at_a_time() -> None:
    run = runtime.accelerate(Small(), torch.rand(1, 3, 32, 32), device="cpu", dynamic=(2, 3))
    inputs = [torch.rand(1, 3, 24 + 2 * i, 40) for i in range(12)]
    wanted = [run(x) for x in inputs]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            assert all(torch.equal(a, b) for a, b in zip(pool.map(run, inputs), wanted, strict=True))


def test_each_caller_may_have_its_own_number_of_threads() -> None:
    network = runtime.accelerate(Small().eval(), torch.rand(1, 3, 16, 16), dynamic=(2, 3))
    image = torch.rand(1, 3, 64, 48)
    wanted = network(image)

    def limited(count: int) -> Tensor:
        with runtime.threads_per_call(count):
            output: Tensor = network(image)
        return output

    with ThreadPoolExecutor(3) as pool:
        for output in pool.map(limited, [1, 2, 1, 2, 1, 2]):
            torch.testing.assert_close(output, wanted, atol=1e-5, rtol=0)
    torch.testing.assert_close(network(image), wanted, atol=0, rtol=0)


@pytest.mark.parametrize(("cores", "shared"), [(1, (1, 1)), (2, (2, 1)), (6, (6, 1)), (16, (8, 2)), (64, (8, 8))])
def test_cores_are_shared_out(monkeypatch: pytest.MonkeyPatch, cores: int, shared: tuple[int, int]) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: cores)
    assert runtime.shared_out() == shared


def test_compiled_once(home: Path, exports: list[str]) -> None:
    x = torch.rand(1, 3, 32, 32)
    first = runtime.accelerate(Scaled(), x, device="cpu")
    again = runtime.accelerate(Scaled(), torch.rand(1, 3, 32, 32), device="cpu")
    assert exports == ["Scaled"]
    assert again.backend == "onnxruntime"
    assert torch.equal(first(x), again(x))
    assert [file.suffix for file in files(home)] == [".onnx"]


@pytest.mark.slow
def test_two_processes_compile_it_once(home: Path) -> None:
    program = """
import logging, sys, torch
from torch_opencv import runtime
from torch_opencv.runtime import openvino_runtime
openvino_runtime.installed = lambda: None
logging.basicConfig(level=logging.INFO)
print("ready", flush=True)
sys.stdin.readline()
assert runtime.accelerate(torch.nn.Conv2d(3, 3, 3), torch.rand(1, 3, 9, 9), device="cpu").backend == "onnxruntime"
""".replace("torch.nn.Conv2d", "torch.manual_seed(0) and torch.nn.Conv2d")
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    logs = []
    for one in both:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in both:
        logs.append(one.communicate(timeout=120)[1])
        assert one.returncode == 0
    assert "".join(logs).count("compiling Conv2d") == 1
    assert [file.suffix for file in files(home)] == [".onnx"]


@pytest.mark.slow
def test_a_damaged_file_is_made_again(home: Path, exports: list[str], caplog: pytest.LogCaptureFixture) -> None:
    x = torch.rand(1, 3, 32, 32)
    runtime.accelerate(Scaled(), x, device="cpu")
    (file,) = files(home)
    good = file.read_bytes()
    for damaged in (good[:99], good[:50] + b"?" + good[51:], b""):
        (file,) = files(home)
        file.write_bytes(damaged)
        exports.clear()
        caplog.clear()
        run = runtime.accelerate(Scaled(), x, device="cpu")
        assert run.backend == "onnxruntime"
        assert torch.equal(run(x), 2 * x)
        assert exports == ["Scaled"]
        assert "damaged" in caplog.text
        (file,) = files(home)
        assert file.stem.endswith(hashlib.sha256(file.read_bytes()).hexdigest())


@pytest.mark.parametrize("what", ["garbage", "another network"])
def test_a_file_whose_name_fits_but_not_its_content(
    home: Path, exports: list[str], caplog: pytest.LogCaptureFixture, what: str
) -> None:
    x = torch.rand(1, 3, 32, 32)
    runtime.accelerate(Scaled(), x, device="cpu")
    (file,) = files(home)
    content = b"garbage"
    if what == "another network":
        other = Scaled()
        other.scale.data.fill_(3.0)
        runtime.accelerate(other, x, device="cpu")
        content = next(one for one in files(home) if one != file).read_bytes()
    file.unlink()
    key = file.name.partition("-")[0]
    file.with_name(f"{key}-{hashlib.sha256(content).hexdigest()}.onnx").write_bytes(content)
    exports.clear()
    run = runtime.accelerate(Scaled(), x, device="cpu")
    assert run.backend == "onnxruntime"
    assert torch.equal(run(x), 2 * x)
    assert exports == ["Scaled"]
    assert "can't be used and is made again" in caplog.text
    assert torch.equal(runtime.accelerate(Scaled(), x, device="cpu")(x), 2 * x)
    assert exports == ["Scaled"]


@pytest.mark.skipif(os.name != "posix", reason="is about POSIX permissions")
def test_only_the_user_may_look_into_the_folder(home: Path) -> None:
    (home / "compiled").mkdir(parents=True, mode=0o755)
    runtime.accelerate(Scaled(), torch.rand(1, 3, 32, 32), device="cpu")
    assert stat.S_IMODE((home / "compiled").stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in files(home)] == [0o600]


def test_a_folder_that_cannot_be_written(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    home.mkdir()
    (home / "compiled").write_text("a file where the folder should be")
    x = torch.rand(1, 3, 32, 32)
    run = runtime.accelerate(Scaled(), x, device="cpu")
    assert run.backend == "onnxruntime"
    assert "can't be kept" in caplog.text


def test_what_cannot_be_exported_runs_in_plain_pytorch(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    run = runtime.accelerate(Undecided(), torch.ones(3), device="cpu")
    assert run.backend == "eager"
    assert run(torch.ones(3)).tolist() == [2, 2, 2]
    assert run(-torch.ones(3)).tolist() == [-1, -1, -1]
    (record,) = (record for record in caplog.records if record.name == "torch_opencv.runtime")
    assert record.levelno == logging.WARNING
    assert record.message == (
        "Undecided runs in plain PyTorch, several times slower: its control flow depends on the values of a tensor "
        f"(test_accelerate.py, line {Undecided.forward.__code__.co_firstlineno + 1})"
    )
    assert capfd.readouterr() == ("", "")  # PyTorch prints the graph
    with pytest.raises(ValueError, match="input 0 must be"):
        run(torch.ones(4))


@pytest.mark.parametrize("wrong", [0.1, float("nan")])
def test_what_computes_something_else_is_not_used(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, wrong: float
) -> None:
    run = OnnxRuntime.run
    monkeypatch.setattr(OnnxRuntime, "run", lambda self, tensors: tuple(y + wrong for y in run(self, tensors)))
    module = Scaled()
    x = torch.rand(1, 3, 32, 32)
    accelerated = runtime.accelerate(module, x, device="cpu")
    assert accelerated.backend == "eager"
    assert "differs from PyTorch's by" in caplog.text
    assert torch.equal(accelerated(x), module.eval()(x))
    assert files(home) == []


class Counting(Scaled):
    """Adds how often it was called, which a compiled network would never do."""

    calls: Tensor

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where, self.number = where, 0
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        if self.where == "buffer":
            self.calls += 1
            return x * self.scale + self.calls
        self.number += 1
        return x * self.scale + self.number


@pytest.mark.parametrize("where", ["buffer", "attribute"])
def test_a_module_with_state_runs_in_plain_pytorch(
    caplog: pytest.LogCaptureFixture, exports: list[str], where: str
) -> None:
    module = Counting(where)
    run = runtime.accelerate(module, torch.zeros(2), device="cpu")
    assert run.backend == "eager"
    assert [run(torch.zeros(2)).tolist() for _ in range(2)] == [[1, 1], [2, 2]]  # trying it left no trace
    assert not exports
    assert "its own state changes when it is called" in caplog.text


def test_a_module_with_chance_runs_in_plain_pytorch(caplog: pytest.LogCaptureFixture) -> None:
    class Noise(Scaled):
        def forward(self, x: Tensor) -> Tensor:
            return x + torch.rand_like(x)

    run = runtime.accelerate(Noise(), torch.zeros(20), device="cpu")
    assert run.backend == "eager"
    assert not torch.equal(run(torch.zeros(20)), run(torch.zeros(20)))
    assert "changes from call to call" in caplog.text


def test_a_module_that_prepares_something_in_its_first_call_is_compiled() -> None:
    class Prepared(Scaled):
        table: Tensor | None = None

        def forward(self, x: Tensor) -> Tensor:
            if self.table is None:
                self.table = torch.arange(3.0)
            return x * self.table

    assert runtime.accelerate(Prepared(), torch.ones(3), device="cpu").backend == "onnxruntime"


@pytest.mark.parametrize(
    ("module", "example", "dynamic", "message"),
    [
        ([Scaled()], torch.ones(2), (), "not list: put the modules into a torch.nn.Sequential"),
        (torch.relu, torch.ones(2), (), "not builtin_function_or_method: call it in the forward method of one"),
        (lambda x: x, torch.ones(2), (), "not function: call it in the forward method of one"),
        (Scaled, torch.ones(2), (), r"not a class: make one, Scaled\(\.\.\.\)"),
        ("resnet", torch.ones(2), (), "not str: give the network itself"),
        (Scaled(), [1, 2], (), "the example's input 0 must be a tensor, not list"),
        (Scaled(), torch.ones(2), (3,), "dynamic names dimension 3, but no input has more than 1 dimensions"),
        (Scaled(), torch.ones(2), 0, r"dynamic must be dimensions, as \(0,\) or \(2, 3\), not 0"),
        (Scaled(), torch.ones(2), "batch", "dynamic must be dimensions, .* not 'batch'"),
    ],
)
def test_bad_arguments(module: Any, example: Any, dynamic: Any, message: str) -> None:
    with pytest.raises(runtime.AccelerateError, match=message) as caught:
        runtime.accelerate(module, example, device="cpu", dynamic=dynamic)
    assert "\n" not in str(caught.value)


def test_no_example() -> None:
    with pytest.raises(runtime.AccelerateError, match="needs an example"):
        runtime.accelerate(Scaled(), device="cpu")


def test_outputs_that_are_no_tensors() -> None:
    class Named(Scaled):
        def forward(self, x: Tensor) -> Any:
            return {"x": x}

    with pytest.raises(runtime.AccelerateError, match="Named must return a tensor or a tuple of tensors, not dict"):
        runtime.accelerate(Named(), torch.ones(2), device="cpu")


@pytest.mark.parametrize(("off", "backend"), [(1, "onnxruntime"), (2, "eager")])
def test_images_may_be_rounded_to_the_other_side(monkeypatch: pytest.MonkeyPatch, off: int, backend: str) -> None:
    class Image(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x * 200).to(torch.uint8)

    run = OnnxRuntime.run
    monkeypatch.setattr(OnnxRuntime, "run", lambda self, tensors: tuple(y + off for y in run(self, tensors)))
    assert runtime.accelerate(Image(), torch.rand(1, 3, 8, 8), device="cpu").backend == backend


def test_exporting_is_silent(capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder) -> None:
    runtime.accelerate(Scaled(), torch.rand(1, 3, 32, 32), device="cpu")
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_nothing_is_imported_before_it_is_needed() -> None:
    program = """
import sys, torch_opencv, torch_opencv.runtime, torch_opencv.vision
print([name for name in ("onnx", "onnxruntime", "onnxscript", "timm") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(torch.cuda.is_available(), reason="is about machines without CUDA")
def test_no_cuda() -> None:
    assert runtime.resolve_device() == torch.device("cpu")
    with pytest.raises(runtime.DeviceError, match=r"cuda:1 can't be used, since this PyTorch .*: give auto or cpu"):
        runtime.resolve_device("cuda:1")


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "cpu:-2", ""])
def test_no_such_device(name: str) -> None:
    with pytest.raises(runtime.DeviceError, match=f"'{name}' is not a device: give auto, cpu, cuda or cuda:N"):
        runtime.resolve_device(name)


def test_a_device_that_this_pytorch_lacks() -> None:
    missing = next(name for name in ("hpu", "xpu", "mps") if not _works(name))
    with pytest.raises(runtime.DeviceError, match=f"{missing} can't be used by this PyTorch"):
        runtime.resolve_device(missing)


def _works(device: str) -> bool:
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, NotImplementedError, AssertionError, ImportError):
        return False
    return True


@pytest.mark.gpu
class TestCuda:
    """CUDA graphs in half precision, against float64 on the CPU."""

    def test_images_of_any_size(self) -> None:
        run = runtime.accelerate(Small(), torch.rand(1, 3, 32, 32), device="cuda", dynamic=(0, 2, 3))
        assert run.backend == "cuda-graphs"
        for size in (*range(20, 40, 2), 20):  # more than graphs are kept, and one again
            x = torch.rand(2, 3, size, 32)
            for given in (x, x.cuda(), x.cuda().contiguous(memory_format=torch.channels_last)):
                output = run(given)
                assert output.device == run.device
                assert output.dtype == torch.float32
                wanted = reference(Small(), x)
                assert (output.double().cpu() - wanted).abs().max() < 0.02 * wanted.abs().max()

    def test_outputs_are_their_own_on_any_stream(self) -> None:
        run = runtime.accelerate(Small(), torch.rand(1, 3, 64, 64), device="cuda")
        inputs = [torch.rand(1, 3, 64, 64, device="cuda") for _ in range(20)]
        wanted = [run(x).clone() for x in inputs]

        def on_a_stream(x: Tensor) -> Tensor:
            stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                output: Tensor = run(x)
            stream.synchronize()
            return output

        with ThreadPoolExecutor(4) as pool:
            outputs = list(pool.map(on_a_stream, inputs))
        assert all(torch.equal(a, b) for a, b in zip(outputs, wanted, strict=True))

    def test_several_inputs_and_outputs(self) -> None:
        inputs = (torch.arange(3), torch.rand(3, 16), torch.rand(3, 16))
        run = runtime.accelerate(Step(), *inputs, device="cuda", dynamic=(0,))
        assert run.backend == "cuda-graphs"
        for output, wanted in zip(run(*inputs), reference(Step(), *inputs), strict=True):
            assert (output.double().cpu() - wanted).abs().max() < 0.02 * wanted.abs().max()

    def test_what_cannot_be_captured_runs_in_plain_pytorch(self) -> None:
        run = runtime.accelerate(Undecided(), torch.ones(3), device="cuda")
        assert run.backend == "eager"
        assert run(-torch.ones(3)).tolist() == [-1, -1, -1]


def test_runs_in_plain_pytorch_where_the_exporter_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("torch_opencv.runtime.onnx_runtime.version", absent)
    module, example = nn.Linear(3, 2), torch.rand(1, 3)
    run = runtime.accelerate(module, example, device="cpu")
    assert run.backend == "eager"
    assert torch.equal(run(example), module(example))
    assert "pip install onnx" in caplog.text
