"""What all names for a tensor have in common: others read their memory as they would read the tensor's."""

from __future__ import annotations

from typing import Any, cast

from torch import Tensor


class OverTensor:
    """A name for a tensor, by the protocols that CuPy, numba and other libraries take memory by."""

    tensor: Tensor

    def __repr__(self) -> str:
        shape, device = tuple(self.tensor.shape), self.tensor.device
        return f"{type(self).__name__}({shape}, {self.tensor.dtype}, device='{device}')"

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.tensor.__cuda_array_interface__)  # torch declares no type

    def __dlpack__(self, **options: Any) -> Any:
        return self.tensor.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.tensor.__dlpack_device__()
