"""The constants of OpenCV's ``cv2.cudacodec`` (opencv_contrib 4.x at 2a5154a), by the names that Python has."""

from __future__ import annotations

# Codec
MPEG1 = 0
MPEG2 = 1
MPEG4 = 2
VC1 = 3
H264 = 4
JPEG = 5
H264_SVC = 6
H264_MVC = 7
HEVC = 8
VP8 = 9
VP9 = 10
AV1 = 11
NumCodecs = 12
Uncompressed_YUV420 = 1230591318
Uncompressed_YV12 = 1498820914
Uncompressed_NV12 = 1314271538
Uncompressed_YUYV = 1498765654
Uncompressed_UYVY = 1431918169

# ColorFormat
ColorFormat_UNDEFINED = 0
ColorFormat_BGRA = 1
ColorFormat_BGR = 2
ColorFormat_GRAY = 3
ColorFormat_RGB = 5
ColorFormat_RGBA = 6
ColorFormat_NV_YUV_SURFACE_FORMAT = 7
ColorFormat_NV_NV12 = 4
ColorFormat_NV_YV12 = 8
ColorFormat_NV_IYUV = 9
ColorFormat_NV_YUV444 = 10
ColorFormat_NV_AYUV = 11
ColorFormat_NV_YUV420_10BIT = 12
ColorFormat_NV_YUV444_10BIT = 13
ColorFormat_PROP_NOT_SUPPORTED = 14

# EncodeParamsRcMode
EncodeParamsRcMode_ENC_PARAMS_RC_CONSTQP = 0
EncodeParamsRcMode_ENC_PARAMS_RC_VBR = 1
EncodeParamsRcMode_ENC_PARAMS_RC_CBR = 2

# EncodeMultiPass
EncodeMultiPass_ENC_MULTI_PASS_DISABLED = 0
EncodeMultiPass_ENC_TWO_PASS_QUARTER_RESOLUTION = 1
EncodeMultiPass_ENC_TWO_PASS_FULL_RESOLUTION = 2

# EncodeProfile
EncodeProfile_ENC_CODEC_PROFILE_AUTOSELECT = 0
EncodeProfile_ENC_H264_PROFILE_BASELINE = 1
EncodeProfile_ENC_H264_PROFILE_MAIN = 2
EncodeProfile_ENC_H264_PROFILE_HIGH = 3
EncodeProfile_ENC_H264_PROFILE_HIGH_444 = 4
EncodeProfile_ENC_H264_PROFILE_STEREO = 5
EncodeProfile_ENC_H264_PROFILE_PROGRESSIVE_HIGH = 6
EncodeProfile_ENC_H264_PROFILE_CONSTRAINED_HIGH = 7
EncodeProfile_ENC_HEVC_PROFILE_MAIN = 8
EncodeProfile_ENC_HEVC_PROFILE_MAIN10 = 9
EncodeProfile_ENC_HEVC_PROFILE_FREXT = 10

# EncodePreset
EncodePreset_ENC_PRESET_P1 = 1
EncodePreset_ENC_PRESET_P2 = 2
EncodePreset_ENC_PRESET_P3 = 3
EncodePreset_ENC_PRESET_P4 = 4
EncodePreset_ENC_PRESET_P5 = 5
EncodePreset_ENC_PRESET_P6 = 6
EncodePreset_ENC_PRESET_P7 = 7

# EncodeTuningInfo
EncodeTuningInfo_ENC_TUNING_INFO_UNDEFINED = 0
EncodeTuningInfo_ENC_TUNING_INFO_HIGH_QUALITY = 1
EncodeTuningInfo_ENC_TUNING_INFO_LOW_LATENCY = 2
EncodeTuningInfo_ENC_TUNING_INFO_ULTRA_LOW_LATENCY = 3
EncodeTuningInfo_ENC_TUNING_INFO_LOSSLESS = 4
EncodeTuningInfo_ENC_TUNING_INFO_COUNT = 5

# ChromaFormat
ChromaFormat_Monochrome = 0
ChromaFormat_YUV420 = 1
ChromaFormat_YUV422 = 2
ChromaFormat_YUV444 = 3
ChromaFormat_NumFormats = 4

# DeinterlaceMode
DeinterlaceMode_Weave = 0
DeinterlaceMode_Bob = 1
DeinterlaceMode_Adaptive = 2

# ColorSpaceStandard
ColorSpaceStandard_BT709 = 1
ColorSpaceStandard_Unspecified = 2
ColorSpaceStandard_Reserved = 3
ColorSpaceStandard_FCC = 4
ColorSpaceStandard_BT470 = 5
ColorSpaceStandard_BT601 = 6
ColorSpaceStandard_SMPTE240M = 7
ColorSpaceStandard_YCgCo = 8
ColorSpaceStandard_BT2020 = 9
ColorSpaceStandard_BT2020C = 10

# SurfaceFormat
SurfaceFormat_SF_NV12 = 0
SurfaceFormat_SF_P016 = 1
SurfaceFormat_SF_YUV444 = 2
SurfaceFormat_SF_YUV444_16Bit = 3

# BitDepth
BitDepth_EIGHT = 0
BitDepth_SIXTEEN = 1
BitDepth_UNCHANGED = 2

# VideoReaderProps
VideoReaderProps_PROP_DECODED_FRAME_IDX = 0
VideoReaderProps_PROP_EXTRA_DATA_INDEX = 1
VideoReaderProps_PROP_RAW_PACKAGES_BASE_INDEX = 2
VideoReaderProps_PROP_NUMBER_OF_RAW_PACKAGES_SINCE_LAST_GRAB = 3
VideoReaderProps_PROP_RAW_MODE = 4
VideoReaderProps_PROP_LRF_HAS_KEY_FRAME = 5
VideoReaderProps_PROP_COLOR_FORMAT = 6
VideoReaderProps_PROP_UDP_SOURCE = 7
VideoReaderProps_PROP_ALLOW_FRAME_DROP = 8
VideoReaderProps_PROP_BIT_DEPTH = 9
VideoReaderProps_PROP_PLANAR = 10
VideoReaderProps_PROP_NOT_SUPPORTED = 11
