"""What `accelerate` gives: a module that can be called with tensors, and how it is told from an unfaithful one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from torch_opencv.runtime.transfers import to_device


@dataclass(frozen=True)
class Input:
    """What an input must be; None stands for a size that may vary."""

    dtype: torch.dtype
    shape: tuple[int | None, ...]

    @classmethod
    def like(cls, tensor: Tensor, dynamic: Collection[int]) -> Input:
        """What the example is, with the dimensions in `dynamic` free; negative ones count from the end."""
        varies = [dim in dynamic or dim - tensor.ndim in dynamic for dim in range(tensor.ndim)]
        return cls(tensor.dtype, tuple(None if v else size for v, size in zip(varies, tensor.shape, strict=True)))

    def accepts(self, tensor: Tensor) -> bool:
        """Whether the tensor is such an input."""
        return (
            tensor.dtype == self.dtype
            and tensor.ndim == len(self.shape)
            and all(size in (None, given) for size, given in zip(self.shape, tensor.shape, strict=True))
        )

    def __str__(self) -> str:
        return f"{self.dtype} ({', '.join('any' if size is None else str(size) for size in self.shape)})"


class Accelerated(ABC):
    """A module as `accelerate` made it: call it with tensors. Several threads may call it at the same time.

    `device`: where it computes and where its outputs are. `backend`: "onnxruntime", "cuda-graphs" or "eager".
    """

    backend: ClassVar[str]

    def __init__(self, inputs: Sequence[Input], device: torch.device) -> None:
        self.device = device
        self._inputs = inputs

    def __call__(self, *tensors: Tensor) -> Any:
        """The module's output: a Tensor, or a tuple of them if there are several; new memory at every call.

        Inputs on another device are copied to `device`; those in pinned memory are read later, on the current stream,
        and must be left as they are until the output is there. ValueError if one has another dtype or shape than the
        example.
        """
        if len(tensors) != len(self._inputs):
            raise ValueError(f"takes {len(self._inputs)} inputs, not {len(tensors)}")
        for index, (tensor, expected) in enumerate(zip(tensors, self._inputs, strict=True)):
            if not expected.accepts(tensor):
                raise ValueError(f"input {index} must be {expected}, not {tensor.dtype} {tuple(tensor.shape)}")
        with torch.no_grad():
            outputs = self.run(tensors)
        return outputs[0] if len(outputs) == 1 else outputs

    @abstractmethod
    def run(self, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """All outputs for inputs that have been checked, without gradients."""


class Eager(Accelerated):
    """The module itself, in plain PyTorch."""

    backend = "eager"

    def __init__(self, module: nn.Module, inputs: Sequence[Input], device: torch.device) -> None:
        super().__init__(inputs, device)
        self._module = module.to(device)

    def run(self, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:  # noqa: D102 (Accelerated's)
        return outputs_of(self._module, [to_device(tensor, self.device) for tensor in tensors])


def outputs_of(module: nn.Module, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The module's outputs, as a tuple even of one. TypeError if they aren't tensors."""
    outputs = module(*tensors)
    outputs = (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
    if not all(isinstance(output, Tensor) for output in outputs):
        raise TypeError(f"{type(module).__name__} must return a tensor or a tuple of tensors")
    return outputs


def require_faithful(run: Accelerated, example: Sequence[Tensor], wanted: Sequence[Tensor], tolerance: float) -> None:
    """RuntimeError if the outputs for the example are not those wanted."""
    with torch.no_grad():
        outputs = run.run(example)
    if [(one.dtype, one.shape) for one in outputs] != [(one.dtype, one.shape) for one in wanted]:
        raise RuntimeError("its outputs have other shapes or dtypes than PyTorch's")
    for output, reference in zip(outputs, wanted, strict=True):
        got, meant = output.double(), reference.double()
        error = torch.where(got == meant, 0, got - meant).abs()  # an infinity that is meant is no error
        allowed = float(tolerance * torch.where(meant.isfinite(), meant, 0).abs().max()) if meant.numel() else 0.0
        if output.dtype == torch.uint8:  # a picture, whose values are rounded: now and then to the other side
            allowed = max(allowed, 1.0)
        if not bool((error <= allowed).all()):  # so written, NaN is an error too
            raise RuntimeError(f"its output differs from PyTorch's by {error.max():.3g}, more than {allowed:.3g}")
