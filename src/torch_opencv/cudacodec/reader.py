"""``cv2.cudacodec.VideoReader``: the frames of a video file as tensors, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import color, warping
from torch_opencv.cuda._images import squeezed
from torch_opencv.cuda._outputs import Output
from torch_opencv.cuda.devices import home
from torch_opencv.cuda.gpumat import GpuMat
from torch_opencv.cuda.streams import Stream, work_on
from torch_opencv.cudacodec import constants
from torch_opencv.cudacodec._torchcodec import torchcodec
from torch_opencv.cudacodec.formats import FormatInfo, VideoReaderInitParams
from torch_opencv.errors import TorchOpencvError

Frame = Tensor | GpuMat

_CODECS = {
    "mpeg1video": constants.MPEG1,
    "mpeg2video": constants.MPEG2,
    "mpeg4": constants.MPEG4,
    "vc1": constants.VC1,
    "h264": constants.H264,
    "mjpeg": constants.JPEG,
    "hevc": constants.HEVC,
    "vp8": constants.VP8,
    "vp9": constants.VP9,
    "av1": constants.AV1,
}
_FORMATS = (
    constants.ColorFormat_BGRA,
    constants.ColorFormat_BGR,
    constants.ColorFormat_GRAY,
    constants.ColorFormat_RGB,
    constants.ColorFormat_RGBA,
)
_NOWHERE = (0, 0, 0, 0)


def _decoder(path: Path, device: torch.device) -> Any:
    """A decoder on the device, or on the CPU where torchcodec can't decode there."""
    decoders = torchcodec("decoders")
    try:
        if device.type == "cuda":
            try:
                return decoders.VideoDecoder(str(path), dimension_order="NHWC", device=str(device))
            except RuntimeError:  # torchcodec was built without CUDA, or the GPU has no decoder
                pass
        return decoders.VideoDecoder(str(path), dimension_order="NHWC", device="cpu", num_ffmpeg_threads=0)
    except (RuntimeError, ValueError) as error:
        raise TorchOpencvError(
            f"cv.cudacodec.createVideoReader: argument 'filename' is {str(path)!r}, which can't be read as a video "
            f"({str(error).splitlines()[0]}): pass a video file"
        ) from None


class VideoReader:
    """The frames of a video file; :func:`createVideoReader` makes it.

    They are uint8, BGRA at first, as OpenCV's (:meth:`set` changes that), on torch's current device.
    """

    def __init__(self, path: Path, params: VideoReaderInitParams) -> None:
        self._device = home()
        self._decoder = _decoder(path, self._device)
        self._params = params
        self._next = params.firstFrameIdx
        self._rgb: Tensor | None = None
        self._color, self._planar = constants.ColorFormat_BGRA, False

    # --- frames -----------------------------------------------------------------------------------------------------

    def nextFrame(self, frame: Frame | None = None, stream: Stream | None = None) -> tuple[bool, Frame]:  # noqa: N802
        """The next frame.

        Args:
            frame: where to write it: given a tensor, that is returned; else a ``GpuMat``.
            stream: the stream to work on.

        Returns:
            Whether there is one, and it: uint8, (H, W, C), or (H, W) where it is grey or planar (then of height C H).
        """
        return self.retrieve(frame, stream=stream) if self.grab(stream) else (False, _nothing(frame))

    def grab(self, stream: Stream | None = None) -> bool:
        """Decode the next frame, for :meth:`retrieve`. Returns whether there is one."""
        try:
            if self._next >= len(self._decoder):
                raise IndexError
            decoded = self._decoder.get_frame_at(self._next).data
        except (IndexError, RuntimeError):  # the end, or what is damaged
            self._rgb = None
            return False
        self._next += 1
        with work_on(stream or Stream.Null(), [decoded]):
            self._rgb = decoded.to(self._device, non_blocking=True)
        return True

    def retrieve(self, *args: Any, stream: Stream | None = None) -> tuple[bool, Frame]:
        """The frame that was decoded last: ``retrieve([frame])``, or ``retrieve(idx[, frame])``.

        Args:
            *args: ``frame`` is where to write it, as in :meth:`nextFrame`; ``idx`` is the frame's own index,
                ``PROP_DECODED_FRAME_IDX``: there is no other data.
            stream: the stream to work on.

        Returns:
            Whether there is one, and it.
        """
        idx, *rest = args if args and isinstance(args[0], int) else (0, *args)
        frame = rest[0] if rest else None
        if idx != constants.VideoReaderProps_PROP_DECODED_FRAME_IDX or self._rgb is None:
            return False, _nothing(frame)
        with work_on(stream or Stream.Null(), [self._rgb]):
            result = self._converted(self._placed(self._rgb))
            if frame is None:
                return True, GpuMat.over(result)
            place = Output(frame, "VideoReader.nextFrame", "frame", "cudacodec")
            place.accept(result)
            return True, place.write(result)

    def nextFrameWithHist(self, *args: Any, **kwargs: Any) -> Any:  # noqa: N802
        """Not here: histograms are made by NVIDIA's decoder. Always raises.

        Raises:
            NotImplementedError: says what to call instead.
        """
        raise NotImplementedError(
            "cv.cudacodec.VideoReader.nextFrameWithHist: torchcodec makes no histograms: call nextFrame, and "
            "cv.cuda.calcHist"
        )

    def _placed(self, rgb: Tensor) -> Tensor:
        x, y, w, h = self._params.srcRoi
        part = rgb[y : y + h, x : x + w] if w and h else rgb
        if all(self._params.targetSz) and self._params.targetSz != (part.shape[1], part.shape[0]):
            part = warping.resize(part, self._params.targetSz)
        return part

    def _converted(self, rgb: Tensor) -> Tensor:
        if self._color == constants.ColorFormat_GRAY:
            return color.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        reverse = self._color in (constants.ColorFormat_BGR, constants.ColorFormat_BGRA)
        image = rgb.flip(-1) if reverse else rgb
        if self._color in (constants.ColorFormat_BGRA, constants.ColorFormat_RGBA):
            image = torch.cat([image, torch.full_like(image[..., :1], 255)], -1)
        if self._planar:
            image = image.permute(2, 0, 1).reshape(-1, image.shape[1])
        return squeezed(image).clone() if image.data_ptr() == rgb.data_ptr() else image.contiguous()

    # --- what it is, and how ----------------------------------------------------------------------------------------

    def format(self) -> FormatInfo:
        """What is known of the video."""
        about = self._decoder.metadata
        size = int(about.width), int(about.height)
        target = self._params.targetSz if all(self._params.targetSz) else self._params.srcRoi[2:]
        width, height = target if all(target) else size
        return FormatInfo(
            codec=_CODECS.get(about.codec, constants.NumCodecs),
            ulWidth=size[0],
            ulHeight=size[1],
            width=width,
            height=height,
            displayArea=(0, 0, *size),
            valid=True,
            fps=float(about.average_fps or 0),
            targetSz=self._params.targetSz,
            srcRoi=self._params.srcRoi,
        )

    def set(self, colorFormat: int, bitDepth: int = constants.BitDepth_UNCHANGED, planar: bool = False) -> bool:  # noqa: N803
        """Set the colours of frames: one of ``ColorFormat_BGRA``, ``BGR``, ``GRAY``, ``RGB`` and ``RGBA``.

        Returns:
            Whether frames can be had so: there are none of 16 bits and no surfaces of NVIDIA's.
        """
        if colorFormat not in _FORMATS or bitDepth == constants.BitDepth_SIXTEEN:
            return False
        self._color, self._planar = colorFormat, planar
        return True

    def setVideoReaderProps(self, propertyId: int, propertyVal: float) -> bool:  # noqa: N802, N803
        """Set one of ``VideoReaderProps_PROP_COLOR_FORMAT``, ``PROP_PLANAR`` and ``PROP_BIT_DEPTH``.

        Returns:
            Whether it could be set.
        """
        if propertyId == constants.VideoReaderProps_PROP_COLOR_FORMAT:
            return self.set(int(propertyVal), planar=self._planar)
        if propertyId == constants.VideoReaderProps_PROP_PLANAR:
            return self.set(self._color, planar=bool(propertyVal))
        return (
            propertyId == constants.VideoReaderProps_PROP_BIT_DEPTH and int(propertyVal) != constants.BitDepth_SIXTEEN
        )

    def getVideoReaderProps(self, propertyId: int, propertyValIn: float = 0) -> tuple[bool, float]:  # noqa: N802, N803
        """One of the reader's properties: whether there is such a one, and its value."""
        known = {
            constants.VideoReaderProps_PROP_DECODED_FRAME_IDX: 0,
            constants.VideoReaderProps_PROP_RAW_MODE: 0,
            constants.VideoReaderProps_PROP_COLOR_FORMAT: self._color,
            constants.VideoReaderProps_PROP_UDP_SOURCE: int(self._params.udpSource),
            constants.VideoReaderProps_PROP_ALLOW_FRAME_DROP: int(self._params.allowFrameDrop),
            constants.VideoReaderProps_PROP_BIT_DEPTH: constants.BitDepth_EIGHT,
            constants.VideoReaderProps_PROP_PLANAR: int(self._planar),
        }
        return propertyId in known, float(known.get(propertyId, 0))

    def get(self, propertyId: int) -> tuple[bool, float]:  # noqa: N803
        """One of ``cv.CAP_PROP_FPS``, ``FRAME_COUNT``, ``FRAME_WIDTH``, ``FRAME_HEIGHT`` and ``POS_FRAMES``.

        Returns:
            Whether that is known, and its value.
        """
        about = self._decoder.metadata
        known = {
            cv2.CAP_PROP_FPS: about.average_fps,
            cv2.CAP_PROP_FRAME_COUNT: len(self._decoder),
            cv2.CAP_PROP_FRAME_WIDTH: about.width,
            cv2.CAP_PROP_FRAME_HEIGHT: about.height,
            cv2.CAP_PROP_POS_FRAMES: self._next,
        }
        value = known.get(propertyId)
        return value is not None, float(value or 0)


def _nothing(frame: Frame | None) -> Frame:
    return GpuMat() if frame is None else frame


def createVideoReader(  # noqa: N802
    filename: str | Path,
    sourceParams: Sequence[int] | Mapping[int, int] = (),  # noqa: N803
    params: VideoReaderInitParams | None = None,
) -> VideoReader:
    """A :class:`VideoReader` of a file.

    Args:
        filename: the video. (Cameras and live streams: ``cv.VideoCapture`` reads them, and ``torch_opencv.live``.)
        sourceParams: settings of OpenCV's own demuxer, which is not used: pass none.
        params: how to read it.

    Raises:
        TorchOpencvError: torchcodec is missing, or the file can't be read as a video.
        ValueError: for settings that there are none of here.
    """
    params = params or VideoReaderInitParams()
    if len(sourceParams):
        raise ValueError(
            "cv.cudacodec.createVideoReader: argument 'sourceParams' is not empty, and there are no such settings "
            "here: pass none"
        )
    for name, given in (("rawMode", params.rawMode), ("enableHistogram", params.enableHistogram)):
        if given:
            raise ValueError(
                f"cv.cudacodec.createVideoReader: argument 'params' has {name}, which torchcodec can't do: set False"
            )
    if tuple(params.targetRoi) != _NOWHERE:
        raise ValueError(
            "cv.cudacodec.createVideoReader: argument 'params' has a targetRoi, which is not here: set targetSz"
        )
    if not isinstance(filename, (str, Path)) or not Path(filename).is_file():
        raise TorchOpencvError(
            f"cv.cudacodec.createVideoReader: argument 'filename' is {filename!r}, and there is no such file: pass a "
            "video file (cv.VideoCapture reads cameras and live streams)"
        )
    return VideoReader(Path(filename).absolute(), params)
