"""``dst`` and its like: results delivered into tensors of the caller's, by the rules of the CPU bindings.

Those are in :mod:`torch_opencv._binding.outputs`. A view of any strides is written through, and the result must be on
the output's device. A ``GpuMat`` is given new memory where its own doesn't fit.
"""

from __future__ import annotations

from torch import Tensor

from torch_opencv._binding.outputs import MismatchError, RefusedError, check_empty, check_writable, receive, with_names
from torch_opencv.cuda.gpumat import GpuMat


class Output:
    """One output of a call: where its result goes, checked before any result is written.

    Args:
        given: the tensor or ``GpuMat`` that the caller passed.
        function: the function's name, for errors.
        argument: the parameter's name, for errors.
        module: the function's module, for errors.

    Raises:
        TypeError: for something that can't be written.
    """

    __slots__ = ("_given", "_names", "tensor")

    def __init__(self, given: Tensor | GpuMat, function: str, argument: str, module: str = "cuda") -> None:
        self._names = (f"{module}.{function}", argument)
        self._given = given
        try:
            if not isinstance(given, (Tensor, GpuMat)):
                raise RefusedError(f"is {type(given).__name__}: pass a tensor or a GpuMat to write, or None")
            self.tensor = given.tensor if isinstance(given, GpuMat) else given
            check_writable(self.tensor)
            if self.tensor.requires_grad:
                raise RefusedError("requires grad, and this can't be differentiated: pass .detach()")
        except RefusedError as error:
            raise with_names(error, *self._names) from None

    def accept(self, result: Tensor) -> None:
        """See that the result can be written.

        Raises:
            ValueError: for another shape, dtype or device than the result's.
        """
        target = self.tensor
        if isinstance(self._given, GpuMat) or target.numel() == 0:
            return
        try:
            if target.device != result.device:
                raise MismatchError(f"is on {target.device}, but the result is on {result.device}: pass a tensor there")
            if not _fits(target, result):
                check_empty(target, result)
        except MismatchError as error:
            raise with_names(error, *self._names) from None

    def write(self, result: Tensor) -> Tensor | GpuMat:
        """Write the result, and return what the caller is to get: what it passed, but for an empty placeholder."""
        target = self.tensor
        if target.device == result.device and _fits(target, result):
            target.copy_(result.reshape(target.shape))
        elif isinstance(self._given, GpuMat):  # as GpuMat::create does
            self._given.tensor = result
        else:
            return result if target.device != result.device else receive(target, result)
        return self._given


def _fits(target: Tensor, result: Tensor) -> bool:
    return target.dtype == result.dtype and _without_single_channel(target) == _without_single_channel(result)


def _without_single_channel(tensor: Tensor) -> tuple[int, ...]:
    """The shape, in which (H, W, 1) is (H, W): OpenCV holds both as one channel."""
    shape = tuple(tensor.shape)
    return shape[:2] if len(shape) == 3 and shape[2] == 1 else shape
