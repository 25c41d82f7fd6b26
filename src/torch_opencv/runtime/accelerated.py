"""What `accelerate` gives: a module that can be called with tensors, and how one that computes otherwise is told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from torch_opencv.runtime.errors import AccelerateError
from torch_opencv.runtime.transfers import to_device

# How far an output in half precision may be from that in float32, as a share of its largest value; and an image.
HALF_PRECISION_TOLERANCE = 2e-2
_GREY_LEVELS, _SHARE_WITHIN_1 = 3, 0.999


@dataclass(frozen=True)
class Input:
    """What an input must be.

    Attributes:
        dtype: its dtype.
        shape: its shape; None stands for a size that may vary.

    """

    dtype: torch.dtype
    shape: tuple[int | None, ...]

    @classmethod
    def like(cls, tensor: Tensor, dynamic: Collection[int]) -> Input:
        """What an example is.

        >>> import torch
        >>> str(Input.like(torch.zeros(1, 3, 224, 224), dynamic=(0,)))
        'torch.float32 (any, 3, 224, 224)'

        Args:
            tensor: the example.
            dynamic: the dimensions whose size is free; negative ones count from the end.
        """
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

    Attributes:
        device: where it computes and where its outputs are.
        backend: "onnxruntime", "openvino", "cuda-graphs" or "eager".
        precision: "f32", "bf16" or "f16": what it computes in, where the module computes in float32.

    """

    backend: ClassVar[str]
    precision: str = "f32"

    def __init__(self, inputs: Sequence[Input], device: torch.device) -> None:
        self.device = device
        self._inputs = inputs

    def __call__(self, *tensors: Tensor) -> Any:
        """The module's output for these inputs.

        Args:
            tensors: as the example was. Those on another device are copied to `device`; those in pinned memory are read
                later, on the current stream, and must be left as they are until the output is there.

        Returns:
            A tensor, or a tuple of them if there are several; new memory at every call.

        Raises:
            AccelerateError: an input has another dtype or shape than the example, or there are more or fewer.

        """
        if len(tensors) != len(self._inputs):
            raise AccelerateError(f"takes {_counted(self._inputs)}, not {len(tensors)}")
        for index, (tensor, expected) in enumerate(zip(tensors, self._inputs, strict=True)):
            if not isinstance(tensor, Tensor):
                raise AccelerateError(f"input {index} must be a tensor, {expected}, not {type(tensor).__name__}")
            if not expected.accepts(tensor):
                raise AccelerateError(f"input {index} must be {expected}, not {tensor.dtype} {tuple(tensor.shape)}")
        with torch.no_grad():
            outputs = self.run(tensors)
        return outputs[0] if len(outputs) == 1 else outputs

    @abstractmethod
    def run(self, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """All outputs, without gradients.

        Args:
            tensors: inputs that have been checked, on any device.

        Returns:
            New tensors on `device`, in a tuple even if there is one.
        """


class Eager(Accelerated):
    """The module itself, in plain PyTorch."""

    backend = "eager"

    def __init__(self, module: nn.Module, inputs: Sequence[Input], device: torch.device) -> None:
        super().__init__(inputs, device)
        self._module = module.to(device)

    def run(self, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:  # noqa: D102 (Accelerated's)
        return outputs_of(self._module, [to_device(tensor, self.device) for tensor in tensors])


def _counted(inputs: Sequence[Input]) -> str:
    return "1 input" if len(inputs) == 1 else f"{len(inputs)} inputs"


def outputs_of(module: nn.Module, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """A module's outputs, as a tuple even of one.

    Args:
        module: any.
        tensors: its inputs.

    Raises:
        AccelerateError: they aren't tensors.
    """
    outputs = module(*tensors)
    if isinstance(outputs, Tensor):
        return (outputs,)
    if not isinstance(outputs, tuple | list) or not all(isinstance(output, Tensor) for output in outputs):
        raise AccelerateError(
            f"{type(module).__name__} must return a tensor or a tuple of tensors, not {type(outputs).__name__}"
        )
    return tuple(outputs)


def require_same_to_the_eye(run: Accelerated, pictures: Sequence[Tensor], wanted: Sequence[Tensor]) -> None:
    """Make sure that what is computed less exactly still gives the same for real pictures.

    Images that come out may differ by 3 grey levels, and by more than 1 in a thousandth of their values; other outputs
    by 2 % of the largest value, as on CUDA.

    Args:
        run: what is to be used instead of the module.
        pictures: its inputs.
        wanted: the module's outputs for them.

    Raises:
        RuntimeError: it isn't so.

    """
    with torch.no_grad():
        outputs = run.run(pictures)
    if any(output.dtype != torch.uint8 for output in outputs):
        require_equivalent(run, pictures, wanted, HALF_PRECISION_TOLERANCE)
        return
    for output, reference in zip(outputs, wanted, strict=True):
        if output.shape != reference.shape:
            raise RuntimeError("its outputs have other shapes than PyTorch's")
        error = (output.int() - reference.int()).abs()
        most, share = int(error.max()), float((error <= 1).double().mean())
        if most > _GREY_LEVELS or share < _SHARE_WITHIN_1:
            raise RuntimeError(
                f"pictures would differ by up to {most} grey levels, {share:.2%} of their values by at most 1 "
                f"(allowed are {_GREY_LEVELS} and {_SHARE_WITHIN_1:.1%})"
            )


def require_equivalent(run: Accelerated, example: Sequence[Tensor], wanted: Sequence[Tensor], tolerance: float) -> None:
    """Make sure that it is numerically equivalent to the module, as far as the example can tell.

    Args:
        run: what is to be used instead of the module.
        example: the inputs.
        wanted: the module's outputs for them.
        tolerance: how far an output may be off, as a share of the largest value wanted.

    Raises:
        RuntimeError: it isn't.

    """
    with torch.no_grad():
        outputs = run.run(example)
    if [(one.dtype, one.shape) for one in outputs] != [(one.dtype, one.shape) for one in wanted]:
        raise RuntimeError("its outputs have other shapes or dtypes than PyTorch's")
    for output, reference in zip(outputs, wanted, strict=True):
        got, meant = output.double(), reference.double()
        error = torch.where(got == meant, 0, got - meant).abs()  # an infinity that is meant is no error
        allowed = float(tolerance * torch.where(meant.isfinite(), meant, 0).abs().max()) if meant.numel() else 0.0
        if output.dtype == torch.uint8:  # an image, whose values are rounded: now and then to the other side
            allowed = max(allowed, 1.0)
        if not bool((error <= allowed).all()):  # so written, NaN is an error too
            raise RuntimeError(f"its output differs from PyTorch's by {error.max():.3g}, more than {allowed:.3g}")
