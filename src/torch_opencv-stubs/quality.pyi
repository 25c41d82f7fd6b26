# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.ml
import torch_opencv.typing


# Classes
class QualityBase(torch_opencv.Algorithm):
    # Functions
    @_typing.overload
    def compute(self, img: torch_opencv.typing.MatLike) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, img: torch_opencv.UMat) -> tuple[float, float, float, float]: ...

    @_typing.overload
    def getQualityMap(self, dst: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @_typing.overload
    def getQualityMap(self, dst: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

    def clear(self) -> None: ...

    def empty(self) -> bool: ...


class QualityBRISQUE(QualityBase):
    # Functions
    @_typing.overload
    def compute(self, img: torch_opencv.typing.MatLike) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, img: torch_opencv.UMat) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, img: torch_opencv.typing.MatLike, model_file_path: str, range_file_path: str) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, img: torch_opencv.UMat, model_file_path: str, range_file_path: str) -> tuple[float, float, float, float]: ...

    @classmethod
    @_typing.overload
    def create(cls, model_file_path: str, range_file_path: str) -> QualityBRISQUE: ...
    @classmethod
    @_typing.overload
    def create(cls, model: torch_opencv.ml.SVM, range: torch_opencv.typing.MatLike) -> QualityBRISQUE: ...

    @staticmethod
    @_typing.overload
    def computeFeatures(img: torch_opencv.typing.MatLike, features: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
    @staticmethod
    @_typing.overload
    def computeFeatures(img: torch_opencv.UMat, features: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...


class QualityGMSD(QualityBase):
    # Functions
    @_typing.overload
    def compute(self, cmp: torch_opencv.typing.MatLike) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, cmp: torch_opencv.UMat) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, ref: torch_opencv.typing.MatLike, cmp: torch_opencv.typing.MatLike, qualityMap: torch_opencv.typing.MatLike | None = ...) -> tuple[tuple[float, float, float, float], Tensor]: ...
    @_typing.overload
    def compute(self, ref: torch_opencv.UMat, cmp: torch_opencv.UMat, qualityMap: torch_opencv.UMat | None = ...) -> tuple[tuple[float, float, float, float], torch_opencv.UMat]: ...

    def empty(self) -> bool: ...

    def clear(self) -> None: ...

    @classmethod
    @_typing.overload
    def create(cls, ref: torch_opencv.typing.MatLike) -> QualityGMSD: ...
    @classmethod
    @_typing.overload
    def create(cls, ref: torch_opencv.UMat) -> QualityGMSD: ...


class QualityMSE(QualityBase):
    # Functions
    @_typing.overload
    def compute(self, cmpImgs: _typing.Sequence[torch_opencv.typing.MatLike]) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, cmpImgs: _typing.Sequence[torch_opencv.UMat]) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, ref: torch_opencv.typing.MatLike, cmp: torch_opencv.typing.MatLike, qualityMap: torch_opencv.typing.MatLike | None = ...) -> tuple[tuple[float, float, float, float], Tensor]: ...
    @_typing.overload
    def compute(self, ref: torch_opencv.UMat, cmp: torch_opencv.UMat, qualityMap: torch_opencv.UMat | None = ...) -> tuple[tuple[float, float, float, float], torch_opencv.UMat]: ...

    def empty(self) -> bool: ...

    def clear(self) -> None: ...

    @classmethod
    @_typing.overload
    def create(cls, ref: torch_opencv.typing.MatLike) -> QualityMSE: ...
    @classmethod
    @_typing.overload
    def create(cls, ref: torch_opencv.UMat) -> QualityMSE: ...


class QualityPSNR(QualityBase):
    # Functions
    @classmethod
    @_typing.overload
    def create(cls, ref: torch_opencv.typing.MatLike, maxPixelValue: float | Tensor = ...) -> QualityPSNR: ...
    @classmethod
    @_typing.overload
    def create(cls, ref: torch_opencv.UMat, maxPixelValue: float | Tensor = ...) -> QualityPSNR: ...

    @_typing.overload
    def compute(self, cmp: torch_opencv.typing.MatLike) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, cmp: torch_opencv.UMat) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, ref: torch_opencv.typing.MatLike, cmp: torch_opencv.typing.MatLike, qualityMap: torch_opencv.typing.MatLike | None = ..., maxPixelValue: float | Tensor = ...) -> tuple[tuple[float, float, float, float], Tensor]: ...
    @_typing.overload
    def compute(self, ref: torch_opencv.UMat, cmp: torch_opencv.UMat, qualityMap: torch_opencv.UMat | None = ..., maxPixelValue: float | Tensor = ...) -> tuple[tuple[float, float, float, float], torch_opencv.UMat]: ...

    def empty(self) -> bool: ...

    def clear(self) -> None: ...

    def getMaxPixelValue(self) -> float: ...

    def setMaxPixelValue(self, val: float | Tensor) -> None: ...


class QualitySSIM(QualityBase):
    # Functions
    @_typing.overload
    def compute(self, cmp: torch_opencv.typing.MatLike) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, cmp: torch_opencv.UMat) -> tuple[float, float, float, float]: ...
    @_typing.overload
    def compute(self, ref: torch_opencv.typing.MatLike, cmp: torch_opencv.typing.MatLike, qualityMap: torch_opencv.typing.MatLike | None = ...) -> tuple[tuple[float, float, float, float], Tensor]: ...
    @_typing.overload
    def compute(self, ref: torch_opencv.UMat, cmp: torch_opencv.UMat, qualityMap: torch_opencv.UMat | None = ...) -> tuple[tuple[float, float, float, float], torch_opencv.UMat]: ...

    def empty(self) -> bool: ...

    def clear(self) -> None: ...

    @classmethod
    @_typing.overload
    def create(cls, ref: torch_opencv.typing.MatLike) -> QualitySSIM: ...
    @classmethod
    @_typing.overload
    def create(cls, ref: torch_opencv.UMat) -> QualitySSIM: ...



QualityBRISQUE_compute = QualityBRISQUE.compute
QualityBRISQUE_computeFeatures = QualityBRISQUE.computeFeatures
QualityBRISQUE_create = QualityBRISQUE.create
QualityGMSD_compute = QualityGMSD.compute
QualityGMSD_create = QualityGMSD.create
QualityMSE_compute = QualityMSE.compute
QualityMSE_create = QualityMSE.create
QualityPSNR_compute = QualityPSNR.compute
QualityPSNR_create = QualityPSNR.create
QualitySSIM_compute = QualitySSIM.compute
QualitySSIM_create = QualitySSIM.create
