# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import numpy
import torch_opencv.dnn
import torch_opencv
import torch_opencv.gapi.wip.draw
import torch_opencv.mat_wrapper


if _typing.TYPE_CHECKING:
    TermCriteria_Type = torch_opencv.TermCriteria_Type
else:
    TermCriteria_Type = int


IntPointer = int
"""Represents an arbitrary pointer"""
MatLike = _typing.Union[Tensor, numpy.ndarray[_typing.Any, _typing.Any]]
MatShape = MatLike | _typing.Sequence[int | Tensor]
Size = MatLike | _typing.Sequence[int | Tensor]
"""Required length is 2"""
Size2f = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 2"""
Scalar = _typing.Union[MatLike | _typing.Sequence[float | Tensor], float | Tensor]
"""Max sequence length is at most 4"""
Point = MatLike | _typing.Sequence[int | Tensor]
"""Required length is 2"""
Point2i = Point
Point2f = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 2"""
Point2d = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 2"""
Point3i = MatLike | _typing.Sequence[int | Tensor]
"""Required length is 3"""
Point3f = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 3"""
Point3d = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 3"""
Range = MatLike | _typing.Sequence[int | Tensor]
"""Required length is 2"""
Rect = MatLike | _typing.Sequence[int | Tensor]
"""Required length is 4"""
Rect2i = MatLike | _typing.Sequence[int | Tensor]
"""Required length is 4"""
Rect2f = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 4"""
Rect2d = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 4"""
Moments = _typing.Dict[str, float]
RotatedRect = torch_opencv.RotatedRect | _typing.Tuple[Point2f, Size2f, float | Tensor]
"""Any type providing sequence protocol is supported"""
TermCriteria = _typing.Tuple[TermCriteria_Type, int | Tensor, float | Tensor]
"""Any type providing sequence protocol is supported"""
Vec2i = MatLike | _typing.Sequence[int | Tensor]
"""Required length is 2"""
Vec2f = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 2"""
Vec2d = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 2"""
Vec3i = MatLike | _typing.Sequence[int | Tensor]
"""Required length is 3"""
Vec3f = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 3"""
Vec3d = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 3"""
Vec4i = MatLike | _typing.Sequence[int | Tensor]
"""Required length is 4"""
Vec4f = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 4"""
Vec4d = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 4"""
Vec6f = MatLike | _typing.Sequence[float | Tensor]
"""Required length is 6"""
FeatureDetector = torch_opencv.Feature2D
DescriptorExtractor = torch_opencv.Feature2D
FeatureExtractor = torch_opencv.Feature2D
Matx33f = MatLike
"""NDArray(shape=(3, 3), dtype=numpy.float32)"""
Matx33d = MatLike
"""NDArray(shape=(3, 3), dtype=numpy.float64)"""
Matx44f = MatLike
"""NDArray(shape=(4, 4), dtype=numpy.float32)"""
Matx44d = MatLike
"""NDArray(shape=(4, 4), dtype=numpy.float64)"""
LayerId = torch_opencv.dnn.DictValue
LayerParams = _typing.Mapping[str, _typing.Union[int, float, str]]
IndexParams = _typing.Mapping[str, _typing.Union[bool, int, float, str]]
SearchParams = _typing.Mapping[str, _typing.Union[bool, int, float, str]]
map_string_and_string = _typing.Mapping[str, str]
map_string_and_int = _typing.Mapping[str, int]
map_string_and_vector_size_t = _typing.Mapping[str, _typing.Sequence[int]]
map_string_and_vector_float = _typing.Mapping[str, _typing.Sequence[float]]
map_int_and_double = _typing.Mapping[int, float]
GProtoArg = _typing.Union[Scalar, torch_opencv.GMat, torch_opencv.GOpaqueT, torch_opencv.GArrayT]
GProtoInputArgs = _typing.Sequence[GProtoArg]
GProtoOutputArgs = _typing.Sequence[GProtoArg]
GRunArg = _typing.Union[MatLike, Scalar, torch_opencv.GOpaqueT, torch_opencv.GArrayT, _typing.Sequence[_typing.Any], None]
GOptRunArg = _typing.Optional[GRunArg]
GMetaArg = _typing.Union[torch_opencv.GMat, Scalar, torch_opencv.GOpaqueT, torch_opencv.GArrayT]
Prim = _typing.Union[torch_opencv.gapi.wip.draw.Text, torch_opencv.gapi.wip.draw.Circle, torch_opencv.gapi.wip.draw.Image, torch_opencv.gapi.wip.draw.Line, torch_opencv.gapi.wip.draw.Rect, torch_opencv.gapi.wip.draw.Mosaic, torch_opencv.gapi.wip.draw.Poly]
GTypeInfo = _typing.Union[torch_opencv.GMat, Scalar, torch_opencv.GOpaqueT, torch_opencv.GArrayT]
ExtractArgsCallback = _typing.Callable[[_typing.Sequence[GTypeInfo]], _typing.Sequence[GRunArg]]
ExtractMetaCallback = _typing.Callable[[_typing.Sequence[GTypeInfo]], _typing.Sequence[GMetaArg]]
