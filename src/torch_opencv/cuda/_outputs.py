"""``dst`` and its like: results delivered into tensors of the caller's, by the rules of the CPU bindings.

The same object comes back. An empty tensor of the result's dtype adopts the result, as with torch's ``out=``; a view of
any strides is written through; an expanded view is refused, as is another shape, dtype or device than the result's.
"""

from __future__ import annotations

from torch import Tensor

from torch_opencv.cuda.gpumat import GpuMat


class Output:
    """One output of a call: where its result goes, checked before any result is written.

    Args:
        given: the tensor or ``GpuMat`` that the caller passed.
        function: the function's name, for errors.
        argument: the parameter's name, for errors.

    Raises:
        TypeError: for something that can't be written.
    """

    __slots__ = ("_given", "_place", "tensor")

    def __init__(self, given: Tensor | GpuMat, function: str, argument: str) -> None:
        self._place = f"cv.cuda.{function}: argument '{argument}'"
        if not isinstance(given, (Tensor, GpuMat)):
            raise TypeError(f"{self._place} is {type(given).__name__}: pass a tensor or a GpuMat to write, or None")
        self._given = given
        self.tensor = given.tensor if isinstance(given, GpuMat) else given
        if any(s == 0 and n > 1 for n, s in zip(self.tensor.shape, self.tensor.stride(), strict=True)):
            raise TypeError(
                f"{self._place} is an expanded view, whose elements share memory, and can't be written: pass .clone()"
            )
        if self.tensor.requires_grad:
            raise TypeError(f"{self._place} requires grad, and this can't be differentiated: pass .detach()")

    def accept(self, result: Tensor) -> None:
        """See that the result can be written.

        Raises:
            ValueError: for another shape, dtype or device than the result's.
        """
        target = self.tensor
        if isinstance(self._given, GpuMat) or (target.numel() == 0 and target.dtype == result.dtype):
            return
        if target.device != result.device:
            raise ValueError(
                f"{self._place} is on {target.device}, but the result is on {result.device}: pass a tensor there"
            )
        if _without_single_channel(target) != _without_single_channel(result) or target.dtype != result.dtype:
            raise ValueError(
                f"{self._place} is {_describe(target)}, but the result is {_describe(result)}, so that nothing was "
                "written to it: pass a tensor of that shape and dtype, an empty one of that dtype, or none"
            )

    def write(self, result: Tensor) -> Tensor | GpuMat:
        """Write the result, and return what the caller passed."""
        target = self.tensor
        fits = _without_single_channel(target) == _without_single_channel(result) and target.dtype == result.dtype
        if fits and target.device == result.device:
            target.copy_(result.reshape(target.shape))
        elif isinstance(self._given, GpuMat):  # as GpuMat::create does
            self._given.tensor = result
        else:
            target.set_(result.untyped_storage(), result.storage_offset(), result.shape, result.stride())
        return self._given


def _without_single_channel(tensor: Tensor) -> tuple[int, ...]:
    """The shape, in which (H, W, 1) is (H, W): OpenCV holds both as one channel."""
    shape = tuple(tensor.shape)
    return shape[:2] if len(shape) == 3 and shape[2] == 1 else shape


def _describe(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
