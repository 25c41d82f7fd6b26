"""How tensors stand for images: (H, W), (H, W, C) or a batch (N, H, W, C); the results have as many dimensions.

Kernels see batches only: :func:`batched` makes one of any image, :func:`like` takes it back. One channel is no
dimension of its own, as with the CPU functions: (H, W, 1) in, (H, W) out. A batch keeps its four dimensions.
"""

from __future__ import annotations

import torch
from torch import Tensor


def batched(image: Tensor) -> Tensor:
    """An image or batch as (N, H, W, C), a view."""
    if image.ndim == 4:
        return image
    return image[None, ..., None] if image.ndim == 2 else image[None]


def like(image: Tensor, result: Tensor) -> Tensor:
    """A result (N, H, W, C) with as many dimensions as the image had that it was made from, a view."""
    if image.ndim == 4:
        return result
    return squeezed(result[0])


def squeezed(image: Tensor) -> Tensor:
    """An image without its channel dimension where that is 1."""
    return image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image


def channels(image: Tensor) -> int:
    """How many channels an image or batch has."""
    return 1 if image.ndim == 2 else image.shape[-1]


def size(image: Tensor) -> tuple[int, int]:
    """Height and width."""
    return (image.shape[1], image.shape[2]) if image.ndim == 4 else (image.shape[0], image.shape[1])


def movable(tensor: Tensor) -> Tensor:
    """The same bits in a dtype for which every device can move elements (there is little for uint16 in torch)."""
    return tensor.view(torch.int16) if tensor.dtype == torch.uint16 else tensor


def computable(tensor: Tensor) -> Tensor:
    """A tensor that can be computed with: small integers as int32, floats and int32 as they are."""
    if tensor.dtype in (torch.uint8, torch.int8, torch.uint16, torch.int16, torch.bool):
        return tensor.to(torch.int32)
    return tensor


def taken(image: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Rows and columns of (N, H, W, C), picked by indices."""
    return image.index_select(1, rows).index_select(2, columns)
