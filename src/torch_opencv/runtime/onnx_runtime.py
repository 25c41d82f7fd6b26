"""Modules on the CPU, by ONNX Runtime."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version

import torch
from torch import Tensor, nn

from torch_opencv.runtime.accelerated import Accelerated, Input


def versions() -> list[str]:
    """Of everything that has a part in what a module is turned into."""
    import onnxruntime  # type: ignore[import-untyped]  # here and below, because it costs a tenth of a second

    return [torch.__version__, onnxruntime.__version__, version("onnx"), version("onnxscript")]


class OnnxRuntime(Accelerated):
    """An ONNX graph on the CPU."""

    backend = "onnxruntime"

    def __init__(self, graph: bytes, inputs: Sequence[Input]) -> None:
        super().__init__(inputs, torch.device("cpu"))
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        # Between two layers, workers wait by spinning: without it a call takes a third longer. But for 20 us at most,
        # where the default is tens of milliseconds: on a busy machine what they wait for may not be running, and a call
        # takes two to three times as long. And not between calls, when others want to decode and show pictures.
        options.add_session_config_entry("session.intra_op.spin_duration_us", "20")
        options.add_session_config_entry("session.force_spinning_stop", "1")
        options.log_severity_level = 3  # errors; its warnings are about the graph's making, nothing for users
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._names = [node.name for node in self._session.get_inputs()]
        if len(self._names) != len(inputs):
            raise RuntimeError(f"the exported graph has {len(self._names)} inputs instead of {len(inputs)}")

    def run(self, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:  # noqa: D102 (Accelerated's)
        # Arrays share the tensors' memory, ONNX Runtime reads it in place, and its outputs own what it wrote.
        arrays = {
            name: tensor.detach().to("cpu").contiguous().numpy()
            for name, tensor in zip(self._names, tensors, strict=True)
        }
        return tuple(torch.from_numpy(array) for array in self._session.run(None, arrays))


def exported(module: nn.Module, example: Sequence[Tensor], inputs: Sequence[Input]) -> bytes:
    """The module as a serialised ONNX graph."""
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
    """The exporter tells of its own steps, and warns about itself and about torchvision, which nothing here uses."""
    levels = {
        logging.getLogger(name): logging.getLogger(name).level for name in ("torch.onnx", "onnxscript", "onnx_ir")
    }
    for logger in levels:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)
