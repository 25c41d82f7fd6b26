# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Enumerations
CORNER_REFINE_NONE: int
CORNER_REFINE_SUBPIX: int
CORNER_REFINE_CONTOUR: int
CORNER_REFINE_APRILTAG: int
CornerRefineMethod = int
"""One of [CORNER_REFINE_NONE, CORNER_REFINE_SUBPIX, CORNER_REFINE_CONTOUR, CORNER_REFINE_APRILTAG]"""

DICT_4X4_50: int
DICT_4X4_100: int
DICT_4X4_250: int
DICT_4X4_1000: int
DICT_5X5_50: int
DICT_5X5_100: int
DICT_5X5_250: int
DICT_5X5_1000: int
DICT_6X6_50: int
DICT_6X6_100: int
DICT_6X6_250: int
DICT_6X6_1000: int
DICT_7X7_50: int
DICT_7X7_100: int
DICT_7X7_250: int
DICT_7X7_1000: int
DICT_ARUCO_ORIGINAL: int
DICT_APRILTAG_16h5: int
DICT_APRILTAG_16H5: int
DICT_APRILTAG_25h9: int
DICT_APRILTAG_25H9: int
DICT_APRILTAG_36h10: int
DICT_APRILTAG_36H10: int
DICT_APRILTAG_36h11: int
DICT_APRILTAG_36H11: int
DICT_ARUCO_MIP_36h12: int
DICT_ARUCO_MIP_36H12: int
PredefinedDictionaryType = int
"""One of [DICT_4X4_50, DICT_4X4_100, DICT_4X4_250, DICT_4X4_1000, DICT_5X5_50, DICT_5X5_100, DICT_5X5_250, DICT_5X5_1000, DICT_6X6_50, DICT_6X6_100, DICT_6X6_250, DICT_6X6_1000, DICT_7X7_50, DICT_7X7_100, DICT_7X7_250, DICT_7X7_1000, DICT_ARUCO_ORIGINAL, DICT_APRILTAG_16h5, DICT_APRILTAG_16H5, DICT_APRILTAG_25h9, DICT_APRILTAG_25H9, DICT_APRILTAG_36h10, DICT_APRILTAG_36H10, DICT_APRILTAG_36h11, DICT_APRILTAG_36H11, DICT_ARUCO_MIP_36h12, DICT_ARUCO_MIP_36H12]"""

ARUCO_CCW_CENTER: int
ARUCO_CW_TOP_LEFT_CORNER: int
PatternPositionType = int
"""One of [ARUCO_CCW_CENTER, ARUCO_CW_TOP_LEFT_CORNER]"""



# Classes
class Board:
    # Functions
    @_typing.overload
    def __init__(self, objPoints: _typing.Sequence[torch_opencv.typing.MatLike], dictionary: Dictionary, ids: torch_opencv.typing.MatLike) -> None: ...
    @_typing.overload
    def __init__(self, objPoints: _typing.Sequence[torch_opencv.UMat], dictionary: Dictionary, ids: torch_opencv.UMat) -> None: ...

    def getDictionary(self) -> Dictionary: ...

    def getObjPoints(self) -> _typing.Sequence[Tensor]: ...

    def getIds(self) -> Tensor: ...

    def getRightBottomCorner(self) -> tuple[float, float, float]: ...

    @_typing.overload
    def matchImagePoints(self, detectedCorners: _typing.Sequence[torch_opencv.typing.MatLike], detectedIds: torch_opencv.typing.MatLike, objPoints: torch_opencv.typing.MatLike | None = ..., imgPoints: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
    @_typing.overload
    def matchImagePoints(self, detectedCorners: _typing.Sequence[torch_opencv.UMat], detectedIds: torch_opencv.UMat, objPoints: torch_opencv.UMat | None = ..., imgPoints: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

    @_typing.overload
    def generateImage(self, outSize: torch_opencv.typing.Size, img: torch_opencv.typing.MatLike | None = ..., marginSize: int | Tensor = ..., borderBits: int | Tensor = ...) -> Tensor: ...
    @_typing.overload
    def generateImage(self, outSize: torch_opencv.typing.Size, img: torch_opencv.UMat | None = ..., marginSize: int | Tensor = ..., borderBits: int | Tensor = ...) -> torch_opencv.UMat: ...


class GridBoard(Board):
    # Functions
    @_typing.overload
    def __init__(self, size: torch_opencv.typing.Size, markerLength: float | Tensor, markerSeparation: float | Tensor, dictionary: Dictionary, ids: torch_opencv.typing.MatLike | None = ...) -> None: ...
    @_typing.overload
    def __init__(self, size: torch_opencv.typing.Size, markerLength: float | Tensor, markerSeparation: float | Tensor, dictionary: Dictionary, ids: torch_opencv.UMat | None = ...) -> None: ...

    def getGridSize(self) -> tuple[int, int]: ...

    def getMarkerLength(self) -> float: ...

    def getMarkerSeparation(self) -> float: ...


class CharucoBoard(Board):
    # Functions
    @_typing.overload
    def __init__(self, size: torch_opencv.typing.Size, squareLength: float | Tensor, markerLength: float | Tensor, dictionary: Dictionary, ids: torch_opencv.typing.MatLike | None = ...) -> None: ...
    @_typing.overload
    def __init__(self, size: torch_opencv.typing.Size, squareLength: float | Tensor, markerLength: float | Tensor, dictionary: Dictionary, ids: torch_opencv.UMat | None = ...) -> None: ...

    def setLegacyPattern(self, legacyPattern: bool) -> None: ...

    def getLegacyPattern(self) -> bool: ...

    def getChessboardSize(self) -> tuple[int, int]: ...

    def getSquareLength(self) -> float: ...

    def getMarkerLength(self) -> float: ...

    def getChessboardCorners(self) -> Tensor: ...

    @_typing.overload
    def checkCharucoCornersCollinear(self, charucoIds: torch_opencv.typing.MatLike) -> bool: ...
    @_typing.overload
    def checkCharucoCornersCollinear(self, charucoIds: torch_opencv.UMat) -> bool: ...


class DetectorParameters:
    adaptiveThreshWinSizeMin: int
    adaptiveThreshWinSizeMax: int
    adaptiveThreshWinSizeStep: int
    adaptiveThreshConstant: float
    minMarkerPerimeterRate: float
    maxMarkerPerimeterRate: float
    polygonalApproxAccuracyRate: float
    minCornerDistanceRate: float
    minDistanceToBorder: int
    minMarkerDistanceRate: float
    minGroupDistance: float
    cornerRefinementMethod: int
    cornerRefinementWinSize: int
    relativeCornerRefinmentWinSize: float
    cornerRefinementMaxIterations: int
    cornerRefinementMinAccuracy: float
    markerBorderBits: int
    perspectiveRemovePixelPerCell: int
    perspectiveRemoveIgnoredMarginPerCell: float
    maxErroneousBitsInBorderRate: float
    minOtsuStdDev: float
    errorCorrectionRate: float
    aprilTagQuadDecimate: float
    aprilTagQuadSigma: float
    aprilTagMinClusterPixels: int
    aprilTagMaxNmaxima: int
    aprilTagCriticalRad: float
    aprilTagMaxLineFitMse: float
    aprilTagMinWhiteBlackDiff: int
    aprilTagDeglitch: int
    detectInvertedMarker: bool
    useAruco3Detection: bool
    minSideLengthCanonicalImg: int
    minMarkerLengthRatioOriginalImg: float
    validBitIdThreshold: float

    # Functions
    def __init__(self) -> None: ...

    def readDetectorParameters(self, fn: torch_opencv.FileNode) -> bool: ...

    def writeDetectorParameters(self, fs: torch_opencv.FileStorage, name: str = ...) -> bool: ...


class RefineParameters:
    minRepDistance: float
    errorCorrectionRate: float
    checkAllOrders: bool

    # Functions
    def __init__(self, minRepDistance: float | Tensor = ..., errorCorrectionRate: float | Tensor = ..., checkAllOrders: bool = ...) -> None: ...

    def readRefineParameters(self, fn: torch_opencv.FileNode) -> bool: ...

    def writeRefineParameters(self, fs: torch_opencv.FileStorage, name: str = ...) -> bool: ...


class ArucoDetector(torch_opencv.Algorithm):
    # Functions
    @_typing.overload
    def __init__(self, dictionary: Dictionary = ..., detectorParams: DetectorParameters = ..., refineParams: RefineParameters = ...) -> None: ...
    @_typing.overload
    def __init__(self, dictionaries: _typing.Sequence[Dictionary], detectorParams: DetectorParameters = ..., refineParams: RefineParameters = ...) -> None: ...

    @_typing.overload
    def detectMarkers(self, image: torch_opencv.typing.MatLike, corners: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., ids: torch_opencv.typing.MatLike | None = ..., rejectedImgPoints: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> tuple[_typing.Sequence[Tensor], Tensor, _typing.Sequence[Tensor]]: ...
    @_typing.overload
    def detectMarkers(self, image: torch_opencv.UMat, corners: _typing.Sequence[torch_opencv.UMat] | None = ..., ids: torch_opencv.UMat | None = ..., rejectedImgPoints: _typing.Sequence[torch_opencv.UMat] | None = ...) -> tuple[_typing.Sequence[torch_opencv.UMat], torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat]]: ...

    @_typing.overload
    def detectMarkersWithConfidence(self, image: torch_opencv.typing.MatLike, corners: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., ids: torch_opencv.typing.MatLike | None = ..., markersConfidence: torch_opencv.typing.MatLike | None = ..., rejectedImgPoints: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> tuple[_typing.Sequence[Tensor], Tensor, Tensor, _typing.Sequence[Tensor]]: ...
    @_typing.overload
    def detectMarkersWithConfidence(self, image: torch_opencv.UMat, corners: _typing.Sequence[torch_opencv.UMat] | None = ..., ids: torch_opencv.UMat | None = ..., markersConfidence: torch_opencv.UMat | None = ..., rejectedImgPoints: _typing.Sequence[torch_opencv.UMat] | None = ...) -> tuple[_typing.Sequence[torch_opencv.UMat], torch_opencv.UMat, torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat]]: ...

    @_typing.overload
    def refineDetectedMarkers(self, image: torch_opencv.typing.MatLike, board: Board, detectedCorners: _typing.Sequence[torch_opencv.typing.MatLike], detectedIds: torch_opencv.typing.MatLike, rejectedCorners: _typing.Sequence[torch_opencv.typing.MatLike], cameraMatrix: torch_opencv.typing.MatLike | None = ..., distCoeffs: torch_opencv.typing.MatLike | None = ..., recoveredIdxs: torch_opencv.typing.MatLike | None = ...) -> tuple[_typing.Sequence[Tensor], Tensor, _typing.Sequence[Tensor], Tensor]: ...
    @_typing.overload
    def refineDetectedMarkers(self, image: torch_opencv.UMat, board: Board, detectedCorners: _typing.Sequence[torch_opencv.UMat], detectedIds: torch_opencv.UMat, rejectedCorners: _typing.Sequence[torch_opencv.UMat], cameraMatrix: torch_opencv.UMat | None = ..., distCoeffs: torch_opencv.UMat | None = ..., recoveredIdxs: torch_opencv.UMat | None = ...) -> tuple[_typing.Sequence[torch_opencv.UMat], torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], torch_opencv.UMat]: ...

    @_typing.overload
    def detectMarkersMultiDict(self, image: torch_opencv.typing.MatLike, corners: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., ids: torch_opencv.typing.MatLike | None = ..., rejectedImgPoints: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., dictIndices: torch_opencv.typing.MatLike | None = ...) -> tuple[_typing.Sequence[Tensor], Tensor, _typing.Sequence[Tensor], Tensor]: ...
    @_typing.overload
    def detectMarkersMultiDict(self, image: torch_opencv.UMat, corners: _typing.Sequence[torch_opencv.UMat] | None = ..., ids: torch_opencv.UMat | None = ..., rejectedImgPoints: _typing.Sequence[torch_opencv.UMat] | None = ..., dictIndices: torch_opencv.UMat | None = ...) -> tuple[_typing.Sequence[torch_opencv.UMat], torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], torch_opencv.UMat]: ...

    def getDictionary(self) -> Dictionary: ...

    def setDictionary(self, dictionary: Dictionary) -> None: ...

    def getDictionaries(self) -> _typing.Sequence[Dictionary]: ...

    def setDictionaries(self, dictionaries: _typing.Sequence[Dictionary]) -> None: ...

    def getDetectorParameters(self) -> DetectorParameters: ...

    def setDetectorParameters(self, detectorParameters: DetectorParameters) -> None: ...

    def getRefineParameters(self) -> RefineParameters: ...

    def setRefineParameters(self, refineParameters: RefineParameters) -> None: ...

    def write(self, fs: torch_opencv.FileStorage, name: str) -> None: ...

    def read(self, fn: torch_opencv.FileNode) -> None: ...


class Dictionary:
    @property
    def bytesList(self) -> Tensor: ...
    @bytesList.setter
    def bytesList(self, value: torch_opencv.typing.MatLike) -> None: ...
    markerSize: int
    maxCorrectionBits: int

    # Functions
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, bytesList: torch_opencv.typing.MatLike, _markerSize: int | Tensor, maxcorr: int | Tensor = ...) -> None: ...

    def readDictionary(self, fn: torch_opencv.FileNode) -> bool: ...

    def writeDictionary(self, fs: torch_opencv.FileStorage, name: str = ...) -> None: ...

    @_typing.overload
    def identify(self, onlyBits: torch_opencv.typing.MatLike, maxCorrectionRate: float | Tensor) -> tuple[bool, int, int]: ...
    @_typing.overload
    def identify(self, onlyCellPixelRatio: torch_opencv.typing.MatLike, maxCorrectionRate: float | Tensor, validBitIdThreshold: float | Tensor) -> tuple[bool, int, int]: ...

    @_typing.overload
    def getDistanceToId(self, bits: torch_opencv.typing.MatLike, id: int | Tensor, allRotations: bool = ...) -> int: ...
    @_typing.overload
    def getDistanceToId(self, bits: torch_opencv.UMat, id: int | Tensor, allRotations: bool = ...) -> int: ...
    @_typing.overload
    def getDistanceToId(self, onlyCellPixelRatio: torch_opencv.typing.MatLike, id: int | Tensor, allRotations: bool, validBitIdThreshold: float | Tensor) -> int: ...
    @_typing.overload
    def getDistanceToId(self, onlyCellPixelRatio: torch_opencv.UMat, id: int | Tensor, allRotations: bool, validBitIdThreshold: float | Tensor) -> int: ...

    @_typing.overload
    def generateImageMarker(self, id: int | Tensor, sidePixels: int | Tensor, _img: torch_opencv.typing.MatLike | None = ..., borderBits: int | Tensor = ...) -> Tensor: ...
    @_typing.overload
    def generateImageMarker(self, id: int | Tensor, sidePixels: int | Tensor, _img: torch_opencv.UMat | None = ..., borderBits: int | Tensor = ...) -> torch_opencv.UMat: ...

    @staticmethod
    def getByteListFromBits(bits: torch_opencv.typing.MatLike) -> Tensor: ...

    @staticmethod
    def getBitsFromByteList(byteList: torch_opencv.typing.MatLike, markerSize: int | Tensor, rotationId: int | Tensor = ...) -> Tensor: ...

    def getMarkerBits(self, markerId: int | Tensor, rotationId: int | Tensor = ...) -> Tensor: ...


class CharucoParameters:
    @property
    def cameraMatrix(self) -> Tensor: ...
    @cameraMatrix.setter
    def cameraMatrix(self, value: torch_opencv.typing.MatLike) -> None: ...
    @property
    def distCoeffs(self) -> Tensor: ...
    @distCoeffs.setter
    def distCoeffs(self, value: torch_opencv.typing.MatLike) -> None: ...
    minMarkers: int
    tryRefineMarkers: bool
    checkMarkers: bool

    # Functions
    def __init__(self) -> None: ...


class CharucoDetector(torch_opencv.Algorithm):
    # Functions
    def __init__(self, board: CharucoBoard, charucoParams: CharucoParameters = ..., detectorParams: DetectorParameters = ..., refineParams: RefineParameters = ...) -> None: ...

    def getBoard(self) -> CharucoBoard: ...

    def setBoard(self, board: CharucoBoard) -> None: ...

    def getCharucoParameters(self) -> CharucoParameters: ...

    def setCharucoParameters(self, charucoParameters: CharucoParameters) -> None: ...

    def getDetectorParameters(self) -> DetectorParameters: ...

    def setDetectorParameters(self, detectorParameters: DetectorParameters) -> None: ...

    def getRefineParameters(self) -> RefineParameters: ...

    def setRefineParameters(self, refineParameters: RefineParameters) -> None: ...

    @_typing.overload
    def detectBoard(self, image: torch_opencv.typing.MatLike, charucoCorners: torch_opencv.typing.MatLike | None = ..., charucoIds: torch_opencv.typing.MatLike | None = ..., markerCorners: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., markerIds: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor, _typing.Sequence[Tensor], Tensor]: ...
    @_typing.overload
    def detectBoard(self, image: torch_opencv.UMat, charucoCorners: torch_opencv.UMat | None = ..., charucoIds: torch_opencv.UMat | None = ..., markerCorners: _typing.Sequence[torch_opencv.UMat] | None = ..., markerIds: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], torch_opencv.UMat]: ...

    @_typing.overload
    def detectDiamonds(self, image: torch_opencv.typing.MatLike, diamondCorners: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., diamondIds: torch_opencv.typing.MatLike | None = ..., markerCorners: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., markerIds: torch_opencv.typing.MatLike | None = ...) -> tuple[_typing.Sequence[Tensor], Tensor, _typing.Sequence[Tensor], Tensor]: ...
    @_typing.overload
    def detectDiamonds(self, image: torch_opencv.UMat, diamondCorners: _typing.Sequence[torch_opencv.UMat] | None = ..., diamondIds: torch_opencv.UMat | None = ..., markerCorners: _typing.Sequence[torch_opencv.UMat] | None = ..., markerIds: torch_opencv.UMat | None = ...) -> tuple[_typing.Sequence[torch_opencv.UMat], torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], torch_opencv.UMat]: ...


class EstimateParameters:
    pattern: PatternPositionType
    useExtrinsicGuess: bool
    solvePnPMethod: int

    # Functions
    def __init__(self) -> None: ...



# Functions
@_typing.overload
def calibrateCameraAruco(corners: _typing.Sequence[torch_opencv.typing.MatLike], ids: torch_opencv.typing.MatLike, counter: torch_opencv.typing.MatLike, board: Board, imageSize: torch_opencv.typing.Size, cameraMatrix: torch_opencv.typing.MatLike, distCoeffs: torch_opencv.typing.MatLike | None, rvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., tvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, Tensor, Tensor, _typing.Sequence[Tensor], _typing.Sequence[Tensor]]: ...
@_typing.overload
def calibrateCameraAruco(corners: _typing.Sequence[torch_opencv.UMat], ids: torch_opencv.UMat, counter: torch_opencv.UMat, board: Board, imageSize: torch_opencv.typing.Size, cameraMatrix: torch_opencv.UMat, distCoeffs: torch_opencv.UMat, rvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., tvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, torch_opencv.UMat, torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], _typing.Sequence[torch_opencv.UMat]]: ...

@_typing.overload
def calibrateCameraArucoExtended(corners: _typing.Sequence[torch_opencv.typing.MatLike], ids: torch_opencv.typing.MatLike, counter: torch_opencv.typing.MatLike, board: Board, imageSize: torch_opencv.typing.Size, cameraMatrix: torch_opencv.typing.MatLike, distCoeffs: torch_opencv.typing.MatLike | None, rvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., tvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., stdDeviationsIntrinsics: torch_opencv.typing.MatLike | None = ..., stdDeviationsExtrinsics: torch_opencv.typing.MatLike | None = ..., perViewErrors: torch_opencv.typing.MatLike | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, Tensor, Tensor, _typing.Sequence[Tensor], _typing.Sequence[Tensor], Tensor, Tensor, Tensor]: ...
@_typing.overload
def calibrateCameraArucoExtended(corners: _typing.Sequence[torch_opencv.UMat], ids: torch_opencv.UMat, counter: torch_opencv.UMat, board: Board, imageSize: torch_opencv.typing.Size, cameraMatrix: torch_opencv.UMat, distCoeffs: torch_opencv.UMat, rvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., tvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., stdDeviationsIntrinsics: torch_opencv.UMat | None = ..., stdDeviationsExtrinsics: torch_opencv.UMat | None = ..., perViewErrors: torch_opencv.UMat | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, torch_opencv.UMat, torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], _typing.Sequence[torch_opencv.UMat], torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def calibrateCameraCharuco(charucoCorners: _typing.Sequence[torch_opencv.typing.MatLike], charucoIds: _typing.Sequence[torch_opencv.typing.MatLike], board: CharucoBoard, imageSize: torch_opencv.typing.Size, cameraMatrix: torch_opencv.typing.MatLike, distCoeffs: torch_opencv.typing.MatLike | None, rvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., tvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, Tensor, Tensor, _typing.Sequence[Tensor], _typing.Sequence[Tensor]]: ...
@_typing.overload
def calibrateCameraCharuco(charucoCorners: _typing.Sequence[torch_opencv.UMat], charucoIds: _typing.Sequence[torch_opencv.UMat], board: CharucoBoard, imageSize: torch_opencv.typing.Size, cameraMatrix: torch_opencv.UMat, distCoeffs: torch_opencv.UMat, rvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., tvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, torch_opencv.UMat, torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], _typing.Sequence[torch_opencv.UMat]]: ...

@_typing.overload
def calibrateCameraCharucoExtended(charucoCorners: _typing.Sequence[torch_opencv.typing.MatLike], charucoIds: _typing.Sequence[torch_opencv.typing.MatLike], board: CharucoBoard, imageSize: torch_opencv.typing.Size, cameraMatrix: torch_opencv.typing.MatLike, distCoeffs: torch_opencv.typing.MatLike | None, rvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., tvecs: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., stdDeviationsIntrinsics: torch_opencv.typing.MatLike | None = ..., stdDeviationsExtrinsics: torch_opencv.typing.MatLike | None = ..., perViewErrors: torch_opencv.typing.MatLike | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, Tensor, Tensor, _typing.Sequence[Tensor], _typing.Sequence[Tensor], Tensor, Tensor, Tensor]: ...
@_typing.overload
def calibrateCameraCharucoExtended(charucoCorners: _typing.Sequence[torch_opencv.UMat], charucoIds: _typing.Sequence[torch_opencv.UMat], board: CharucoBoard, imageSize: torch_opencv.typing.Size, cameraMatrix: torch_opencv.UMat, distCoeffs: torch_opencv.UMat, rvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., tvecs: _typing.Sequence[torch_opencv.UMat] | None = ..., stdDeviationsIntrinsics: torch_opencv.UMat | None = ..., stdDeviationsExtrinsics: torch_opencv.UMat | None = ..., perViewErrors: torch_opencv.UMat | None = ..., flags: int | Tensor = ..., criteria: torch_opencv.typing.TermCriteria = ...) -> tuple[float, torch_opencv.UMat, torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], _typing.Sequence[torch_opencv.UMat], torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def detectCharucoDiamond(image: torch_opencv.typing.MatLike, markerCorners: _typing.Sequence[torch_opencv.typing.MatLike], markerIds: torch_opencv.typing.MatLike, squareMarkerLengthRate: float | Tensor, diamondCorners: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., diamondIds: torch_opencv.typing.MatLike | None = ..., cameraMatrix: torch_opencv.typing.MatLike | None = ..., distCoeffs: torch_opencv.typing.MatLike | None = ..., dictionary: Dictionary = ...) -> tuple[_typing.Sequence[Tensor], Tensor]: ...
@_typing.overload
def detectCharucoDiamond(image: torch_opencv.UMat, markerCorners: _typing.Sequence[torch_opencv.UMat], markerIds: torch_opencv.UMat, squareMarkerLengthRate: float | Tensor, diamondCorners: _typing.Sequence[torch_opencv.UMat] | None = ..., diamondIds: torch_opencv.UMat | None = ..., cameraMatrix: torch_opencv.UMat | None = ..., distCoeffs: torch_opencv.UMat | None = ..., dictionary: Dictionary = ...) -> tuple[_typing.Sequence[torch_opencv.UMat], torch_opencv.UMat]: ...

@_typing.overload
def detectMarkers(image: torch_opencv.typing.MatLike, dictionary: Dictionary, corners: _typing.Sequence[torch_opencv.typing.MatLike] | None = ..., ids: torch_opencv.typing.MatLike | None = ..., parameters: DetectorParameters = ..., rejectedImgPoints: _typing.Sequence[torch_opencv.typing.MatLike] | None = ...) -> tuple[_typing.Sequence[Tensor], Tensor, _typing.Sequence[Tensor]]: ...
@_typing.overload
def detectMarkers(image: torch_opencv.UMat, dictionary: Dictionary, corners: _typing.Sequence[torch_opencv.UMat] | None = ..., ids: torch_opencv.UMat | None = ..., parameters: DetectorParameters = ..., rejectedImgPoints: _typing.Sequence[torch_opencv.UMat] | None = ...) -> tuple[_typing.Sequence[torch_opencv.UMat], torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat]]: ...

@_typing.overload
def drawCharucoDiamond(dictionary: Dictionary, ids: torch_opencv.typing.Vec4i, squareLength: int | Tensor, markerLength: int | Tensor, img: torch_opencv.typing.MatLike | None = ..., marginSize: int | Tensor = ..., borderBits: int | Tensor = ...) -> Tensor: ...
@_typing.overload
def drawCharucoDiamond(dictionary: Dictionary, ids: torch_opencv.typing.Vec4i, squareLength: int | Tensor, markerLength: int | Tensor, img: torch_opencv.UMat | None = ..., marginSize: int | Tensor = ..., borderBits: int | Tensor = ...) -> torch_opencv.UMat: ...

@_typing.overload
def drawDetectedCornersCharuco(image: torch_opencv.typing.MatLike, charucoCorners: torch_opencv.typing.MatLike, charucoIds: torch_opencv.typing.MatLike | None = ..., cornerColor: torch_opencv.typing.Scalar = ...) -> Tensor: ...
@_typing.overload
def drawDetectedCornersCharuco(image: torch_opencv.UMat, charucoCorners: torch_opencv.UMat, charucoIds: torch_opencv.UMat | None = ..., cornerColor: torch_opencv.typing.Scalar = ...) -> torch_opencv.UMat: ...

@_typing.overload
def drawDetectedDiamonds(image: torch_opencv.typing.MatLike, diamondCorners: _typing.Sequence[torch_opencv.typing.MatLike], diamondIds: torch_opencv.typing.MatLike | None = ..., borderColor: torch_opencv.typing.Scalar = ...) -> Tensor: ...
@_typing.overload
def drawDetectedDiamonds(image: torch_opencv.UMat, diamondCorners: _typing.Sequence[torch_opencv.UMat], diamondIds: torch_opencv.UMat | None = ..., borderColor: torch_opencv.typing.Scalar = ...) -> torch_opencv.UMat: ...

@_typing.overload
def drawDetectedMarkers(image: torch_opencv.typing.MatLike, corners: _typing.Sequence[torch_opencv.typing.MatLike], ids: torch_opencv.typing.MatLike | None = ..., borderColor: torch_opencv.typing.Scalar = ...) -> Tensor: ...
@_typing.overload
def drawDetectedMarkers(image: torch_opencv.UMat, corners: _typing.Sequence[torch_opencv.UMat], ids: torch_opencv.UMat | None = ..., borderColor: torch_opencv.typing.Scalar = ...) -> torch_opencv.UMat: ...

@_typing.overload
def drawPlanarBoard(board: Board, outSize: torch_opencv.typing.Size, marginSize: int | Tensor, borderBits: int | Tensor, img: torch_opencv.typing.MatLike | None = ...) -> Tensor: ...
@_typing.overload
def drawPlanarBoard(board: Board, outSize: torch_opencv.typing.Size, marginSize: int | Tensor, borderBits: int | Tensor, img: torch_opencv.UMat | None = ...) -> torch_opencv.UMat: ...

@_typing.overload
def estimatePoseBoard(corners: _typing.Sequence[torch_opencv.typing.MatLike], ids: torch_opencv.typing.MatLike, board: Board, cameraMatrix: torch_opencv.typing.MatLike, distCoeffs: torch_opencv.typing.MatLike | None, rvec: torch_opencv.typing.MatLike, tvec: torch_opencv.typing.MatLike, useExtrinsicGuess: bool = ...) -> tuple[int, Tensor, Tensor]: ...
@_typing.overload
def estimatePoseBoard(corners: _typing.Sequence[torch_opencv.UMat], ids: torch_opencv.UMat, board: Board, cameraMatrix: torch_opencv.UMat, distCoeffs: torch_opencv.UMat, rvec: torch_opencv.UMat, tvec: torch_opencv.UMat, useExtrinsicGuess: bool = ...) -> tuple[int, torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def estimatePoseCharucoBoard(charucoCorners: torch_opencv.typing.MatLike, charucoIds: torch_opencv.typing.MatLike, board: CharucoBoard, cameraMatrix: torch_opencv.typing.MatLike, distCoeffs: torch_opencv.typing.MatLike | None, rvec: torch_opencv.typing.MatLike, tvec: torch_opencv.typing.MatLike, useExtrinsicGuess: bool = ...) -> tuple[bool, Tensor, Tensor]: ...
@_typing.overload
def estimatePoseCharucoBoard(charucoCorners: torch_opencv.UMat, charucoIds: torch_opencv.UMat, board: CharucoBoard, cameraMatrix: torch_opencv.UMat, distCoeffs: torch_opencv.UMat, rvec: torch_opencv.UMat, tvec: torch_opencv.UMat, useExtrinsicGuess: bool = ...) -> tuple[bool, torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def estimatePoseSingleMarkers(corners: _typing.Sequence[torch_opencv.typing.MatLike], markerLength: float | Tensor, cameraMatrix: torch_opencv.typing.MatLike, distCoeffs: torch_opencv.typing.MatLike | None, rvecs: torch_opencv.typing.MatLike | None = ..., tvecs: torch_opencv.typing.MatLike | None = ..., objPoints: torch_opencv.typing.MatLike | None = ..., estimateParameters: EstimateParameters = ...) -> tuple[Tensor, Tensor, Tensor]: ...
@_typing.overload
def estimatePoseSingleMarkers(corners: _typing.Sequence[torch_opencv.UMat], markerLength: float | Tensor, cameraMatrix: torch_opencv.UMat, distCoeffs: torch_opencv.UMat, rvecs: torch_opencv.UMat | None = ..., tvecs: torch_opencv.UMat | None = ..., objPoints: torch_opencv.UMat | None = ..., estimateParameters: EstimateParameters = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat, torch_opencv.UMat]: ...

def extendDictionary(nMarkers: int | Tensor, markerSize: int | Tensor, baseDictionary: Dictionary = ..., randomSeed: int | Tensor = ...) -> Dictionary: ...

@_typing.overload
def generateImageMarker(dictionary: Dictionary, id: int | Tensor, sidePixels: int | Tensor, img: torch_opencv.typing.MatLike | None = ..., borderBits: int | Tensor = ...) -> Tensor: ...
@_typing.overload
def generateImageMarker(dictionary: Dictionary, id: int | Tensor, sidePixels: int | Tensor, img: torch_opencv.UMat | None = ..., borderBits: int | Tensor = ...) -> torch_opencv.UMat: ...

@_typing.overload
def getBoardObjectAndImagePoints(board: Board, detectedCorners: _typing.Sequence[torch_opencv.typing.MatLike], detectedIds: torch_opencv.typing.MatLike, objPoints: torch_opencv.typing.MatLike | None = ..., imgPoints: torch_opencv.typing.MatLike | None = ...) -> tuple[Tensor, Tensor]: ...
@_typing.overload
def getBoardObjectAndImagePoints(board: Board, detectedCorners: _typing.Sequence[torch_opencv.UMat], detectedIds: torch_opencv.UMat, objPoints: torch_opencv.UMat | None = ..., imgPoints: torch_opencv.UMat | None = ...) -> tuple[torch_opencv.UMat, torch_opencv.UMat]: ...

def getPredefinedDictionary(dict: int | Tensor) -> Dictionary: ...

@_typing.overload
def interpolateCornersCharuco(markerCorners: _typing.Sequence[torch_opencv.typing.MatLike], markerIds: torch_opencv.typing.MatLike, image: torch_opencv.typing.MatLike, board: CharucoBoard, charucoCorners: torch_opencv.typing.MatLike | None = ..., charucoIds: torch_opencv.typing.MatLike | None = ..., cameraMatrix: torch_opencv.typing.MatLike | None = ..., distCoeffs: torch_opencv.typing.MatLike | None = ..., minMarkers: int | Tensor = ...) -> tuple[int, Tensor, Tensor]: ...
@_typing.overload
def interpolateCornersCharuco(markerCorners: _typing.Sequence[torch_opencv.UMat], markerIds: torch_opencv.UMat, image: torch_opencv.UMat, board: CharucoBoard, charucoCorners: torch_opencv.UMat | None = ..., charucoIds: torch_opencv.UMat | None = ..., cameraMatrix: torch_opencv.UMat | None = ..., distCoeffs: torch_opencv.UMat | None = ..., minMarkers: int | Tensor = ...) -> tuple[int, torch_opencv.UMat, torch_opencv.UMat]: ...

@_typing.overload
def refineDetectedMarkers(image: torch_opencv.typing.MatLike, board: Board, detectedCorners: _typing.Sequence[torch_opencv.typing.MatLike], detectedIds: torch_opencv.typing.MatLike, rejectedCorners: _typing.Sequence[torch_opencv.typing.MatLike], cameraMatrix: torch_opencv.typing.MatLike | None = ..., distCoeffs: torch_opencv.typing.MatLike | None = ..., minRepDistance: float | Tensor = ..., errorCorrectionRate: float | Tensor = ..., checkAllOrders: bool = ..., recoveredIdxs: torch_opencv.typing.MatLike | None = ..., parameters: DetectorParameters = ...) -> tuple[_typing.Sequence[Tensor], Tensor, _typing.Sequence[Tensor], Tensor]: ...
@_typing.overload
def refineDetectedMarkers(image: torch_opencv.UMat, board: Board, detectedCorners: _typing.Sequence[torch_opencv.UMat], detectedIds: torch_opencv.UMat, rejectedCorners: _typing.Sequence[torch_opencv.UMat], cameraMatrix: torch_opencv.UMat | None = ..., distCoeffs: torch_opencv.UMat | None = ..., minRepDistance: float | Tensor = ..., errorCorrectionRate: float | Tensor = ..., checkAllOrders: bool = ..., recoveredIdxs: torch_opencv.UMat | None = ..., parameters: DetectorParameters = ...) -> tuple[_typing.Sequence[torch_opencv.UMat], torch_opencv.UMat, _typing.Sequence[torch_opencv.UMat], torch_opencv.UMat]: ...

@_typing.overload
def testCharucoCornersCollinear(board: CharucoBoard, charucoIds: torch_opencv.typing.MatLike) -> bool: ...
@_typing.overload
def testCharucoCornersCollinear(board: CharucoBoard, charucoIds: torch_opencv.UMat) -> bool: ...


Dictionary_getBitsFromByteList = Dictionary.getBitsFromByteList
Dictionary_getByteListFromBits = Dictionary.getByteListFromBits
