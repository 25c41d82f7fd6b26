"""The rules for an output that the caller gave (``dst=``), for tensors on any device.

What is returned is the very tensor that was given. An empty one of the result's dtype becomes the result, as with
torch's ``out=``; an empty one of another dtype is a placeholder and is left alone. A tensor of another shape or dtype
than the result is an error, and so is an expanded one, several elements of which share memory.
"""

from __future__ import annotations

from torch import Tensor


class RefusedError(TypeError):
    """A tensor that can't be used; the message lacks only the names of function and argument."""


class MismatchError(ValueError):
    """An output of another shape or dtype than the result; the message lacks the names of function and argument."""


def with_names(error: RefusedError | MismatchError, function: str, argument: str) -> TypeError | ValueError:
    """An error as the user is to see it: ``cv.resize: argument 'dst' is ...``.

    Args:
        error: lacks the two names.
        function: as the user writes it behind ``cv.``.
        argument: the parameter's name.
    """
    kind = TypeError if isinstance(error, RefusedError) else ValueError
    return kind(f"cv.{function}: argument '{argument}' {error}")


def check_writable(output: Tensor) -> None:
    """See that every element of an output has memory of its own.

    Args:
        output: on any device.

    Raises:
        RefusedError: for an expanded tensor.
    """
    if any(stride == 0 and size > 1 for size, stride in zip(output.shape, output.stride(), strict=True)):
        raise RefusedError("is an expanded view, whose elements share memory, and can't be written: pass .clone()")


def check_empty(output: Tensor, result: Tensor) -> None:
    """See that an output which the result can't be written to is an empty one.

    Args:
        output: what the caller gave.
        result: what would be written.

    Raises:
        MismatchError: for another.
    """
    if output.numel() > 0:
        raise MismatchError(
            f"is {describe(output)}, but the result is {describe(result)}, so that nothing was written to it: "
            "pass a tensor of that shape and dtype, an empty one, or none"
        )


def receive(output: Tensor, result: Tensor) -> Tensor:
    """What the caller gets of a result that was not written to the output.

    Args:
        output: what the caller gave, on any device.
        result: what OpenCV has made instead.

    Returns:
        ``output``, where it was empty and has now become the result; ``result``, where ``output`` is empty and of
        another dtype.

    Raises:
        MismatchError: for an output that isn't empty.
    """
    check_empty(output, result)
    if output.dtype != result.dtype:
        return result
    output.set_(result.untyped_storage(), result.storage_offset(), result.shape, result.stride())
    return output


def describe(tensor: Tensor) -> str:
    """The dtype and shape of a tensor, for messages.

    >>> import torch
    >>> describe(torch.zeros(480, 640, 3, dtype=torch.uint8))
    'uint8 (480, 640, 3)'

    Args:
        tensor: any.
    """
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
