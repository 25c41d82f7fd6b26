"""OpenCV's module ``cudabgsegm``: background subtraction. It follows the CPU functions.

A subtractor holds a model of each pixel on the device of the frames. A batch (N, H, W, C) is N videos, each of which
has models of its own.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, method, native, native_class, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda._numbers import saturate
from torch_opencv.cuda._settings import settings
from torch_opencv.cuda.gpumat import GpuMat
from torch_opencv.cuda.kernels import mixtures
from torch_opencv.cuda.streams import Stream


class _Subtractor:
    """What both methods share: which frames a model is for, and how fast it learns."""

    _history: int
    _answer: Any

    def __init__(self) -> None:
        self._frames, self._of = 0, (torch.Size(), torch.uint8, torch.device("cpu"))

    def apply(self, image: Any, *args: Any, **kwargs: Any) -> Any:
        """What is foreground in the next frame of a video.

        ``apply(image[, learningRate[, stream[, fgmask]]])``, or ``apply(image[, fgmask[, learningRate]])`` as of the
        CPU classes.

        Args:
            image: uint8 or float32 (MOG2), (H, W) or (H, W, C), or a batch, whose frames are of videos of their own.
            *args: a number is the share that the frame has in the model, at most 1 (-1: one that follows from the
                history); a stream is the one to work on; a tensor is ``fgmask``, to write the result to.
            **kwargs: the same by name.

        Returns:
            uint8, (H, W): 255 for foreground, 127 for its shadow (MOG2, unless turned off), 0 for background.

        Raises:
            NotImplementedError: for ``knownForegroundMask``, as in OpenCV.
        """
        if kwargs.pop("knownForegroundMask", None) is not None:
            raise NotImplementedError(
                f"cv.cuda.{type(self).__name__}.apply: argument 'knownForegroundMask' is not used by OpenCV's CUDA "
                "functions either: pass None"
            )
        for x in args:
            if isinstance(x, (Stream, torch.Stream)):
                kwargs["stream"] = x
            elif isinstance(x, (Tensor, GpuMat)) and not (isinstance(x, Tensor) and x.ndim == 0):
                kwargs["fgmask"] = x
            elif x is not None:
                kwargs["learningRate"] = float(x)
        return self._answer(image, **kwargs)

    def _begins(self, image: Tensor, rate: float) -> bool:
        """Whether a frame needs a model that knows nothing."""
        kind = (image.shape, image.dtype, image.device)
        begins = self._frames == 0 or rate >= 1 or kind != self._of
        self._frames, self._of = (0 if begins else self._frames), kind
        self._frames += 1
        return begins

    def _rate(self, given: float, frames: int) -> float:
        return given if given >= 0 and self._frames > 1 else 1 / min(frames, self._history)


@native_class("cudabgsegm")
@settings(
    ("History", "int", "how many frames the model remembers"),
    ("NMixtures", "int", "how many Gaussians a pixel has at most"),
    ("BackgroundRatio", "float", "the share of weights that makes up the background"),
    ("VarThreshold", "float", "the squared distance, in variances, up to which a pixel is background"),
    ("VarThresholdGen", "float", "the squared distance, in variances, up to which a pixel belongs to a Gaussian"),
    ("VarInit", "float", "the variance of a new Gaussian"),
    ("VarMin", "float", "the least variance"),
    ("VarMax", "float", "the largest variance"),
    ("ComplexityReductionThreshold", "float", "how readily Gaussians that are seldom seen are dropped"),
    ("DetectShadows", "bool", "whether shadows are told apart"),
    ("ShadowValue", "int", "the value of shadows in the mask"),
    ("ShadowThreshold", "float", "how dark a shadow may be, as a share of its background"),
)
class BackgroundSubtractorMOG2(_Subtractor):
    """A mixture of Gaussians for each pixel, as many as it needs; :func:`createBackgroundSubtractorMOG2` makes it."""

    def __init__(self, history: int, varThreshold: float, detectShadows: bool) -> None:  # noqa: N803
        super().__init__()
        self._history, self._varThreshold, self._detectShadows = history, varThreshold, detectShadows
        self._nMixtures, self._backgroundRatio, self._varThresholdGen = 5, 0.9, 9.0
        self._varInit, self._varMin, self._varMax = 15.0, 4.0, 75.0
        self._complexityReductionThreshold, self._shadowValue, self._shadowThreshold = 0.05, 127, 0.5
        self._model = mixtures.empty(1, 0, 1, torch.device("cpu"))

    @method("BackgroundSubtractorMOG2.apply")
    def _answer(
        self,
        image: Image,
        learningRate: float = -1.0,  # noqa: N803
        fgmask: Out = None,
        stream: Stream | None = None,
    ) -> Tensor:
        if image.dtype not in (torch.uint8, torch.float32):
            raise refuse("image", f"is {image.dtype}: pass uint8 or float32")
        frame = batched(image)
        pixels = frame.reshape(-1, frame.shape[-1]).float()
        if self._begins(image, learningRate):
            self._model = mixtures.empty(self._nMixtures, len(pixels), pixels.shape[1], image.device)
        rate = self._rate(learningRate, 2 * self._frames)
        rules = mixtures.Rules(
            rate=rate,
            prune=-rate * self._complexityReductionThreshold,
            threshold=self._varThreshold,
            ratio=self._backgroundRatio,
            threshold_of_fit=self._varThresholdGen,
            first_variance=self._varInit,
            least_variance=min(self._varMin, self._varMax),
            most_variance=max(self._varMin, self._varMax),
            shadow=self._shadowValue if self._detectShadows else None,
            tau=self._shadowThreshold,
        )
        mask = mixtures.adapt(self._model, pixels, rules)
        return like(image, mask.reshape(*frame.shape[:3], 1))

    def getBackgroundImage(  # noqa: N802
        self,
        stream: Stream | None = None,
        backgroundImage: Any = None,  # noqa: N803
    ) -> Tensor:
        """The background that the model knows.

        Args:
            stream: the stream to work on.
            backgroundImage: where to write the result.

        Returns:
            An image or batch of the shape and dtype of the frames.

        Raises:
            ValueError: before the first frame.
        """
        if self._frames == 0:
            raise ValueError(
                "cv.cuda.BackgroundSubtractorMOG2.getBackgroundImage: there was no frame yet: call apply()"
            )
        return self._background(self._model.mean, backgroundImage, stream)

    @method("BackgroundSubtractorMOG2.getBackgroundImage")
    def _background(self, model: Tensor, backgroundImage: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N803
        shape, dtype, _ = self._of
        found = saturate(mixtures.background_of(self._model, self._backgroundRatio), dtype)
        return found.reshape(shape)


@native("cudabgsegm")
def createBackgroundSubtractorMOG2(  # noqa: N802
    history: int = 500,
    varThreshold: float = 16.0,  # noqa: N803
    detectShadows: bool = True,  # noqa: N803
) -> BackgroundSubtractorMOG2:
    """A :class:`BackgroundSubtractorMOG2`.

    Args:
        history: how many frames the model remembers.
        varThreshold: the squared distance, in variances, up to which a pixel is background.
        detectShadows: whether shadows are told apart.
    """
    return BackgroundSubtractorMOG2(
        history if history > 0 else 500, varThreshold if varThreshold > 0 else 16.0, detectShadows
    )


@native_class("cudabgsegm")
@settings(
    ("History", "int", "how many frames the model remembers"),
    ("NMixtures", "int", "how many Gaussians a pixel has"),
    ("BackgroundRatio", "float", "the share of weights that makes up the background"),
    ("NoiseSigma", "float", "the least standard deviation"),
)
class BackgroundSubtractorMOG(_Subtractor):
    """A fixed number of Gaussians for each pixel; :func:`createBackgroundSubtractorMOG` makes it."""

    def __init__(self, history: int, nMixtures: int, backgroundRatio: float, noiseSigma: float) -> None:  # noqa: N803
        super().__init__()
        self._history, self._nMixtures, self._backgroundRatio = history, nMixtures, backgroundRatio
        self._noiseSigma = noiseSigma
        self._model = mixtures.nothing_followed(1, 0, 1, torch.device("cpu"))

    @method("BackgroundSubtractorMOG.apply")
    def _answer(
        self,
        image: Image,
        learningRate: float = -1.0,  # noqa: N803
        fgmask: Out = None,
        stream: Stream | None = None,
    ) -> Tensor:
        if image.dtype != torch.uint8:
            raise refuse("image", f"is {image.dtype}: pass uint8")
        frame = batched(image)
        pixels = frame.reshape(-1, channels(image)).float()
        if self._begins(image, learningRate):
            self._model = mixtures.nothing_followed(self._nMixtures, len(pixels), pixels.shape[1], image.device)
        rate = self._rate(learningRate, self._frames)
        mask = mixtures.follow(self._model, pixels, rate, self._backgroundRatio, 6.25, self._noiseSigma)
        return like(image, mask.reshape(*frame.shape[:3], 1))

    def getBackgroundImage(  # noqa: N802
        self,
        stream: Stream | None = None,
        backgroundImage: Any = None,  # noqa: N803
    ) -> Tensor:
        """The background that the model knows: the mean of each pixel's first Gaussians.

        Args:
            stream: the stream to work on.
            backgroundImage: where to write the result.

        Returns:
            uint8, of the shape of the frames.

        Raises:
            ValueError: before the first frame.
        """
        if self._frames == 0:
            raise ValueError("cv.cuda.BackgroundSubtractorMOG.getBackgroundImage: there was no frame yet: call apply()")
        return self._background(self._model.mean, backgroundImage, stream)

    @method("BackgroundSubtractorMOG.getBackgroundImage")
    def _background(self, model: Tensor, backgroundImage: Out = None, stream: Stream | None = None) -> Tensor:  # noqa: N803
        known = self._model
        used = torch.full_like(known.weight[0], len(known.weight), dtype=torch.int32)
        mixture = mixtures.Mixture(known.weight, known.variance[..., 0], known.mean, used)
        return saturate(mixtures.background_of(mixture, self._backgroundRatio), torch.uint8).reshape(self._of[0])


@native("cudabgsegm")
def createBackgroundSubtractorMOG(  # noqa: N802
    history: int = 200,
    nmixtures: int = 5,
    backgroundRatio: float = 0.7,  # noqa: N803
    noiseSigma: float = 0.0,  # noqa: N803
) -> BackgroundSubtractorMOG:
    """A :class:`BackgroundSubtractorMOG`.

    Args:
        history: how many frames the model remembers.
        nmixtures: how many Gaussians a pixel has, 8 at most.
        backgroundRatio: the share of weights that makes up the background.
        noiseSigma: the least standard deviation (0: 15, as OpenCV).
    """
    return BackgroundSubtractorMOG(
        history if history > 0 else 200,
        min(nmixtures if nmixtures > 0 else 5, 8),
        min(backgroundRatio if backgroundRatio > 0 else 0.95, 1.0),
        noiseSigma if noiseSigma > 0 else 15.0,
    )
