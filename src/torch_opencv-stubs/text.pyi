# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing
import os


# Enumerations
ERFILTER_NM_RGBLGrad: int
ERFILTER_NM_RGBLGRAD: int
ERFILTER_NM_IHSGrad: int
ERFILTER_NM_IHSGRAD: int
OCR_LEVEL_WORD: int
OCR_LEVEL_TEXTLINE: int

ERGROUPING_ORIENTATION_HORIZ: int
ERGROUPING_ORIENTATION_ANY: int
erGrouping_Modes = int
"""One of [ERGROUPING_ORIENTATION_HORIZ, ERGROUPING_ORIENTATION_ANY]"""

PSM_OSD_ONLY: int
PSM_AUTO_OSD: int
PSM_AUTO_ONLY: int
PSM_AUTO: int
PSM_SINGLE_COLUMN: int
PSM_SINGLE_BLOCK_VERT_TEXT: int
PSM_SINGLE_BLOCK: int
PSM_SINGLE_LINE: int
PSM_SINGLE_WORD: int
PSM_CIRCLE_WORD: int
PSM_SINGLE_CHAR: int
page_seg_mode = int
"""One of [PSM_OSD_ONLY, PSM_AUTO_OSD, PSM_AUTO_ONLY, PSM_AUTO, PSM_SINGLE_COLUMN, PSM_SINGLE_BLOCK_VERT_TEXT, PSM_SINGLE_BLOCK, PSM_SINGLE_LINE, PSM_SINGLE_WORD, PSM_CIRCLE_WORD, PSM_SINGLE_CHAR]"""

OEM_TESSERACT_ONLY: int
OEM_CUBE_ONLY: int
OEM_TESSERACT_CUBE_COMBINED: int
OEM_DEFAULT: int
ocr_engine_mode = int
"""One of [OEM_TESSERACT_ONLY, OEM_CUBE_ONLY, OEM_TESSERACT_CUBE_COMBINED, OEM_DEFAULT]"""

OCR_DECODER_VITERBI: int
decoder_mode = int
"""One of [OCR_DECODER_VITERBI]"""

OCR_KNN_CLASSIFIER: int
OCR_CNN_CLASSIFIER: int
classifier_type = int
"""One of [OCR_KNN_CLASSIFIER, OCR_CNN_CLASSIFIER]"""



# Classes
class ERFilter(torch_opencv.Algorithm):
    # Classes
    class Callback:
        ...


class BaseOCR:
    ...

class OCRTesseract(BaseOCR):
    # Functions
    @_typing.overload
    def run(self, image: torch_opencv.typing.MatLike, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...
    @_typing.overload
    def run(self, image: torch_opencv.UMat, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...
    @_typing.overload
    def run(self, image: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...
    @_typing.overload
    def run(self, image: torch_opencv.UMat, mask: torch_opencv.UMat, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...

    def setWhiteList(self, char_whitelist: str) -> None: ...

    @classmethod
    def create(cls, datapath: str = ..., language: str = ..., char_whitelist: str = ..., oem: int | Tensor = ..., psmode: int | Tensor = ...) -> OCRTesseract: ...


class OCRHMMDecoder(BaseOCR):
    # Classes
    class ClassifierCallback:
        ...


    # Functions
    @_typing.overload
    def run(self, image: torch_opencv.typing.MatLike, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...
    @_typing.overload
    def run(self, image: torch_opencv.UMat, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...
    @_typing.overload
    def run(self, image: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...
    @_typing.overload
    def run(self, image: torch_opencv.UMat, mask: torch_opencv.UMat, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...

    @classmethod
    @_typing.overload
    def create(cls, classifier: OCRHMMDecoder.ClassifierCallback, vocabulary: str, transition_probabilities_table: torch_opencv.typing.MatLike, emission_probabilities_table: torch_opencv.typing.MatLike, mode: int | Tensor = ...) -> OCRHMMDecoder: ...
    @classmethod
    @_typing.overload
    def create(cls, classifier: OCRHMMDecoder.ClassifierCallback, vocabulary: str, transition_probabilities_table: torch_opencv.UMat, emission_probabilities_table: torch_opencv.UMat, mode: int | Tensor = ...) -> OCRHMMDecoder: ...
    @classmethod
    @_typing.overload
    def create(cls, filename: str | os.PathLike[str], vocabulary: str, transition_probabilities_table: torch_opencv.typing.MatLike, emission_probabilities_table: torch_opencv.typing.MatLike, mode: int | Tensor = ..., classifier: int | Tensor = ...) -> OCRHMMDecoder: ...
    @classmethod
    @_typing.overload
    def create(cls, filename: str | os.PathLike[str], vocabulary: str, transition_probabilities_table: torch_opencv.UMat, emission_probabilities_table: torch_opencv.UMat, mode: int | Tensor = ..., classifier: int | Tensor = ...) -> OCRHMMDecoder: ...


class OCRBeamSearchDecoder(BaseOCR):
    # Classes
    class ClassifierCallback:
        ...


    # Functions
    @_typing.overload
    def run(self, image: torch_opencv.typing.MatLike, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...
    @_typing.overload
    def run(self, image: torch_opencv.UMat, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...
    @_typing.overload
    def run(self, image: torch_opencv.typing.MatLike, mask: torch_opencv.typing.MatLike, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...
    @_typing.overload
    def run(self, image: torch_opencv.UMat, mask: torch_opencv.UMat, min_confidence: int | Tensor, component_level: int | Tensor = ...) -> str: ...

    @classmethod
    @_typing.overload
    def create(cls, classifier: OCRBeamSearchDecoder.ClassifierCallback, vocabulary: str, transition_probabilities_table: torch_opencv.typing.MatLike, emission_probabilities_table: torch_opencv.typing.MatLike, mode: decoder_mode = ..., beam_size: int | Tensor = ...) -> OCRBeamSearchDecoder: ...
    @classmethod
    @_typing.overload
    def create(cls, classifier: OCRBeamSearchDecoder.ClassifierCallback, vocabulary: str, transition_probabilities_table: torch_opencv.UMat, emission_probabilities_table: torch_opencv.UMat, mode: decoder_mode = ..., beam_size: int | Tensor = ...) -> OCRBeamSearchDecoder: ...


class TextDetector:
    # Functions
    @_typing.overload
    def detect(self, inputImage: torch_opencv.typing.MatLike) -> tuple[Tensor, Tensor]: ...
    @_typing.overload
    def detect(self, inputImage: torch_opencv.UMat) -> tuple[Tensor, Tensor]: ...


class TextDetectorCNN(TextDetector):
    # Functions
    @_typing.overload
    def detect(self, inputImage: torch_opencv.typing.MatLike) -> tuple[Tensor, Tensor]: ...
    @_typing.overload
    def detect(self, inputImage: torch_opencv.UMat) -> tuple[Tensor, Tensor]: ...

    @classmethod
    def create(cls, modelArchFilename: str, modelWeightsFilename: str) -> TextDetectorCNN: ...



# Functions
@_typing.overload
def computeNMChannels(_src: torch_opencv.typing.MatLike, _channels: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., _mode: int | Tensor = ...) -> _typing.Sequence[Tensor]: ...
@_typing.overload
def computeNMChannels(_src: torch_opencv.UMat, _channels: _typing.Sequence[torch_opencv.UMat] | None = ..., _mode: int | Tensor = ...) -> _typing.Sequence[torch_opencv.UMat]: ...

@_typing.overload
def createERFilterNM1(cb: ERFilter.Callback, thresholdDelta: int | Tensor = ..., minArea: float | Tensor = ..., maxArea: float | Tensor = ..., minProbability: float | Tensor = ..., nonMaxSuppression: bool = ..., minProbabilityDiff: float | Tensor = ...) -> ERFilter: ...
@_typing.overload
def createERFilterNM1(filename: str | os.PathLike[str], thresholdDelta: int | Tensor = ..., minArea: float | Tensor = ..., maxArea: float | Tensor = ..., minProbability: float | Tensor = ..., nonMaxSuppression: bool = ..., minProbabilityDiff: float | Tensor = ...) -> ERFilter: ...

@_typing.overload
def createERFilterNM2(cb: ERFilter.Callback, minProbability: float | Tensor = ...) -> ERFilter: ...
@_typing.overload
def createERFilterNM2(filename: str | os.PathLike[str], minProbability: float | Tensor = ...) -> ERFilter: ...

def createOCRHMMTransitionsTable(vocabulary: str, lexicon: _typing.Sequence[str]) -> Tensor: ...

@_typing.overload
def detectRegions(image: torch_opencv.typing.MatLike, er_filter1: ERFilter, er_filter2: ERFilter) -> _typing.Sequence[Tensor]: ...
@_typing.overload
def detectRegions(image: torch_opencv.UMat, er_filter1: ERFilter, er_filter2: ERFilter) -> _typing.Sequence[Tensor]: ...
@_typing.overload
def detectRegions(image: torch_opencv.typing.MatLike, er_filter1: ERFilter, er_filter2: ERFilter, method: int | Tensor = ..., filename: str | os.PathLike[str] = ..., minProbability: float | Tensor = ...) -> Tensor: ...
@_typing.overload
def detectRegions(image: torch_opencv.UMat, er_filter1: ERFilter, er_filter2: ERFilter, method: int | Tensor = ..., filename: str | os.PathLike[str] = ..., minProbability: float | Tensor = ...) -> Tensor: ...

@_typing.overload
def detectTextSWT(input: torch_opencv.typing.MatLike, dark_on_light: bool, draw: torch_opencv.typing.MatLike | None = ..., chainBBs: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor, Tensor]: ...
@_typing.overload
def detectTextSWT(input: torch_opencv.UMat, dark_on_light: bool, draw: torch_opencv.UMat | None = ..., chainBBs: torch_opencv.UMat | None = ...) -> tuple[Tensor, torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def erGrouping(image: torch_opencv.typing.MatLike, channel: torch_opencv.typing.MatLike, regions: _typing.Sequence[torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point]], method: int | Tensor = ..., filename: str | os.PathLike[str] = ..., minProbablity: float | Tensor = ...) -> Tensor: ...
@_typing.overload
def erGrouping(image: torch_opencv.UMat, channel: torch_opencv.UMat, regions: _typing.Sequence[torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point]], method: int | Tensor = ..., filename: str | os.PathLike[str] = ..., minProbablity: float | Tensor = ...) -> Tensor: ...

def loadClassifierNM1(filename: str | os.PathLike[str]) -> ERFilter.Callback: ...

def loadClassifierNM2(filename: str | os.PathLike[str]) -> ERFilter.Callback: ...

def loadOCRBeamSearchClassifierCNN(filename: str | os.PathLike[str]) -> OCRBeamSearchDecoder.ClassifierCallback: ...

def loadOCRHMMClassifier(filename: str | os.PathLike[str], classifier: int | Tensor) -> OCRHMMDecoder.ClassifierCallback: ...

def loadOCRHMMClassifierCNN(filename: str | os.PathLike[str]) -> OCRHMMDecoder.ClassifierCallback: ...

def loadOCRHMMClassifierNM(filename: str | os.PathLike[str]) -> OCRHMMDecoder.ClassifierCallback: ...


OCRBeamSearchDecoder_create = OCRBeamSearchDecoder.create
OCRHMMDecoder_create = OCRHMMDecoder.create
OCRTesseract_create = OCRTesseract.create
TextDetectorCNN_create = TextDetectorCNN.create
