"""A torch.nn.Module in, the fastest faithful callable on tensors for a device out.

    network = accelerate(module, torch.rand(1, 3, 224, 224), dynamic=(0,))
    scores = network(images)            # as module(images), within the tolerance below

- CPU: ONNX Runtime. The module is exported once (seconds) and kept in `weights.home() / "compiled"`; no copies in or
  out. float32, within 0.1 % of PyTorch's output (of its largest value; torch.uint8 within 1).
- CUDA: half precision, channels last, one CUDA graph per input shape. Within 2 %.
- Where either can't run the module or strays further on the example, it runs in plain PyTorch, and the log
  ("torch_opencv.runtime") says why. On other devices plain PyTorch is the only way.

docs/runtime.md has the measurements behind these choices.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Collection, Sequence

import torch
from torch import Tensor, nn

from torch_opencv.errors import TorchOpencvError
from torch_opencv.runtime import compiled
from torch_opencv.runtime.accelerated import Accelerated, Eager, Input, outputs_of, require_faithful
from torch_opencv.runtime.cuda_graphs import CudaGraphs
from torch_opencv.runtime.onnx_runtime import OnnxRuntime, exported, versions
from torch_opencv.runtime.transfers import own_streams, staging, to_cpu

__all__ = ["Accelerated", "DeviceError", "accelerate", "own_streams", "resolve_device", "staging", "to_cpu"]

_log = logging.getLogger(__name__)

# How far an output may be from PyTorch's own in float32, as a share of that output's largest value.
_CPU_TOLERANCE = 1e-3
_CUDA_TOLERANCE = 2e-2


class DeviceError(TorchOpencvError, ValueError):
    """A device that this machine doesn't have. The message is one line that says what to do."""


def resolve_device(device: str | torch.device = "auto") -> torch.device:
    """The device meant by "auto" (CUDA if there is one, else the CPU), "cpu", "cuda", "cuda:N" or another of torch's.

    DeviceError if there is no such device.
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
) -> Accelerated:
    """Make the fastest faithful callable for a module in evaluation mode.

    module: takes tensors, returns a tensor or a tuple of tensors. It stays as it is; later changes to it are not seen.
        To be fast on CUDA it must compute in its parameters' dtype: `x.to(self.weight.dtype)`, not `x.float()`.
    example: typical inputs, on any device. What is given later must have their dtypes and shapes.
    dynamic: the dimensions that may have another size later, in every input that has them: (0,) for batches of any
        size, (2, 3) for images of any size.
    name: what the log calls it; its class's name by default.

    DeviceError if there is no such device; whatever the module raises if it can't take the example.
    """
    place = resolve_device(device)
    name = name or type(module).__name__
    module = copy.deepcopy(module).eval().requires_grad_(False)
    inputs = tuple(Input.like(tensor, dynamic) for tensor in example)
    if place.type == "cpu":
        return _on_cpu(module, tuple(tensor.detach().cpu() for tensor in example), inputs, name)
    example = tuple(tensor.detach().to(place) for tensor in example)
    if place.type == "cuda":
        return _on_cuda(module, example, inputs, place, name)
    return Eager(module, inputs, place)


def _on_cpu(module: nn.Module, example: Sequence[Tensor], inputs: Sequence[Input], name: str) -> Accelerated:
    key = compiled.fingerprint(module, [exported, versions(), *map(str, inputs)])
    kept = compiled.read(key) if key else None
    if kept is not None:
        return OnnxRuntime(kept, inputs)
    with torch.no_grad():
        wanted = outputs_of(module, example)  # outside the try: a module that can't take its example is a mistake
    _log.info("compiling %s for this machine, once", name)
    try:
        graph = exported(module, example, inputs)
        run = OnnxRuntime(graph, inputs)
        require_faithful(run, example, wanted, _CPU_TOLERANCE)
    except Exception as error:  # the exporter and ONNX Runtime may raise anything for a module that they don't know
        _log.warning("%s runs in plain PyTorch, several times slower: %s", name, _line(error))
        return Eager(module, inputs, torch.device("cpu"))
    if key:
        compiled.write(key, graph)
    return run


def _on_cuda(
    module: nn.Module, example: Sequence[Tensor], inputs: Sequence[Input], device: torch.device, name: str
) -> Accelerated:
    eager = Eager(module, inputs, device)
    with torch.no_grad():
        wanted = eager.run(example)
    for dtype in (torch.float16, torch.float32):
        try:
            run = CudaGraphs(copy.deepcopy(module), inputs, device, dtype)
            require_faithful(run, example, wanted, _CUDA_TOLERANCE)
        except Exception as error:  # noqa: PERF203 (what can't be captured, or not in half precision, may raise anything)
            _log.warning("%s can't run in %s as a CUDA graph: %s", name, dtype, _line(error))
        else:
            return run
    return eager


def _line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
