"""A torch.nn.Module in, the fastest numerically equivalent callable on tensors for a device out.

    network = accelerate(module, torch.rand(1, 3, 224, 224), dynamic=(0,))
    scores = network(images)            # as module(images), within the tolerance below

- CPU: ONNX Runtime, or OpenVINO where it is installed and measured to be faster. The module is exported once (seconds)
  and kept in `weights.home() / "compiled"`; nothing is copied in. float32, within 0.1 % of PyTorch's output (of its
  largest value; torch.uint8 within 1); bfloat16 if that is asked for.
- CUDA: half precision, channels last, one CUDA graph per input shape. Within 2 %.
- Where either can't run the module or strays further on the example, and where the module itself changes from call to
  call, it runs in plain PyTorch, and the log ("torch_opencv.runtime") says why. On other devices plain PyTorch is the
  only way.

docs/runtime.md has the measurements behind these choices.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from torch_opencv.runtime import compiled
from torch_opencv.runtime.accelerated import (
    HALF_PRECISION_TOLERANCE,
    Accelerated,
    Eager,
    Input,
    outputs_of,
    require_equivalent,
)
from torch_opencv.runtime.choosing import Network, Precision, fastest
from torch_opencv.runtime.compiling import compilation, compiled_in_thread, require_not_cancelled
from torch_opencv.runtime.cuda_graphs import CudaGraphs
from torch_opencv.runtime.errors import AccelerateError, CompilationCancelledError, DeviceError
from torch_opencv.runtime.fingerprint import fingerprint
from torch_opencv.runtime.onnx_runtime import exported, reason, versions
from torch_opencv.runtime.threads import shared_out, threads_per_call
from torch_opencv.runtime.transfers import own_streams, staging, to_cpu

__all__ = [
    "CONCURRENT",
    "AccelerateError",
    "Accelerated",
    "CompilationCancelledError",
    "DeviceError",
    "Precision",
    "accelerate",
    "compilation",
    "own_streams",
    "resolve_device",
    "shared_out",
    "staging",
    "threads_per_call",
    "to_cpu",
]

_log = logging.getLogger(__name__)

CONCURRENT = ("onnxruntime", "openvino")
"""Backends whose calls may share out the cores (`threads_per_call`); others have all of the device for one call."""

# What compiling takes on two cores: importing the exporter, and its work for each module in the network.
_SECONDS, _SECONDS_PER_MODULE = 4.0, 0.1


def resolve_device(device: str | torch.device = "auto") -> torch.device:
    """The device that is meant.

    Args:
        device: "auto" (CUDA if there is one, else the CPU), "cpu", "cuda", "cuda:N" or another of torch's.

    Raises:
        DeviceError: there is no such device.

    """
    available = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "auto":
        device = "cuda" if available else "cpu"
    try:
        found = torch.device(device)
    except RuntimeError:
        raise DeviceError(f"{str(device)!r} is not a device: give auto, cpu, cuda or cuda:N") from None
    if found.type != "cuda":
        _require_works(found)
        return found
    if not available:
        why = "is a CPU build" if torch.version.cuda is None and torch.version.hip is None else "finds no CUDA device"
        raise DeviceError(f"{found} can't be used, since this PyTorch ({torch.__version__}) {why}: give auto or cpu")
    index = torch.cuda.current_device() if found.index is None else found.index
    if index >= available:
        names = "cuda:0" if available == 1 else f"cuda:0 to cuda:{available - 1}"
        raise DeviceError(f"there is no {found}: this machine has {names}")
    return torch.device("cuda", index)


def _require_works(device: torch.device) -> None:
    try:
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, NotImplementedError, AssertionError, ImportError) as error:
        raise DeviceError(f"{device} can't be used by this PyTorch ({torch.__version__}): give auto or cpu") from error


def accelerate(
    module: nn.Module,
    *example: Tensor,
    device: str | torch.device = "auto",
    dynamic: Collection[int] = (),
    name: str | None = None,
    precision: Precision = "f32",
    pictures: Callable[[], Sequence[Tensor]] | None = None,
) -> Accelerated:
    """Make the fastest numerically equivalent callable for a module in evaluation mode.

    Args:
        module: takes tensors, returns a tensor or a tuple of tensors. It stays as it is; later changes to it are not
            seen. To be fast on CUDA it must compute in its parameters' dtype: `x.to(self.weight.dtype)`, not
            `x.float()`.
        example: typical inputs, on any device. What is given later must have their dtypes and shapes. Outputs are
            compared for it, so it should be as varied as real inputs are: noise rather than zeros.
        device: "auto" (CUDA if there is one, else the CPU), "cpu", "cuda", "cuda:N" or another of torch's.
        dynamic: the dimensions that may have another size later, in every input that has them: (0,) for batches of any
            size, (2, 3) for images of any size.
        name: what the log calls it; its class's name by default.
        precision: what it may compute in on the CPU. "bf16" is taken where OpenVINO is installed, the processor has it
            and pictures come out the same to the eye (docs/runtime.md); a warning says why if it isn't. "auto" is the
            same without the warning.
        pictures: makes real inputs of a module with one, as large as they usually are. Speed is measured on the first,
            and bf16 checked on all. By default the example has to do.

    Raises:
        AccelerateError: the module, the example or `dynamic` isn't what it must be.
        DeviceError: there is no such device.
        CompilationCancelledError: see `compilation`.

    Whatever the module raises if it can't take the example is raised, too.
    """
    _check(module, example, dynamic)
    target = resolve_device(device)
    name = name or type(module).__name__
    module = copy.deepcopy(module).eval().requires_grad_(False)
    inputs = tuple(Input.like(tensor, dynamic) for tensor in example)
    example = tuple(tensor.detach().to(target) for tensor in example)
    if target.type == "cpu":
        return _on_cpu(_Wanted(module, example, inputs, name, pictures, precision))
    if target.type == "cuda":
        return _on_cuda(module, example, inputs, target, name)
    return Eager(module, inputs, target)


def _check(module: object, example: Sequence[object], dynamic: object) -> None:
    if not isinstance(module, nn.Module):
        what = "a class" if isinstance(module, type) else type(module).__name__
        raise AccelerateError(f"accelerate takes a torch.nn.Module, not {what}: {_remedy(module)}")
    if not example:
        raise AccelerateError("accelerate needs an example of the module's input: accelerate(module, torch.rand(...))")
    for index, tensor in enumerate(example):
        if not isinstance(tensor, Tensor):
            raise AccelerateError(f"the example's input {index} must be a tensor, not {type(tensor).__name__}")
    if not isinstance(dynamic, Collection) or not all(type(one) is int for one in dynamic):
        raise AccelerateError(f"dynamic must be dimensions, as (0,) or (2, 3), not {dynamic!r}")
    most = max(tensor.ndim for tensor in example if isinstance(tensor, Tensor))
    if wrong := [one for one in dynamic if not -most <= one < most]:
        raise AccelerateError(f"dynamic names dimension {wrong[0]}, but no input has more than {most} dimensions")


def _remedy(given: object) -> str:
    if isinstance(given, type) and issubclass(given, nn.Module):
        return f"make one, {given.__name__}(...)"
    if isinstance(given, list | tuple):
        return "put the modules into a torch.nn.Sequential"
    if callable(given):
        return "call it in the forward method of one"
    return "give the network itself"


@dataclass(frozen=True)
class _Wanted:
    """What `accelerate` was asked for on the CPU."""

    module: nn.Module
    example: Sequence[Tensor]
    inputs: Sequence[Input]
    name: str
    pictures: Callable[[], Sequence[Tensor]] | None
    precision: Precision

    def run_by(self, graph: bytes, outputs: Sequence[Tensor], key: str | None) -> Accelerated:
        """The graph in the fastest way; whatever keeps it from giving the module's outputs is raised."""
        network = Network(graph, self.module, self.inputs, self.example, outputs, self.pictures, self.name, key)
        return fastest(network, self.precision)


def _on_cpu(wanted: _Wanted) -> Accelerated:
    try:
        made_by = versions()
    except ImportError as error:  # a bare machine: pip installs all three with torch-opencv
        _log.warning("%s runs in plain PyTorch, several times slower: pip install %s", wanted.name, error.name)
        return Eager(wanted.module, wanted.inputs, torch.device("cpu"))
    key = fingerprint(wanted.module, [exported, made_by, *map(str, wanted.inputs)])
    if key is None:
        return _compiled(wanted)
    if kept := _kept(key, wanted):
        return kept
    with compiled.lock(key, waiting=require_not_cancelled):
        # Another process may have made it while this one waited.
        return _kept(key, wanted) or _compiled(wanted, key)


def _compiled(wanted: _Wanted, key: str | None = None) -> Accelerated:
    """The module compiled, and kept under the key; in plain PyTorch, with a warning, if that can't be."""
    module, name = wanted.module, wanted.name
    trial = copy.deepcopy(module)  # outside the try: a module that can't take its example is a mistake
    outputs, why_eager = _tried(trial, wanted.example)
    if not why_eager:
        seconds = _SECONDS + _SECONDS_PER_MODULE * sum(1 for _ in module.modules())
        _log.info("compiling %s for this machine, once: about %.0f s", name, seconds)
        try:
            graph = compiled_in_thread(lambda: exported(trial, wanted.example, wanted.inputs), name, seconds)
            run = wanted.run_by(graph, outputs, key)
        except CompilationCancelledError:
            raise
        except Exception as error:  # the exporter and ONNX Runtime may raise anything for a module that they don't know
            why_eager = reason(error)
        else:
            if key:
                compiled.write(key, graph)
            return run
    _log.warning("%s runs in plain PyTorch, several times slower: %s", name, why_eager)
    return Eager(module, wanted.inputs, torch.device("cpu"))


def _kept(key: str, wanted: _Wanted) -> Accelerated | None:
    """The network kept under the key, if it can be used and gives what the module gives."""
    graph = compiled.read(key)
    if graph is None:
        return None
    with torch.no_grad():
        outputs = outputs_of(copy.deepcopy(wanted.module), wanted.example)
    try:
        return wanted.run_by(graph, outputs, key)
    except CompilationCancelledError:
        raise
    except Exception as error:  # ONNX Runtime has many of its own
        _log.warning("the compiled network of %s can't be used and is made again: %s", wanted.name, reason(error))
        compiled.discard(key)
        return None


def _tried(module: nn.Module, example: Sequence[Tensor]) -> tuple[tuple[Tensor, ...], str]:
    """The module's outputs for the example, and why it can't be compiled, if it isn't the same in every call.

    The first call may still prepare something, a table of positions, say.
    """
    with torch.no_grad():
        outputs_of(module, example)
        before = fingerprint(module)
        wanted = [output.clone() for output in outputs_of(module, example)]
        if fingerprint(module) != before:
            return tuple(wanted), "its own state changes when it is called"
        again = outputs_of(module, example)
    if not all(torch.equal(a, b) or bool(a.isnan().any()) for a, b in zip(wanted, again, strict=True)):
        return tuple(wanted), "its output for the same input changes from call to call"
    return tuple(wanted), ""


def _on_cuda(
    module: nn.Module, example: Sequence[Tensor], inputs: Sequence[Input], device: torch.device, name: str
) -> Accelerated:
    eager = Eager(module, inputs, device)
    wanted, why_eager = _tried(copy.deepcopy(module), example)
    if why_eager:
        _log.warning("%s runs in plain PyTorch, slower: %s", name, why_eager)
        return eager
    for dtype in (torch.float16, torch.float32):
        try:
            run = CudaGraphs(copy.deepcopy(module), inputs, device, dtype)
            require_equivalent(run, example, wanted, HALF_PRECISION_TOLERANCE)
        except Exception as error:  # noqa: PERF203 (what can't be captured, or not in half precision, may raise anything)
            _log.warning("%s can't run in %s as a CUDA graph: %s", name, dtype, reason(error))
        else:
            return run
    return eager
