"""``cv2.cudacodec.VideoWriter``: videos of tensors."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda import _inputs
from torch_opencv.cuda._images import channels
from torch_opencv.cuda.devices import home
from torch_opencv.cuda.gpumat import GpuMat
from torch_opencv.cuda.streams import Stream, work_on
from torch_opencv.cudacodec import constants
from torch_opencv.cudacodec._torchcodec import torchcodec
from torch_opencv.cudacodec.formats import EncoderParams
from torch_opencv.errors import TorchOpencvError

_CODECS = {
    constants.MPEG1: "mpeg1video",
    constants.MPEG2: "mpeg2video",
    constants.MPEG4: "mpeg4",
    constants.H264: "h264",
    constants.JPEG: "mjpeg",
    constants.HEVC: "hevc",
    constants.VP8: "vp8",
    constants.VP9: "vp9",
    constants.AV1: "av1",
}
_CHANNELS = {
    constants.ColorFormat_BGRA: 4,
    constants.ColorFormat_BGR: 3,
    constants.ColorFormat_GRAY: 1,
    constants.ColorFormat_RGB: 3,
    constants.ColorFormat_RGBA: 4,
}
_REVERSED = (constants.ColorFormat_BGRA, constants.ColorFormat_BGR)


def _options(params: EncoderParams) -> dict[str, Any]:
    """FFmpeg's options for those of NVIDIA's that it has."""
    found: dict[str, Any] = {}
    if params.gopLength > 0:
        found["g"] = params.gopLength
    if params.averageBitRate > 0:
        found["b"] = params.averageBitRate
    if params.maxBitRate > 0:
        found["maxrate"], found["bufsize"] = params.maxBitRate, params.maxBitRate
    if params.rateControlMode == constants.EncodeParamsRcMode_ENC_PARAMS_RC_CONSTQP:
        found["qp"] = params.constQp.qpInterP
    return found


class VideoWriter:
    """A video that is being written; :func:`createVideoWriter` makes it."""

    def __init__(
        self, path: Path, size: tuple[int, int], codec: int, fps: float, color: int, params: EncoderParams
    ) -> None:
        self._size, self._color, self._params, self._stream = size, color, params, Stream.Null()
        options: dict[str, Any] = {
            "height": size[1],
            "width": size[0],
            "frame_rate": float(fps),
            "codec": _CODECS[codec],
            "extra_options": _options(params),
        }
        encoders = torchcodec("encoders")
        if not hasattr(encoders, "Encoder"):
            raise TorchOpencvError(
                "cv.cudacodec.createVideoWriter needs torchcodec 0.13 or newer: pip install -U torchcodec"
            )
        self._device = home()
        try:
            self._encoder, self._video = _opened(encoders, path, options, self._device)
        except (RuntimeError, ValueError) as error:
            raise TorchOpencvError(
                f"cv.cudacodec.createVideoWriter: {str(path)!r} can't be written as {_CODECS[codec]} "
                f"({str(error).splitlines()[0]}): pass another file name or codec"
            ) from None
        self._open = True

    def write(self, frame: Tensor | GpuMat | np.ndarray[Any, Any]) -> None:
        """Add a frame: uint8, (H, W, C) or (H, W), of the size and the colours that this was created for.

        Raises:
            ValueError: for another frame, and after :meth:`release`.
        """
        image = _inputs.tensor(frame, "VideoWriter.write", "frame")
        expected = (self._size[1], self._size[0], _CHANNELS[self._color])
        if image.dtype != torch.uint8 or image.ndim not in (2, 3) or (*image.shape[:2], channels(image)) != expected:
            raise ValueError(
                f"cv.cudacodec.VideoWriter.write: argument 'frame' is {image.dtype} {tuple(image.shape)}: pass uint8 "
                f"{expected if expected[2] > 1 else expected[:2]}"
            )
        if not self._open:
            raise ValueError("cv.cudacodec.VideoWriter.write: the video is finished: call it before release()")
        with work_on(self._stream, [image]):
            planes = image.reshape(expected)[..., :3].permute(2, 0, 1)
            rgb = planes.flip(0) if self._color in _REVERSED else planes.expand(3, -1, -1)
            self._video.add_frames(rgb.to(self._device)[None].contiguous())

    def getEncoderParams(self) -> EncoderParams:  # noqa: N802
        """The settings that this was created with."""
        return copy.deepcopy(self._params)

    def release(self) -> None:
        """Finish the video."""
        if self._open:
            self._open = False
            self._encoder.close()

    def __del__(self) -> None:
        if getattr(self, "_open", False):
            self.release()


def _opened(encoders: Any, path: Path, options: dict[str, Any], device: torch.device) -> tuple[Any, Any]:
    """An encoder on the device, or on the CPU where torchcodec can't encode there, and its stream."""
    for where in (str(device), "cpu"):
        encoder = encoders.Encoder()
        try:
            of_cpu = {"pixel_format": "yuv420p"} if where == "cpu" else {}
            video = encoder.add_video(device=where, **options, **of_cpu)
            return encoder.open_file(path), video
        except RuntimeError:
            if where == "cpu":
                raise
    raise AssertionError("the CPU is tried last")


def createVideoWriter(  # noqa: N802
    fileName: str | Path,  # noqa: N803
    frameSize: tuple[int, int],  # noqa: N803
    codec: int = constants.H264,
    fps: float = 25.0,
    colorFormat: int = constants.ColorFormat_BGR,  # noqa: N803
    params: EncoderParams | None = None,
    encoderCallback: None = None,  # noqa: N803
    stream: Stream | None = None,
) -> VideoWriter:
    """A :class:`VideoWriter`.

    Args:
        fileName: the video to write; its ending says which container it is (``.mp4``, ``.mkv``, ``.h264``).
        frameSize: width and height; both even for most codecs.
        codec: ``H264``, ``HEVC``, ``AV1``, ``VP8``, ``VP9``, ``MPEG4``, ``MPEG2``, ``MPEG1`` or ``JPEG``.
        fps: frames per second.
        colorFormat: what frames will be: ``ColorFormat_BGR``, ``BGRA``, ``GRAY``, ``RGB`` or ``RGBA``.
        params: settings of the encoder.
        encoderCallback: not here: must be None.
        stream: the stream to work on.

    Raises:
        TorchOpencvError: torchcodec is missing, or FFmpeg can't write that.
        ValueError: for a codec or colours that there are none of here.
    """
    if codec not in _CODECS:
        raise ValueError(
            f"cv.cudacodec.createVideoWriter: argument 'codec' is {codec}: pass one such as cv.cudacodec.H264"
        )
    if colorFormat not in _CHANNELS:
        raise ValueError(
            f"cv.cudacodec.createVideoWriter: argument 'colorFormat' is {colorFormat}: pass ColorFormat_BGR, "
            "BGRA, GRAY, RGB or RGBA"
        )
    if encoderCallback is not None:
        raise ValueError(
            "cv.cudacodec.createVideoWriter: argument 'encoderCallback' is given: torchcodec has none: pass None"
        )
    made = VideoWriter(Path(fileName), frameSize, codec, fps, colorFormat, copy.deepcopy(params) or EncoderParams())
    made._stream = stream or Stream.Null()
    return made
