# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.gapi
import torch_opencv.gapi.ie
import torch_opencv.gapi.onnx
import torch_opencv.gapi.ov
import torch_opencv.typing
import numpy


# Enumerations
TEST_CUSTOM: int
TEST_EQ: int
TEST_NE: int
TEST_LE: int
TEST_LT: int
TEST_GE: int
TEST_GT: int
TestOp = int
"""One of [TEST_CUSTOM, TEST_EQ, TEST_NE, TEST_LE, TEST_LT, TEST_GE, TEST_GT]"""

OpaqueKind_CV_UNKNOWN: int
OPAQUE_KIND_CV_UNKNOWN: int
OpaqueKind_CV_BOOL: int
OPAQUE_KIND_CV_BOOL: int
OpaqueKind_CV_INT: int
OPAQUE_KIND_CV_INT: int
OpaqueKind_CV_INT64: int
OPAQUE_KIND_CV_INT64: int
OpaqueKind_CV_DOUBLE: int
OPAQUE_KIND_CV_DOUBLE: int
OpaqueKind_CV_FLOAT: int
OPAQUE_KIND_CV_FLOAT: int
OpaqueKind_CV_UINT64: int
OPAQUE_KIND_CV_UINT64: int
OpaqueKind_CV_STRING: int
OPAQUE_KIND_CV_STRING: int
OpaqueKind_CV_POINT: int
OPAQUE_KIND_CV_POINT: int
OpaqueKind_CV_POINT2F: int
OPAQUE_KIND_CV_POINT2F: int
OpaqueKind_CV_POINT3F: int
OPAQUE_KIND_CV_POINT3F: int
OpaqueKind_CV_SIZE: int
OPAQUE_KIND_CV_SIZE: int
OpaqueKind_CV_RECT: int
OPAQUE_KIND_CV_RECT: int
OpaqueKind_CV_SCALAR: int
OPAQUE_KIND_CV_SCALAR: int
OpaqueKind_CV_MAT: int
OPAQUE_KIND_CV_MAT: int
OpaqueKind_CV_DRAW_PRIM: int
OPAQUE_KIND_CV_DRAW_PRIM: int
OpaqueKind = int
"""One of [OpaqueKind_CV_UNKNOWN, OPAQUE_KIND_CV_UNKNOWN, OpaqueKind_CV_BOOL, OPAQUE_KIND_CV_BOOL, OpaqueKind_CV_INT, OPAQUE_KIND_CV_INT, OpaqueKind_CV_INT64, OPAQUE_KIND_CV_INT64, OpaqueKind_CV_DOUBLE, OPAQUE_KIND_CV_DOUBLE, OpaqueKind_CV_FLOAT, OPAQUE_KIND_CV_FLOAT, OpaqueKind_CV_UINT64, OPAQUE_KIND_CV_UINT64, OpaqueKind_CV_STRING, OPAQUE_KIND_CV_STRING, OpaqueKind_CV_POINT, OPAQUE_KIND_CV_POINT, OpaqueKind_CV_POINT2F, OPAQUE_KIND_CV_POINT2F, OpaqueKind_CV_POINT3F, OPAQUE_KIND_CV_POINT3F, OpaqueKind_CV_SIZE, OPAQUE_KIND_CV_SIZE, OpaqueKind_CV_RECT, OPAQUE_KIND_CV_RECT, OpaqueKind_CV_SCALAR, OPAQUE_KIND_CV_SCALAR, OpaqueKind_CV_MAT, OPAQUE_KIND_CV_MAT, OpaqueKind_CV_DRAW_PRIM, OPAQUE_KIND_CV_DRAW_PRIM]"""

ArgKind_OPAQUE_VAL: int
ARG_KIND_OPAQUE_VAL: int
ArgKind_OPAQUE: int
ARG_KIND_OPAQUE: int
ArgKind_GOBJREF: int
ARG_KIND_GOBJREF: int
ArgKind_GMAT: int
ARG_KIND_GMAT: int
ArgKind_GMATP: int
ARG_KIND_GMATP: int
ArgKind_GFRAME: int
ARG_KIND_GFRAME: int
ArgKind_GSCALAR: int
ARG_KIND_GSCALAR: int
ArgKind_GARRAY: int
ARG_KIND_GARRAY: int
ArgKind_GOPAQUE: int
ARG_KIND_GOPAQUE: int
ArgKind = int
"""One of [ArgKind_OPAQUE_VAL, ARG_KIND_OPAQUE_VAL, ArgKind_OPAQUE, ARG_KIND_OPAQUE, ArgKind_GOBJREF, ARG_KIND_GOBJREF, ArgKind_GMAT, ARG_KIND_GMAT, ArgKind_GMATP, ARG_KIND_GMATP, ArgKind_GFRAME, ARG_KIND_GFRAME, ArgKind_GSCALAR, ARG_KIND_GSCALAR, ArgKind_GARRAY, ARG_KIND_GARRAY, ArgKind_GOPAQUE, ARG_KIND_GOPAQUE]"""

WAVE_CORRECT_HORIZ: int
WAVE_CORRECT_VERT: int
WAVE_CORRECT_AUTO: int
WaveCorrectKind = int
"""One of [WAVE_CORRECT_HORIZ, WAVE_CORRECT_VERT, WAVE_CORRECT_AUTO]"""


Blender_NO: int
BLENDER_NO: int
Blender_FEATHER: int
BLENDER_FEATHER: int
Blender_MULTI_BAND: int
BLENDER_MULTI_BAND: int

ExposureCompensator_NO: int
EXPOSURE_COMPENSATOR_NO: int
ExposureCompensator_GAIN: int
EXPOSURE_COMPENSATOR_GAIN: int
ExposureCompensator_GAIN_BLOCKS: int
EXPOSURE_COMPENSATOR_GAIN_BLOCKS: int
ExposureCompensator_CHANNELS: int
EXPOSURE_COMPENSATOR_CHANNELS: int
ExposureCompensator_CHANNELS_BLOCKS: int
EXPOSURE_COMPENSATOR_CHANNELS_BLOCKS: int

SeamFinder_NO: int
SEAM_FINDER_NO: int
SeamFinder_VORONOI_SEAM: int
SEAM_FINDER_VORONOI_SEAM: int
SeamFinder_DP_SEAM: int
SEAM_FINDER_DP_SEAM: int

DpSeamFinder_COLOR: int
DP_SEAM_FINDER_COLOR: int
DpSeamFinder_COLOR_GRAD: int
DP_SEAM_FINDER_COLOR_GRAD: int
DpSeamFinder_CostFunction = int
"""One of [DpSeamFinder_COLOR, DP_SEAM_FINDER_COLOR, DpSeamFinder_COLOR_GRAD, DP_SEAM_FINDER_COLOR_GRAD]"""

Timelapser_AS_IS: int
TIMELAPSER_AS_IS: int
Timelapser_CROP: int
TIMELAPSER_CROP: int

TrackerSamplerCSC_MODE_INIT_POS: int
TRACKER_SAMPLER_CSC_MODE_INIT_POS: int
TrackerSamplerCSC_MODE_INIT_NEG: int
TRACKER_SAMPLER_CSC_MODE_INIT_NEG: int
TrackerSamplerCSC_MODE_TRACK_POS: int
TRACKER_SAMPLER_CSC_MODE_TRACK_POS: int
TrackerSamplerCSC_MODE_TRACK_NEG: int
TRACKER_SAMPLER_CSC_MODE_TRACK_NEG: int
TrackerSamplerCSC_MODE_DETECT: int
TRACKER_SAMPLER_CSC_MODE_DETECT: int
TrackerSamplerCSC_MODE = int
"""One of [TrackerSamplerCSC_MODE_INIT_POS, TRACKER_SAMPLER_CSC_MODE_INIT_POS, TrackerSamplerCSC_MODE_INIT_NEG, TRACKER_SAMPLER_CSC_MODE_INIT_NEG, TrackerSamplerCSC_MODE_TRACK_POS, TRACKER_SAMPLER_CSC_MODE_TRACK_POS, TrackerSamplerCSC_MODE_TRACK_NEG, TRACKER_SAMPLER_CSC_MODE_TRACK_NEG, TrackerSamplerCSC_MODE_DETECT, TRACKER_SAMPLER_CSC_MODE_DETECT]"""

GraphCutSeamFinderBase_COST_COLOR: int
GRAPH_CUT_SEAM_FINDER_BASE_COST_COLOR: int
GraphCutSeamFinderBase_COST_COLOR_GRAD: int
GRAPH_CUT_SEAM_FINDER_BASE_COST_COLOR_GRAD: int
GraphCutSeamFinderBase_CostType = int
"""One of [GraphCutSeamFinderBase_COST_COLOR, GRAPH_CUT_SEAM_FINDER_BASE_COST_COLOR, GraphCutSeamFinderBase_COST_COLOR_GRAD, GRAPH_CUT_SEAM_FINDER_BASE_COST_COLOR_GRAD]"""

CvFeatureParams_HAAR: int
CV_FEATURE_PARAMS_HAAR: int
CvFeatureParams_LBP: int
CV_FEATURE_PARAMS_LBP: int
CvFeatureParams_HOG: int
CV_FEATURE_PARAMS_HOG: int
CvFeatureParams_FeatureType = int
"""One of [CvFeatureParams_HAAR, CV_FEATURE_PARAMS_HAAR, CvFeatureParams_LBP, CV_FEATURE_PARAMS_LBP, CvFeatureParams_HOG, CV_FEATURE_PARAMS_HOG]"""

TrackerContribSamplerCSC_MODE_INIT_POS: int
TRACKER_CONTRIB_SAMPLER_CSC_MODE_INIT_POS: int
TrackerContribSamplerCSC_MODE_INIT_NEG: int
TRACKER_CONTRIB_SAMPLER_CSC_MODE_INIT_NEG: int
TrackerContribSamplerCSC_MODE_TRACK_POS: int
TRACKER_CONTRIB_SAMPLER_CSC_MODE_TRACK_POS: int
TrackerContribSamplerCSC_MODE_TRACK_NEG: int
TRACKER_CONTRIB_SAMPLER_CSC_MODE_TRACK_NEG: int
TrackerContribSamplerCSC_MODE_DETECT: int
TRACKER_CONTRIB_SAMPLER_CSC_MODE_DETECT: int

TrackerSamplerCS_MODE_POSITIVE: int
TRACKER_SAMPLER_CS_MODE_POSITIVE: int
TrackerSamplerCS_MODE_NEGATIVE: int
TRACKER_SAMPLER_CS_MODE_NEGATIVE: int
TrackerSamplerCS_MODE_CLASSIFY: int
TRACKER_SAMPLER_CS_MODE_CLASSIFY: int


# Classes
class Blender:
    # Functions
    @classmethod
    def createDefault(cls, type: int | Tensor, try_gpu: bool = ...) -> Blender: ...

    @_typing.overload
    def prepare(self, corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], sizes: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Size]) -> None: ...
    @_typing.overload
    def prepare(self, dst_roi: torch_opencv.typing.Rect) -> None: ...

    @_typing.overload
    def feed(self, img: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike, tl: torch_opencv.typing.Point) -> None: ...
    @_typing.overload
    def feed(self, img: torch_opencv.UMat, mask: torch_opencv.UMat, tl: torch_opencv.typing.Point) -> None: ...

    @_typing.overload
    def blend(self, dst: torch_opencv.typing.MatLike, dst_mask: torch_opencv.typing.MatLike) -> tuple[Tensor, Tensor]: ...
    @_typing.overload
    def blend(self, dst: torch_opencv.UMat, dst_mask: torch_opencv.UMat) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...


class FeatherBlender(Blender):
    # Functions
    def __init__(self, sharpness: float | Tensor = ...) -> None: ...

    def sharpness(self) -> float: ...

    def setSharpness(self, val: float | Tensor) -> None: ...

    def prepare(self, dst_roi: torch_opencv.typing.Rect) -> None: ...

    @_typing.overload
    def feed(self, img: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike, tl: torch_opencv.typing.Point) -> None: ...
    @_typing.overload
    def feed(self, img: torch_opencv.UMat, mask: torch_opencv.UMat, tl: torch_opencv.typing.Point) -> None: ...

    @_typing.overload
    def blend(self, dst: torch_opencv.typing.MatLike, dst_mask: torch_opencv.typing.MatLike) -> tuple[Tensor, Tensor]: ...
    @_typing.overload
    def blend(self, dst: torch_opencv.UMat, dst_mask: torch_opencv.UMat) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

    def createWeightMaps(self, masks: _typing.Sequence[torch_opencv.UMat], corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], weight_maps: _typing.Sequence[torch_opencv.UMat]) -> tuple[tuple[int, int, int, int], _typing.Sequence[torch_opencv.UMat]]: ...


class MultiBandBlender(Blender):
    # Functions
    def __init__(self, try_gpu: int | Tensor = ..., num_bands: int | Tensor = ..., weight_type: int | Tensor = ...) -> None: ...

    def numBands(self) -> int: ...

    def setNumBands(self, val: int | Tensor) -> None: ...

    def prepare(self, dst_roi: torch_opencv.typing.Rect) -> None: ...

    @_typing.overload
    def feed(self, img: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike, tl: torch_opencv.typing.Point) -> None: ...
    @_typing.overload
    def feed(self, img: torch_opencv.UMat, mask: torch_opencv.UMat, tl: torch_opencv.typing.Point) -> None: ...

    @_typing.overload
    def blend(self, dst: torch_opencv.typing.MatLike, dst_mask: torch_opencv.typing.MatLike) -> tuple[Tensor, Tensor]: ...
    @_typing.overload
    def blend(self, dst: torch_opencv.UMat, dst_mask: torch_opencv.UMat) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...


class CameraParams:
    focal: float
    aspect: float
    ppx: float
    ppy: float
    @property
    def R(self) -> Tensor: ...
    @R.setter
    def R(self, value: torch_opencv.typing.MatLike) -> None: ...
    @property
    def t(self) -> Tensor: ...
    @t.setter
    def t(self, value: torch_opencv.typing.MatLike) -> None: ...

    # Functions
    def K(self) -> Tensor: ...


class ExposureCompensator:
    # Functions
    @classmethod
    def createDefault(cls, type: int | Tensor) -> ExposureCompensator: ...

    def feed(self, corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], images: _typing.Sequence[torch_opencv.UMat], masks: _typing.Sequence[torch_opencv.UMat]) -> None: ...

    @_typing.overload
    def apply(self, index: int | Tensor, corner: torch_opencv.typing.Point, image: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike) -> Tensor: ...
    @_typing.overload
    def apply(self, index: int | Tensor, corner: torch_opencv.typing.Point, image: torch_opencv.UMat, mask: torch_opencv.UMat) -> torch_opencv.UMat: ...

    def getMatGains(self, arg1: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> _typing.Sequence[Tensor]: ...

    def setMatGains(self, arg1: _typing.Sequence[torch_opencv.typing.MatLike]) -> None: ...

    def setUpdateGain(self, b: bool) -> None: ...

    def getUpdateGain(self) -> bool: ...


class NoExposureCompensator(ExposureCompensator):
    # Functions
    @_typing.overload
    def apply(self, arg1: int | Tensor, arg2: torch_opencv.typing.Point, arg3: torch_opencv.typing.MatLike, arg4: torch_opencv.typing.MatLike) -> Tensor: ...
    @_typing.overload
    def apply(self, arg1: int | Tensor, arg2: torch_opencv.typing.Point, arg3: torch_opencv.UMat, arg4: torch_opencv.UMat) -> torch_opencv.UMat: ...

    def getMatGains(self, umv: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> _typing.Sequence[Tensor]: ...

    def setMatGains(self, umv: _typing.Sequence[torch_opencv.typing.MatLike]) -> None: ...


class GainCompensator(ExposureCompensator):
    # Functions
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, nr_feeds: int | Tensor) -> None: ...

    @_typing.overload
    def apply(self, index: int | Tensor, corner: torch_opencv.typing.Point, image: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike) -> Tensor: ...
    @_typing.overload
    def apply(self, index: int | Tensor, corner: torch_opencv.typing.Point, image: torch_opencv.UMat, mask: torch_opencv.UMat) -> torch_opencv.UMat: ...

    def getMatGains(self, umv: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> _typing.Sequence[Tensor]: ...

    def setMatGains(self, umv: _typing.Sequence[torch_opencv.typing.MatLike]) -> None: ...

    def setNrFeeds(self, nr_feeds: int | Tensor) -> None: ...

    def getNrFeeds(self) -> int: ...

    def setSimilarityThreshold(self, similarity_threshold: float | Tensor) -> None: ...

    def getSimilarityThreshold(self) -> float: ...


class ChannelsCompensator(ExposureCompensator):
    # Functions
    def __init__(self, nr_feeds: int | Tensor = ...) -> None: ...

    @_typing.overload
    def apply(self, index: int | Tensor, corner: torch_opencv.typing.Point, image: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike) -> Tensor: ...
    @_typing.overload
    def apply(self, index: int | Tensor, corner: torch_opencv.typing.Point, image: torch_opencv.UMat, mask: torch_opencv.UMat) -> torch_opencv.UMat: ...

    def getMatGains(self, umv: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> _typing.Sequence[Tensor]: ...

    def setMatGains(self, umv: _typing.Sequence[torch_opencv.typing.MatLike]) -> None: ...

    def setNrFeeds(self, nr_feeds: int | Tensor) -> None: ...

    def getNrFeeds(self) -> int: ...

    def setSimilarityThreshold(self, similarity_threshold: float | Tensor) -> None: ...

    def getSimilarityThreshold(self) -> float: ...


class BlocksCompensator(ExposureCompensator):
    # Functions
    @_typing.overload
    def apply(self, index: int | Tensor, corner: torch_opencv.typing.Point, image: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike) -> Tensor: ...
    @_typing.overload
    def apply(self, index: int | Tensor, corner: torch_opencv.typing.Point, image: torch_opencv.UMat, mask: torch_opencv.UMat) -> torch_opencv.UMat: ...

    def getMatGains(self, umv: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> _typing.Sequence[Tensor]: ...

    def setMatGains(self, umv: _typing.Sequence[torch_opencv.typing.MatLike]) -> None: ...

    def setNrFeeds(self, nr_feeds: int | Tensor) -> None: ...

    def getNrFeeds(self) -> int: ...

    def setSimilarityThreshold(self, similarity_threshold: float | Tensor) -> None: ...

    def getSimilarityThreshold(self) -> float: ...

    @_typing.overload
    def setBlockSize(self, width: int | Tensor, height: int | Tensor) -> None: ...
    @_typing.overload
    def setBlockSize(self, size: torch_opencv.typing.Size) -> None: ...

    def getBlockSize(self) -> tuple[int, int]: ...

    def setNrGainsFilteringIterations(self, nr_iterations: int | Tensor) -> None: ...

    def getNrGainsFilteringIterations(self) -> int: ...


class BlocksGainCompensator(BlocksCompensator):
    # Functions
    @_typing.overload
    def __init__(self, bl_width: int | Tensor = ..., bl_height: int | Tensor = ...) -> None: ...
    @_typing.overload
    def __init__(self, bl_width: int | Tensor, bl_height: int | Tensor, nr_feeds: int | Tensor) -> None: ...

    @_typing.overload
    def apply(self, index: int | Tensor, corner: torch_opencv.typing.Point, image: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike) -> Tensor: ...
    @_typing.overload
    def apply(self, index: int | Tensor, corner: torch_opencv.typing.Point, image: torch_opencv.UMat, mask: torch_opencv.UMat) -> torch_opencv.UMat: ...

    def getMatGains(self, umv: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> _typing.Sequence[Tensor]: ...

    def setMatGains(self, umv: _typing.Sequence[torch_opencv.typing.MatLike]) -> None: ...


class BlocksChannelsCompensator(BlocksCompensator):
    # Functions
    def __init__(self, bl_width: int | Tensor = ..., bl_height: int | Tensor = ..., nr_feeds: int | Tensor = ...) -> None: ...


class ImageFeatures:
    img_idx: int
    @property
    def img_size(self) -> tuple[int, int]: ...
    @img_size.setter
    def img_size(self, value: torch_opencv.typing.Size) -> None: ...
    keypoints: _typing.Sequence[torch_opencv.KeyPoint]
    descriptors: torch_opencv.UMat

    # Functions
    def getKeypoints(self) -> _typing.Sequence[torch_opencv.KeyPoint]: ...


class MatchesInfo:
    src_img_idx: int
    dst_img_idx: int
    matches: _typing.Sequence[torch_opencv.DMatch]
    @property
    def inliers_mask(self) -> Tensor: ...
    @inliers_mask.setter
    def inliers_mask(self, value: torch_opencv.typing.MatLike) -> None: ...
    num_inliers: int
    @property
    def H(self) -> Tensor: ...
    @H.setter
    def H(self, value: torch_opencv.typing.MatLike) -> None: ...
    confidence: float

    # Functions
    def getMatches(self) -> _typing.Sequence[torch_opencv.DMatch]: ...

    def getInliers(self) -> Tensor: ...


class FeaturesMatcher:
    # Functions
    def apply(self, features1: ImageFeatures, features2: ImageFeatures) -> MatchesInfo: ...

    def apply2(self, features: _typing.Sequence[ImageFeatures], mask: torch_opencv.UMat | None = ...) -> _typing.Sequence[MatchesInfo]: ...

    def isThreadSafe(self) -> bool: ...

    def collectGarbage(self) -> None: ...


class BestOf2NearestMatcher(FeaturesMatcher):
    # Functions
    def __init__(self, try_use_gpu: bool = ..., match_conf: float | Tensor = ..., num_matches_thresh1: int | Tensor = ..., num_matches_thresh2: int | Tensor = ..., matches_confindece_thresh: float | Tensor = ...) -> None: ...

    def collectGarbage(self) -> None: ...

    @classmethod
    def create(cls, try_use_gpu: bool = ..., match_conf: float | Tensor = ..., num_matches_thresh1: int | Tensor = ..., num_matches_thresh2: int | Tensor = ..., matches_confindece_thresh: float | Tensor = ...) -> BestOf2NearestMatcher: ...


class BestOf2NearestRangeMatcher(BestOf2NearestMatcher):
    # Functions
    def __init__(self, range_width: int | Tensor = ..., try_use_gpu: bool = ..., match_conf: float | Tensor = ..., num_matches_thresh1: int | Tensor = ..., num_matches_thresh2: int | Tensor = ...) -> None: ...


class AffineBestOf2NearestMatcher(BestOf2NearestMatcher):
    # Functions
    def __init__(self, full_affine: bool = ..., try_use_gpu: bool = ..., match_conf: float | Tensor = ..., num_matches_thresh1: int | Tensor = ...) -> None: ...


class Estimator:
    # Functions
    def apply(self, features: _typing.Sequence[ImageFeatures], pairwise_matches: _typing.Sequence[MatchesInfo], cameras: _typing.Sequence[CameraParams]) -> tuple[bool, _typing.Sequence[CameraParams]]: ...


class HomographyBasedEstimator(Estimator):
    # Functions
    def __init__(self, is_focals_estimated: bool = ...) -> None: ...


class AffineBasedEstimator(Estimator):
    # Functions
    def __init__(self) -> None: ...


class BundleAdjusterBase(Estimator):
    # Functions
    def refinementMask(self) -> Tensor: ...

    def setRefinementMask(self, mask: torch_opencv.typing.MatLike) -> None: ...

    def confThresh(self) -> float: ...

    def setConfThresh(self, conf_thresh: float | Tensor) -> None: ...

    def termCriteria(self) -> tuple[int, int, float]: ...

    def setTermCriteria(self, term_criteria: torch_opencv.typing.TermCriteria) -> None: ...


class NoBundleAdjuster(BundleAdjusterBase):
    # Functions
    def __init__(self) -> None: ...


class BundleAdjusterReproj(BundleAdjusterBase):
    # Functions
    def __init__(self) -> None: ...


class BundleAdjusterRay(BundleAdjusterBase):
    # Functions
    def __init__(self) -> None: ...


class BundleAdjusterAffine(BundleAdjusterBase):
    # Functions
    def __init__(self) -> None: ...


class BundleAdjusterAffinePartial(BundleAdjusterBase):
    # Functions
    def __init__(self) -> None: ...


class SeamFinder:
    # Functions
    def find(self, src: _typing.Sequence[torch_opencv.UMat], corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], masks: _typing.Sequence[torch_opencv.UMat]) -> _typing.Sequence[torch_opencv.UMat]: ...

    @classmethod
    def createDefault(cls, type: int | Tensor) -> SeamFinder: ...


class NoSeamFinder(SeamFinder):
    # Functions
    def find(self, arg1: _typing.Sequence[torch_opencv.UMat], arg2: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], arg3: _typing.Sequence[torch_opencv.UMat]) -> _typing.Sequence[torch_opencv.UMat]: ...


class PairwiseSeamFinder(SeamFinder):
    # Functions
    def find(self, src: _typing.Sequence[torch_opencv.UMat], corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], masks: _typing.Sequence[torch_opencv.UMat]) -> _typing.Sequence[torch_opencv.UMat]: ...


class VoronoiSeamFinder(PairwiseSeamFinder):
    # Functions
    def find(self, src: _typing.Sequence[torch_opencv.UMat], corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], masks: _typing.Sequence[torch_opencv.UMat]) -> _typing.Sequence[torch_opencv.UMat]: ...


class DpSeamFinder(SeamFinder):
    # Functions
    def __init__(self, costFunc: str) -> None: ...

    def setCostFunction(self, val: str) -> None: ...


class GraphCutSeamFinder:
    # Functions
    def __init__(self, cost_type: str, terminal_cost: float | Tensor = ..., bad_region_penalty: float | Tensor = ...) -> None: ...

    def find(self, src: _typing.Sequence[torch_opencv.UMat], corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], masks: _typing.Sequence[torch_opencv.UMat]) -> _typing.Sequence[torch_opencv.UMat]: ...


class Timelapser:
    # Functions
    @classmethod
    def createDefault(cls, type: int | Tensor) -> Timelapser: ...

    def initialize(self, corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], sizes: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Size]) -> None: ...

    @_typing.overload
    def process(self, img: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike, tl: torch_opencv.typing.Point) -> None: ...
    @_typing.overload
    def process(self, img: torch_opencv.UMat, mask: torch_opencv.UMat, tl: torch_opencv.typing.Point) -> None: ...

    def getDst(self) -> torch_opencv.UMat: ...


class TimelapserCrop(Timelapser):
    ...

class ProjectorBase:
    ...

class SphericalProjector(ProjectorBase):
    # Functions
    def mapForward(self, x: float | Tensor, y: float | Tensor, u: float | Tensor, v: float | Tensor) -> None: ...

    def mapBackward(self, u: float | Tensor, v: float | Tensor, x: float | Tensor, y: float | Tensor) -> None: ...



# Functions
def calibrateRotatingCamera(Hs: _typing.Sequence[torch_opencv.typing.MatLike], K: torch_opencv.typing.MatLike | None = ...) -> tuple[bool, Tensor]: ...

@_typing.overload
def computeImageFeatures(featuresFinder: torch_opencv.Feature2D, images: _typing.Sequence[torch_opencv.typing.MatLike], masks: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> _typing.Sequence[ImageFeatures]: ...
@_typing.overload
def computeImageFeatures(featuresFinder: torch_opencv.Feature2D, images: _typing.Sequence[torch_opencv.UMat], masks: _typing.Sequence[torch_opencv.UMat] | None = ...) -> _typing.Sequence[ImageFeatures]: ...

@_typing.overload
def computeImageFeatures2(featuresFinder: torch_opencv.Feature2D, image: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike | None = ...) -> ImageFeatures: ...
@_typing.overload
def computeImageFeatures2(featuresFinder: torch_opencv.Feature2D, image: torch_opencv.UMat, mask: torch_opencv.UMat | None = ...) -> ImageFeatures: ...

@_typing.overload
def createLaplacePyr(img: torch_opencv.typing.MatLike, num_levels: int | Tensor, pyr: _typing.Sequence[torch_opencv.UMat]) -> _typing.Sequence[torch_opencv.UMat]: ...
@_typing.overload
def createLaplacePyr(img: torch_opencv.UMat, num_levels: int | Tensor, pyr: _typing.Sequence[torch_opencv.UMat]) -> _typing.Sequence[torch_opencv.UMat]: ...

@_typing.overload
def createLaplacePyrGpu(img: torch_opencv.typing.MatLike, num_levels: int | Tensor, pyr: _typing.Sequence[torch_opencv.UMat]) -> _typing.Sequence[torch_opencv.UMat]: ...
@_typing.overload
def createLaplacePyrGpu(img: torch_opencv.UMat, num_levels: int | Tensor, pyr: _typing.Sequence[torch_opencv.UMat]) -> _typing.Sequence[torch_opencv.UMat]: ...

@_typing.overload
def createWeightMap(mask: torch_opencv.typing.MatLike, sharpness: float | Tensor, weight: torch_opencv.typing.MatLike) -> Tensor: ...
@_typing.overload
def createWeightMap(mask: torch_opencv.UMat, sharpness: float | Tensor, weight: torch_opencv.UMat) -> torch_opencv.UMat: ...

def focalsFromHomography(H: torch_opencv.typing.MatLike, f0: float | Tensor, f1: float | Tensor, f0_ok: bool, f1_ok: bool) -> None: ...

def leaveBiggestComponent(features: _typing.Sequence[ImageFeatures], pairwise_matches: _typing.Sequence[MatchesInfo], conf_threshold: float | Tensor) -> Tensor: ...

def matchesGraphAsString(paths: _typing.Sequence[str], pairwise_matches: _typing.Sequence[MatchesInfo], conf_threshold: float | Tensor) -> str: ...

@_typing.overload
def normalizeUsingWeightMap(weight: torch_opencv.typing.MatLike, src: torch_opencv.typing.MatLike) -> Tensor: ...
@_typing.overload
def normalizeUsingWeightMap(weight: torch_opencv.UMat, src: torch_opencv.UMat) -> torch_opencv.UMat: ...

def overlapRoi(tl1: torch_opencv.typing.Point, tl2: torch_opencv.typing.Point, sz1: torch_opencv.typing.Size, sz2: torch_opencv.typing.Size, roi: torch_opencv.typing.Rect) -> bool: ...

def restoreImageFromLaplacePyr(pyr: _typing.Sequence[torch_opencv.UMat]) -> _typing.Sequence[torch_opencv.UMat]: ...

def restoreImageFromLaplacePyrGpu(pyr: _typing.Sequence[torch_opencv.UMat]) -> _typing.Sequence[torch_opencv.UMat]: ...

@_typing.overload
def resultRoi(corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], images: _typing.Sequence[torch_opencv.UMat]) -> tuple[int, int, int, int]: ...
@_typing.overload
def resultRoi(corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], sizes: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Size]) -> tuple[int, int, int, int]: ...

def resultRoiIntersection(corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], sizes: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Size]) -> tuple[int, int, int, int]: ...

def resultTl(corners: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point]) -> tuple[int, int]: ...

def selectRandomSubset(count: int | Tensor, size: int | Tensor, subset: torch_opencv.typing.MatLike | _typing.Sequence[int | Tensor]) -> None: ...

def stitchingLogLevel() -> int: ...

@_typing.overload
def strip(params: torch_opencv.gapi.ie.PyParams) -> torch_opencv.gapi.GNetParam: ...
@_typing.overload
def strip(params: torch_opencv.gapi.onnx.PyParams) -> torch_opencv.gapi.GNetParam: ...
@_typing.overload
def strip(params: torch_opencv.gapi.ov.PyParams) -> torch_opencv.gapi.GNetParam: ...

def waveCorrect(rmats: _typing.Sequence[torch_opencv.typing.MatLike], kind: WaveCorrectKind) -> _typing.Sequence[Tensor]: ...


BestOf2NearestMatcher_create = BestOf2NearestMatcher.create
Blender_createDefault = Blender.createDefault
ExposureCompensator_createDefault = ExposureCompensator.createDefault
SeamFinder_createDefault = SeamFinder.createDefault
Timelapser_createDefault = Timelapser.createDefault
