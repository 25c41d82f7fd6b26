"""Modules on the CPU, by ONNX Runtime."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO, cast

import torch
from torch import Tensor, nn

from torch_opencv._arrays.onnx_session import onnx_session
from torch_opencv.errors import first_line
from torch_opencv.runtime import threads
from torch_opencv.runtime.accelerated import Accelerated, Input

_CHATTY = ("torch.onnx", "onnxscript", "onnx_ir", "torch.export", "torch.fx.experimental.symbolic_shapes")


def versions() -> list[str]:
    """Of everything that has a part in what a module is turned into."""
    import onnxruntime  # type: ignore[import-untyped]  # here, because it costs a tenth of a second

    return [torch.__version__, onnxruntime.__version__, version("onnx"), version("onnxscript")]


class OnnxRuntime(Accelerated):
    """An ONNX graph on the CPU.

    Args:
        graph: ONNX, serialised.
        inputs: what it takes.

    Attributes:
        graph: as it was given.
    """

    backend = "onnxruntime"

    def __init__(self, graph: bytes, inputs: Sequence[Input]) -> None:
        super().__init__(inputs, torch.device("cpu"))
        self.graph = graph
        self._sessions: dict[int, Any] = {}  # by their number of threads, of which they have a pool each
        self._making = threading.Lock()
        self._names = [node.name for node in self._session().get_inputs()]
        if len(self._names) != len(inputs):
            raise RuntimeError(f"the exported graph has {len(self._names)} inputs instead of {len(inputs)}")

    def _session(self) -> Any:
        count = threads.count()
        with self._making:
            if count not in self._sessions:
                self._sessions[count] = onnx_session(self.graph, count)
            return self._sessions[count]

    def run(self, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:  # noqa: D102 (Accelerated's)
        # Arrays share the tensors' memory, ONNX Runtime reads it in place, and its outputs own what it wrote.
        arrays = {
            name: tensor.detach().to("cpu").contiguous().numpy()
            for name, tensor in zip(self._names, tensors, strict=True)
        }
        return tuple(torch.from_numpy(array) for array in self._session().run(None, arrays))


def exported(module: nn.Module, example: Sequence[Tensor], inputs: Sequence[Input]) -> bytes:
    """A module as a serialised ONNX graph.

    Args:
        module: in evaluation mode, on the CPU.
        example: its inputs.
        inputs: their dtypes and shapes; sizes that are None are free in the graph.

    Raises:
        RuntimeError: the exporter gave no graph. It raises many other exceptions: `reason` makes a line of any.
    """
    varying = [[dim for dim, size in enumerate(spec.shape) if size is None] for spec in inputs]
    larger = []  # the exporter takes a size of 1 for a constant
    for tensor, dims in zip(example, varying, strict=True):
        for dim in dims:
            tensor = tensor.repeat_interleave(2, dim) if tensor.shape[dim] == 1 else tensor
        larger.append(tensor)
    shapes = tuple(dict.fromkeys(dims, torch.export.Dim.DYNAMIC) for dims in varying)
    with _quiet():
        program = torch.onnx.export(
            module, tuple(larger), dynamo=True, dynamic_shapes=shapes if any(varying) else None, verbose=False
        )
    if program is None:
        raise RuntimeError("torch.onnx gave no graph")
    graph: bytes = program.model_proto.SerializeToString()
    return graph


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter tells of its own steps, and warns about itself and about torchvision, which nothing here uses.

    What it prints to stderr (whole graphs) is kept from there, too; other threads' lines are not.
    """
    levels = {logging.getLogger(name): logging.getLogger(name).level for name in _CHATTY}
    for logger in levels:
        logger.setLevel(logging.CRITICAL)
    stderr = sys.stderr
    sys.stderr = cast("TextIO", _OthersStderr(stderr))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.stderr = stderr
        for logger, level in levels.items():
            logger.setLevel(level)


class _OthersStderr:
    """Standard error without what the thread writes that has made this."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._thread = stream, threading.get_ident()

    def write(self, text: str) -> int:
        return len(text) if threading.get_ident() == self._thread else self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def reason(error: BaseException) -> str:
    """Why a module can't be exported, in a line: the error at the root of the exporter's, and where it came from.

    Args:
        error: what `exported` has raised.
    """
    while error.__cause__ is not None:
        error = error.__cause__
    text = first_line(error)
    if type(error).__name__ == "GuardOnDataDependentSymNode":
        text = "its control flow depends on the values of a tensor"
    elif " " not in text and text != type(error).__name__:  # the name of an operator, say
        text = f"{type(error).__name__}: {text}"
    return text + _origin(error)


def _origin(error: BaseException) -> str:
    """The line of the module itself from which an error came, if there is one."""
    libraries = (Path(torch.__file__).parent, Path(__file__).parent)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_file() and not any(path.is_relative_to(folder) for folder in libraries) and frame.name == "forward":
            return f" ({path.name}, line {frame.lineno})"
    return ""
