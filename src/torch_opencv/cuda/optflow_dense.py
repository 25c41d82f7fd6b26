"""OpenCV's module ``cudaoptflow``: optical flow by Farneback's method and by TV-L1. They follow the CPU functions."""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import warping
from torch_opencv.cuda._calls import Image, Out, form, method, native_class, refuse
from torch_opencv.cuda._images import batched, like
from torch_opencv.cuda._routing import register
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda.filters_separable import createGaussianFilter
from torch_opencv.cuda.kernels import farneback, tvl1
from torch_opencv.cuda.optflow import DenseOpticalFlow, begun, pair
from torch_opencv.cuda.pyramids import pyrDown
from torch_opencv.cuda.streams import Stream

_LEAST_SIZE = 32


@native_class("cudaoptflow")
@settings(
    ("NumLevels", "int", "how many smaller images are looked at first"),
    ("PyrScale", "float", "how much smaller each of them is"),
    ("FastPyramids", "bool", "whether they are made by pyrDown"),
    ("WinSize", "int", "the side of the neighbourhood whose flow is one"),
    ("NumIters", "int", "how many steps there are in each size"),
    ("PolyN", "int", "the size of the neighbourhood of the polynomials, 5 or 7"),
    ("PolySigma", "float", "the standard deviation of its weights"),
    ("Flags", "int", "cv.OPTFLOW_USE_INITIAL_FLOW and cv.OPTFLOW_FARNEBACK_GAUSSIAN, or'ed"),
)
class FarnebackOpticalFlow(DenseOpticalFlow):
    """Optical flow by polynomials around the pixels, as ``cv.calcOpticalFlowFarneback``; :meth:`create` makes it."""

    def __init__(
        self,
        numLevels: int,  # noqa: N803
        pyrScale: float,  # noqa: N803
        fastPyramids: bool,  # noqa: N803
        winSize: int,  # noqa: N803
        numIters: int,  # noqa: N803
        polyN: int,  # noqa: N803
        polySigma: float,  # noqa: N803
        flags: int,
    ) -> None:
        self._numLevels, self._pyrScale, self._fastPyramids, self._winSize = numLevels, pyrScale, fastPyramids, winSize
        self._numIters, self._polyN, self._polySigma, self._flags = numIters, polyN, polySigma, flags

    @staticmethod
    @form("FarnebackOpticalFlow.create")
    def create(
        numLevels: int = 5,  # noqa: N803
        pyrScale: float = 0.5,  # noqa: N803
        fastPyramids: bool = False,  # noqa: N803
        winSize: int = 13,  # noqa: N803
        numIters: int = 10,  # noqa: N803
        polyN: int = 5,  # noqa: N803
        polySigma: float = 1.1,  # noqa: N803
        flags: int = 0,
    ) -> FarnebackOpticalFlow:
        """A :class:`FarnebackOpticalFlow`.

        Args:
            numLevels: how many smaller images are looked at first.
            pyrScale: how much smaller each of them is, below 1.
            fastPyramids: whether they are made by ``pyrDown``, each of the one before; ``pyrScale`` is 0.5 then.
            winSize: the side of the neighbourhood whose flow is one.
            numIters: how many steps there are in each size.
            polyN: the size of the neighbourhood of the polynomials, 5 or 7.
            polySigma: the standard deviation of its weights.
            flags: ``cv.OPTFLOW_USE_INITIAL_FLOW`` and ``cv.OPTFLOW_FARNEBACK_GAUSSIAN``, or'ed.
        """
        if not 0 < pyrScale < 1 or (fastPyramids and abs(pyrScale - 0.5) > 1e-6):
            raise refuse("pyrScale", f"is {pyrScale}: pass one between 0 and 1, and 0.5 for fastPyramids")
        if polyN < 1 or winSize < 1:
            raise refuse("polyN", f"and winSize are {polyN} and {winSize}: pass numbers from 1")
        return FarnebackOpticalFlow(numLevels, pyrScale, fastPyramids, winSize, numIters, polyN, polySigma, flags)

    @method("FarnebackOpticalFlow.calc")
    def calc(self, I0: Image, I1: Image, flow: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N803
        """Where each pixel of an image is in the next.

        Args:
            I0: uint8 or float32, (H, W) or (N, H, W, 1).
            I1: the next one.
            flow: where to write the result; what it holds is where to begin, if the flags say so.
            stream: the stream to work on.

        Returns:
            float32, (H, W, 2) or (N, H, W, 2): how far to the right and down, in pixels.
        """
        pair(I0, I1, ("I0", "I1"), (torch.uint8, torch.float32))
        images = [batched(image).float() for image in (I0, I1)]
        first = begun(flow, I0) if self._flags & cv2.OPTFLOW_USE_INITIAL_FLOW else None
        height, width = images[0].shape[1:3]
        levels, scale = 0, 1.0
        while levels < self._numLevels:
            scale *= self._pyrScale
            if width * scale < _LEAST_SIZE or height * scale < _LEAST_SIZE:
                break
            levels += 1
        pyramids = [images]
        for _ in range(levels if self._fastPyramids else 0):
            pyramids.append([pyrDown(image) for image in pyramids[-1]])
        found: Tensor | None = None
        for k in range(levels, -1, -1):
            smaller = pyramids[k] if self._fastPyramids else self._resized(images, self._pyrScale**k)
            size = smaller[0].shape[2], smaller[0].shape[1]
            if found is not None:
                found = warping.resize(found, size) * (1 / self._pyrScale)
            elif first is not None:
                found = warping.resize(first, size, interpolation=cv2.INTER_AREA) * self._pyrScale**k
            else:
                found = torch.zeros(*smaller[0].shape[:3], 2, device=I0.device)
            found = self._at_one_size(smaller, found)
        assert found is not None
        return like(I0, found)

    def _resized(self, images: list[Tensor], scale: float) -> list[Tensor]:
        sigma = (1 / scale - 1) * 0.5
        side = max(round(sigma * 5) | 1, 3)
        blur = createGaussianFilter(cv2.CV_32FC1, -1, (side, side), sigma)
        size = round(images[0].shape[2] * scale), round(images[0].shape[1] * scale)
        return [batched(warping.resize(blur.apply(image), size)) for image in images]

    def _at_one_size(self, images: list[Tensor], flow: Tensor) -> Tensor:
        first, second = (farneback.expansion(image[..., 0], self._polyN, self._polySigma) for image in images)
        for _ in range(self._numIters):
            system = farneback.equations(first, second, flow)
            flow = farneback.solved(system, self._winSize, bool(self._flags & cv2.OPTFLOW_FARNEBACK_GAUSSIAN))
        return flow


@native_class("cudaoptflow")
@settings(
    ("Tau", "float", "the step of the method"),
    ("Lambda", "float", "how much the images' likeness counts"),
    ("Theta", "float", "how closely both parts of the method are tied together"),
    ("Gamma", "float", "how much things may become lighter"),
    ("NumScales", "int", "how many sizes of the images are looked at"),
    ("NumWarps", "int", "how many times an image is warped in each size"),
    ("Epsilon", "float", "the change in pixels below which a size is done"),
    ("NumIterations", "int", "how many steps there are for each warp at most"),
    ("ScaleStep", "float", "how much smaller each size is than the one before"),
    ("UseInitialFlow", "bool", "whether to begin with what is in 'flow'"),
)
class OpticalFlowDual_TVL1(DenseOpticalFlow):  # noqa: N801
    """Optical flow by total variation; :meth:`create` makes it.

    It is what ``cv.optflow.DualTVL1OpticalFlow`` computes without its median filter and with one inner iteration, which
    is what OpenCV's CUDA function is held against.
    """

    def __init__(
        self,
        tau: float,
        lambda_: float,
        theta: float,
        nscales: int,
        warps: int,
        epsilon: float,
        iterations: int,
        scaleStep: float,  # noqa: N803
        gamma: float,
        useInitialFlow: bool,  # noqa: N803
    ) -> None:
        self._tau, self._lambda, self._theta, self._numScales, self._numWarps = tau, lambda_, theta, nscales, warps
        self._epsilon, self._numIterations, self._scaleStep = epsilon, iterations, scaleStep
        self._gamma, self._useInitialFlow = gamma, useInitialFlow

    @staticmethod
    @form("OpticalFlowDual_TVL1.create")
    def create(
        tau: float = 0.25,
        lambda_: float = 0.15,
        theta: float = 0.3,
        nscales: int = 5,
        warps: int = 5,
        epsilon: float = 0.01,
        iterations: int = 300,
        scaleStep: float = 0.8,  # noqa: N803
        gamma: float = 0.0,
        useInitialFlow: bool = False,  # noqa: N803
    ) -> OpticalFlowDual_TVL1:
        """An :class:`OpticalFlowDual_TVL1`.

        Args:
            tau: the step of the method.
            lambda_: how much the images' likeness counts, against the smoothness of the flow.
            theta: how closely both parts of the method are tied together.
            nscales: how many sizes of the images are looked at.
            warps: how many times an image is warped in each size.
            epsilon: the change in pixels below which a size is done.
            iterations: how many steps there are for each warp at most.
            scaleStep: how much smaller each size is than the one before.
            gamma: how much things may become lighter; 0: not at all.
            useInitialFlow: whether to begin with what is in ``flow``.
        """
        if nscales < 1 or not 0 < scaleStep < 1:
            raise refuse("nscales", f"and scaleStep are {nscales} and {scaleStep}: pass 1 or more, and one below 1")
        return OpticalFlowDual_TVL1(
            tau, lambda_, theta, nscales, warps, epsilon, iterations, scaleStep, gamma, useInitialFlow
        )

    @method("OpticalFlowDual_TVL1.calc")
    def calc(self, I0: Image, I1: Image, flow: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N803
        """Where each pixel of an image is in the next. The host asks in every step whether that is near enough.

        Args:
            I0: uint8, or float32 from 0 to 1; (H, W) or (N, H, W, 1).
            I1: the next one.
            flow: where to write the result; what it holds is where to begin, if this was created so.
            stream: the stream to work on.

        Returns:
            float32, (H, W, 2) or (N, H, W, 2): how far to the right and down, in pixels.
        """
        pair(I0, I1, ("I0", "I1"), (torch.uint8, torch.float32))
        factor = 255.0 if I0.dtype == torch.float32 else 1.0
        sizes = [[batched(image).float() * factor for image in (I0, I1)]]
        flows = [begun(flow, I0) if self._useInitialFlow else torch.zeros(*sizes[0][0].shape[:3], 2, device=I0.device)]
        step = self._scaleStep
        while len(sizes) < self._numScales:
            smaller = [warping.resize(image, None, fx=step, fy=step) for image in sizes[-1]]
            if min(smaller[0].shape[1:3]) < 16:
                break
            sizes.append(smaller)
            flows.append(warping.resize(flows[-1], None, fx=step, fy=step) * step)
        rules = tvl1.Rules(
            self._tau, self._lambda, self._theta, self._gamma, self._numWarps, self._epsilon, self._numIterations
        )
        found, light = flows[-1], torch.zeros_like(flows[-1][..., 0])
        for images in reversed(sizes):
            size = images[0].shape[2], images[0].shape[1]
            if found.shape[1:3] != images[0].shape[1:3]:
                found = warping.resize(found, size) * (1 / step)
                light = warping.resize(light[..., None], size)[..., 0]
            found, light = tvl1.one_scale(images[0][..., 0], images[1][..., 0], found, light, rules)
        return like(I0, found)


register("FarnebackOpticalFlow_create", "cudaoptflow", FarnebackOpticalFlow.create)
register("OpticalFlowDual_TVL1_create", "cudaoptflow", OpticalFlowDual_TVL1.create)
