# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing
import os


# Enumerations
FLANN_INDEX_TYPE_8U: int
FLANN_INDEX_TYPE_8S: int
FLANN_INDEX_TYPE_16U: int
FLANN_INDEX_TYPE_16S: int
FLANN_INDEX_TYPE_32S: int
FLANN_INDEX_TYPE_32F: int
FLANN_INDEX_TYPE_64F: int
FLANN_INDEX_TYPE_STRING: int
FLANN_INDEX_TYPE_BOOL: int
FLANN_INDEX_TYPE_ALGORITHM: int
LAST_VALUE_FLANN_INDEX_TYPE: int
FlannIndexType = int
"""One of [FLANN_INDEX_TYPE_8U, FLANN_INDEX_TYPE_8S, FLANN_INDEX_TYPE_16U, FLANN_INDEX_TYPE_16S, FLANN_INDEX_TYPE_32S, FLANN_INDEX_TYPE_32F, FLANN_INDEX_TYPE_64F, FLANN_INDEX_TYPE_STRING, FLANN_INDEX_TYPE_BOOL, FLANN_INDEX_TYPE_ALGORITHM, LAST_VALUE_FLANN_INDEX_TYPE]"""



# Classes
class Index:
    # Functions
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, features: torch_opencv.typing.MatLike, params: torch_opencv.typing.IndexParams, distType: int | Tensor = ...) -> None: ...
    @_typing.overload
    def __init__(self, features: torch_opencv.UMat, params: torch_opencv.typing.IndexParams, distType: int | Tensor = ...) -> None: ...

    @_typing.overload
    def build(self, features: torch_opencv.typing.MatLike, params: torch_opencv.typing.IndexParams, distType: int | Tensor = ...) -> None: ...
    @_typing.overload
    def build(self, features: torch_opencv.UMat, params: torch_opencv.typing.IndexParams, distType: int | Tensor = ...) -> None: ...

    @_typing.overload
    def knnSearch(self, query: torch_opencv.typing.MatLike, knn: int | Tensor, indices: torch_opencv.typing.MatLike | None = ..., dists: torch_opencv.typing.MatLike | None = ..., params: torch_opencv.typing.SearchParams = ...) -> tuple[Tensor, Tensor]: ...
    @_typing.overload
    def knnSearch(self, query: torch_opencv.UMat, knn: int | Tensor, indices: torch_opencv.UMat | None = ..., dists: torch_opencv.UMat | None = ..., params: torch_opencv.typing.SearchParams = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

    @_typing.overload
    def radiusSearch(self, query: torch_opencv.typing.MatLike, radius: float | Tensor, maxResults: int | Tensor, indices: torch_opencv.typing.MatLike | None = ..., dists: torch_opencv.typing.MatLike | None = ..., params: torch_opencv.typing.SearchParams = ...) -> tuple[int, Tensor, Tensor]: ...
    @_typing.overload
    def radiusSearch(self, query: torch_opencv.UMat, radius: float | Tensor, maxResults: int | Tensor, indices: torch_opencv.UMat | None = ..., dists: torch_opencv.UMat | None = ..., params: torch_opencv.typing.SearchParams = ...) -> tuple[int, torch_opencv.UMat, torch_opencv.UMat]: ...

    def save(self, filename: str | os.PathLike[str]) -> None: ...

    @_typing.overload
    def load(self, features: torch_opencv.typing.MatLike, filename: str | os.PathLike[str]) -> bool: ...
    @_typing.overload
    def load(self, features: torch_opencv.UMat, filename: str | os.PathLike[str]) -> bool: ...

    def release(self) -> None: ...

    def getDistance(self) -> int: ...

    def getAlgorithm(self) -> int: ...



