"""Torch7's tensors and storages: their names, and what they are in PyTorch."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from torch_opencv.t7.layout import Layout, Unreadable

_DTYPES = {
    "Byte": torch.uint8,
    "Char": torch.int8,
    "Short": torch.int16,
    "Int": torch.int32,
    "Long": torch.int64,
    "Half": torch.float16,
    "Float": torch.float32,
    "Double": torch.float64,
}
_CUDA = {"Cuda": torch.float32} | {f"Cuda{kind}": dtype for kind, dtype in _DTYPES.items()}

TENSORS = {f"torch.{kind}Tensor": dtype for kind, dtype in (_DTYPES | _CUDA).items()}
"""The dtypes of tensor classes. Those of the GPU are written like those of the CPU."""
STORAGES = {f"torch.{kind}Storage": dtype for kind, dtype in (_DTYPES | _CUDA).items()}
"""The dtypes of storage classes."""

GENERATOR = "torch.Generator"
GENERATOR_SIZE = 5048
"""Bytes of a torch.Generator, which wrote its memory as it was (a C struct; lib/TH/THRandom.h, 64-bit)."""

TDS_TABLES = {"tds.Hash": "hash", "tds_hash": "hash", "tds.Vec": "vec", "tds_vec": "vec"}
"""The tables of the package tds, by their names and their older names, and how they are written."""
COUNTER = "tds.AtomicCounter"
"""Written as a long."""

_MOST_DIMS = 64  # of PyTorch's operations
_MOST_ELEMENTS = (
    1 << 59
)  # of a tensor, which repeats (stride 0) can make larger than its storage; its bytes are counted too


class Geometry:
    """Where a tensor's elements are in its storage, as the file says: `of` makes the tensor.

    Args:
        layout: of the file, at the tensor's number of dimensions.

    Raises:
        Unreadable: PyTorch has no such tensors.
    """

    def __init__(self, layout: Layout) -> None:
        self._at = layout.at
        dims = layout.whole()
        if not 0 <= dims <= _MOST_DIMS:
            raise Unreadable(f"a tensor of {dims} dimensions (PyTorch has up to {_MOST_DIMS})", self._at)
        *geometry, offset = layout.longs(2 * dims + 1)
        self._size, self._stride, self._offset = geometry[:dims], geometry[dims:], offset - 1  # Lua counts from 1
        if min(self._size, default=1) < 1:  # Torch7's empty tensors have no dimensions
            raise Unreadable(f"a tensor of size {_joined(self._size)}", self._at)
        if min(self._stride, default=0) < 0:
            raise Unreadable(f"a tensor with the strides {_joined(self._stride)}", self._at)
        if self._offset < 0:
            raise Unreadable(f"a tensor whose storage begins at element {self._offset + 1}", self._at)
        if math.prod(self._size) > _MOST_ELEMENTS:
            raise Unreadable(f"a tensor of size {_joined(self._size)}, which is too large", self._at)

    def of(self, storage: Tensor | None, dtype: torch.dtype) -> Tensor:
        """The tensor.

        Args:
            storage: 1-dim, or None, which empty tensors have.
            dtype: the storage's.

        Returns:
            A view of the storage.

        Raises:
            Unreadable: the storage has fewer elements.
        """
        count = 0 if storage is None else len(storage)
        last = self._offset + sum((n - 1) * step for n, step in zip(self._size, self._stride, strict=True))
        if self._size and last >= count:
            raise Unreadable(f"a tensor whose last element is number {last + 1} of a storage of {count}", self._at)
        if storage is None:
            return torch.empty(0, dtype=dtype)
        if not self._size:  # an empty tensor in PyTorch's way; its offset in the storage is of no account
            return storage[:0]
        return storage.as_strided(self._size, self._stride, self._offset)


def _joined(numbers: list[int]) -> str:
    return "x".join(map(str, numbers[:8])) + ("x..." if len(numbers) > 8 else "")
