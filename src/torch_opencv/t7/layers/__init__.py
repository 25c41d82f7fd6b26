"""Torch7's nn modules as torch.nn modules, one builder for each class, in the modules of this package by kind."""

from torch_opencv.t7.layers import (  # noqa: F401 (importing them fills the registry)
    containers,
    convolution,
    graph,
    linear,
    normalization,
    padding,
    pooling,
    reductions,
    shapes,
    similarity,
    tables,
    transfer,
    volumetric,
)
from torch_opencv.t7.layers.layer import Layer, Parameters
from torch_opencv.t7.layers.registry import BUILDERS, Builder

__all__ = ["BUILDERS", "Builder", "Layer", "Parameters"]
