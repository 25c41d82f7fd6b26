"""Random tensors and random views of them, as hypothesis strategies."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from hypothesis import strategies as st
from torch import Tensor

DTYPES = [torch.uint8, torch.int8, torch.uint16, torch.int16, torch.int32, torch.float32, torch.float64]


@dataclass(frozen=True)
class View:
    """A view into ``whole``; nothing but the view's own elements may change when it is written."""

    whole: Tensor
    view: Tensor
    name: str

    def __repr__(self) -> str:
        v = self.view
        return f"{self.name}: {v.dtype} {tuple(v.shape)} strides {v.stride()} offset {v.storage_offset()}"


def random_tensor(shape: tuple[int, ...], dtype: torch.dtype, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    if dtype.is_floating_point:
        return (torch.rand(shape, generator=generator) * 200 - 40).to(dtype)
    low = 0 if dtype in (torch.uint8, torch.uint16) else -100
    return torch.randint(low, 120, shape, generator=generator).to(dtype)


@st.composite
def images(draw: st.DrawFn, *, writable: bool = False, dtypes: list[torch.dtype] | None = None) -> View:
    """An image of (h, w) or (h, w, c), as a view of one of the kinds that users make."""
    h, w = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    c = draw(st.sampled_from([None, 1, 2, 3, 4]))
    dtype = draw(st.sampled_from(dtypes or DTYPES))
    seed = draw(st.integers(0, 1000))
    shape = (h, w) if c is None else (h, w, c)
    kinds = ["plain", "crop", "steps", "transposed", "flipped"]
    kinds += ["from planar", "channels cut"] if c is not None else ["one channel"]
    kinds += [] if writable else ["expanded", "overlapping"]
    kind = draw(st.sampled_from(kinds))

    def make(*size: int) -> Tensor:
        return random_tensor(size, dtype, seed)

    rest = shape[2:]
    if kind == "crop":
        top, left = draw(st.integers(0, 3)), draw(st.integers(0, 3))
        whole = make(h + top + 2, w + left + 1, *rest)
        view = whole[top : top + h, left : left + w]
    elif kind == "steps":
        dy, dx = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        whole = make(h * dy, w * dx, *rest)
        view = whole[::dy, ::dx]
    elif kind == "transposed":
        whole = make(w, h, *rest)
        view = whole.transpose(0, 1)
    elif kind == "flipped":
        whole = make(*shape).double().flip(0).to(dtype)  # torch can't flip a uint16; a flip is a copy, anyway
        view = whole
    elif kind == "from planar":
        whole = make(*rest, h, w)
        view = whole.permute(1, 2, 0)
    elif kind == "channels cut":
        whole = make(h, w, rest[0] + 2)
        view = whole[..., 1 : 1 + rest[0]]
    elif kind == "one channel":
        whole = make(h, w, 3)
        view = whole[..., 1]
    elif kind == "expanded":
        whole = make(1, w, *rest)
        view = whole.expand(shape)
    elif kind == "overlapping":
        whole = make(h + w, *rest)
        inner = whole.stride(0)
        view = whole.as_strided(shape, (inner, inner, *whole.stride()[1:]))
    else:
        whole = make(*shape)
        view = whole
    return View(whole, view, kind)
