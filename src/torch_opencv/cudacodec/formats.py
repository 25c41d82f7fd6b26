"""What is known of a video, and how one is to be read or written: OpenCV's structures, with its fields and defaults."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch_opencv.cudacodec import constants

# ruff: noqa: N815 (OpenCV's names)

Rect = tuple[int, int, int, int]


@dataclass
class FormatInfo:
    """What is known of a video: its codec, sizes, frames per second. What only NVIDIA's decoder knows is 0."""

    codec: int = constants.NumCodecs
    chromaFormat: int = constants.ChromaFormat_YUV420
    surfaceFormat: int = constants.SurfaceFormat_SF_NV12
    nBitDepthMinus8: int = 0
    nBitDepthChromaMinus8: int = 0
    ulWidth: int = 0
    ulHeight: int = 0
    width: int = 0
    height: int = 0
    displayArea: Rect = (0, 0, 0, 0)
    valid: bool = False
    fps: float = 0.0
    ulNumDecodeSurfaces: int = 0
    deinterlaceMode: int = constants.DeinterlaceMode_Weave
    targetSz: tuple[int, int] = (0, 0)
    srcRoi: Rect = (0, 0, 0, 0)
    targetRoi: Rect = (0, 0, 0, 0)
    videoFullRangeFlag: bool = False
    colorSpaceStandard: int = constants.ColorSpaceStandard_Unspecified
    enableHistogram: bool = False
    nCounterBitDepth: int = 0
    nMaxHistogramBins: int = 0


@dataclass
class VideoReaderInitParams:
    """How a video is read.

    ``targetSz`` (width, height) is what frames are resized to, ``srcRoi`` (x, y, width, height) what is cut out of them
    before that, and ``firstFrameIdx`` the frame to begin with. ``udpSource``, ``allowFrameDrop`` and
    ``minNumDecodeSurfaces`` are for streams and NVIDIA's decoder, and change nothing here.
    """

    udpSource: bool = False
    allowFrameDrop: bool = False
    minNumDecodeSurfaces: int = 0
    rawMode: bool = False
    targetSz: tuple[int, int] = (0, 0)
    srcRoi: Rect = (0, 0, 0, 0)
    targetRoi: Rect = (0, 0, 0, 0)
    enableHistogram: bool = False
    firstFrameIdx: int = 0


@dataclass
class EncodeQp:
    """Quantisers for the three kinds of frames."""

    qpInterP: int = 0
    qpInterB: int = 0
    qpIntra: int = 0


@dataclass
class EncoderParams:
    """Settings of an encoder.

    ``gopLength`` (0: the encoder's own), ``averageBitRate``, ``maxBitRate`` and, with ``ENC_PARAMS_RC_CONSTQP``,
    ``constQp.qpInterP`` reach FFmpeg's encoders; the others are NVIDIA's own.
    """

    nvPreset: int = constants.EncodePreset_ENC_PRESET_P3
    tuningInfo: int = constants.EncodeTuningInfo_ENC_TUNING_INFO_HIGH_QUALITY
    encodingProfile: int = constants.EncodeProfile_ENC_CODEC_PROFILE_AUTOSELECT
    rateControlMode: int = constants.EncodeParamsRcMode_ENC_PARAMS_RC_VBR
    multiPassEncoding: int = constants.EncodeMultiPass_ENC_MULTI_PASS_DISABLED
    constQp: EncodeQp = field(default_factory=EncodeQp)
    averageBitRate: int = 0
    maxBitRate: int = 0
    targetQuality: int = 30
    gopLength: int = 0
    idrPeriod: int = 0
    videoFullRangeFlag: bool = False
