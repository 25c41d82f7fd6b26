"""OpenCV's module ``cudaoptflow``: optical flow by Brox's method, as OpenCV's CUDA class defines it."""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, form, method, native_class, refuse
from torch_opencv.cuda._images import batched, like
from torch_opencv.cuda._routing import register
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda.kernels import brox
from torch_opencv.cuda.optflow import DenseOpticalFlow, pair
from torch_opencv.cuda.streams import Stream


@native_class("cudaoptflow")
@settings(
    ("FlowSmoothness", "float", "how much the smoothness of the flow counts"),
    ("GradientConstancyImportance", "float", "how much the images' gradients count beside their grey levels"),
    ("PyramidScaleFactor", "float", "how much smaller each size is than the one before"),
    ("InnerIterations", "int", "how many linear systems there are in each size"),
    ("OuterIterations", "int", "how many sizes of the images are looked at, at most"),
    ("SolverIterations", "int", "how many steps each linear system is solved in"),
)
class BroxOpticalFlow(DenseOpticalFlow):
    """Optical flow of grey levels and gradients that stay the same; :meth:`create` makes it."""

    def __init__(
        self,
        alpha: float,
        gamma: float,
        scale_factor: float,
        inner_iterations: int,
        outer_iterations: int,
        solver_iterations: int,
    ) -> None:
        self._flowSmoothness, self._gradientConstancyImportance = alpha, gamma
        self._pyramidScaleFactor, self._innerIterations = scale_factor, inner_iterations
        self._outerIterations, self._solverIterations = outer_iterations, solver_iterations

    @staticmethod
    @form("BroxOpticalFlow.create")
    def create(
        alpha: float = 0.197,
        gamma: float = 50.0,
        scale_factor: float = 0.8,
        inner_iterations: int = 5,
        outer_iterations: int = 150,
        solver_iterations: int = 10,
    ) -> BroxOpticalFlow:
        """A :class:`BroxOpticalFlow`.

        Args:
            alpha: how much the smoothness of the flow counts.
            gamma: how much the images' gradients count beside their grey levels.
            scale_factor: how much smaller each size is than the one before, below 1.
            inner_iterations: how many linear systems there are in each size.
            outer_iterations: how many sizes of the images are looked at, at most; none is made of one that is not
                larger than 15 pixels.
            solver_iterations: how many steps each linear system is solved in.
        """
        made = BroxOpticalFlow(alpha, gamma, scale_factor, inner_iterations, outer_iterations, solver_iterations)
        made._rules()
        return made

    def _rules(self) -> brox.Rules:
        alpha, gamma, step = self._flowSmoothness, self._gradientConstancyImportance, self._pyramidScaleFactor
        if not alpha > 0 or not gamma >= 0:
            raise refuse("alpha", f"and gamma are {alpha} and {gamma}: pass more than 0, and 0 or more")
        if not 0 < step < 1:
            raise refuse("scale_factor", f"is {step}: pass one between 0 and 1")
        counts = self._innerIterations, self._outerIterations, self._solverIterations
        if min(counts) < 1:
            raise refuse("inner_iterations", f"and those of outer and solver are {counts}: pass numbers from 1")
        return brox.Rules(alpha, gamma, step, *counts)

    @method("BroxOpticalFlow.calc")
    def calc(self, I0: Image, I1: Image, flow: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N803
        """Where each pixel of an image is in the next.

        Args:
            I0: float32 from 0 to 1, (H, W) or (N, H, W, 1).
            I1: the next one.
            flow: where to write the result.
            stream: the stream to work on.

        Returns:
            float32, (H, W, 2) or (N, H, W, 2): how far to the right and down, in pixels.
        """
        pair(I0, I1, ("I0", "I1"), (torch.float32,))
        before, after = (batched(image)[..., 0] for image in (I0, I1))
        return like(I0, brox.flow(before, after, self._rules()).permute(0, 2, 3, 1).contiguous())


register("BroxOpticalFlow_create", "cudaoptflow", BroxOpticalFlow.create)
