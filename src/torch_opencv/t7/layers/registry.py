"""Which Torch7 class becomes which module: the table that the other modules of this package fill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from torch import nn

from torch_opencv.t7.layers.layer import Layer

Builder = Callable[[Layer], nn.Module]

BUILDERS: Final[dict[str, Builder]] = {}
"""By the name of the Lua class."""


def builds(*class_names: str) -> Callable[[Builder], Builder]:
    """Decorates the function that makes the modules of these classes."""

    def register(builder: Builder) -> Builder:
        for name in class_names:
            assert name not in BUILDERS, name
            BUILDERS[name] = builder
        return builder

    return register
