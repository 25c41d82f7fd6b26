# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.typing


# Classes
class Text:
    text: str
    @property
    def org(self) -> tuple[int, int]: ...
    @org.setter
    def org(self, value: torch_opencv.typing.Point) -> None: ...
    ff: int
    fs: float
    @property
    def color(self) -> tuple[float, float, float, float]: ...
    @color.setter
    def color(self, value: torch_opencv.typing.Scalar) -> None: ...
    thick: int
    lt: int
    bottom_left_origin: bool

    # Functions
    @_typing.overload
    def __init__(self, text_: str, org_: torch_opencv.typing.Point, ff_: int | Tensor, fs_: float | Tensor, color_: torch_opencv.typing.Scalar, thick_: int | Tensor = ..., lt_: int | Tensor = ..., bottom_left_origin_: bool = ...) -> None: ...
    @_typing.overload
    def __init__(self) -> None: ...


class Rect:
    @property
    def rect(self) -> tuple[int, int, int, int]: ...
    @rect.setter
    def rect(self, value: torch_opencv.typing.Rect) -> None: ...
    @property
    def color(self) -> tuple[float, float, float, float]: ...
    @color.setter
    def color(self, value: torch_opencv.typing.Scalar) -> None: ...
    thick: int
    lt: int
    shift: int

    # Functions
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, rect_: torch_opencv.typing.Rect2i, color_: torch_opencv.typing.Scalar, thick_: int | Tensor = ..., lt_: int | Tensor = ..., shift_: int | Tensor = ...) -> None: ...


class Circle:
    @property
    def center(self) -> tuple[int, int]: ...
    @center.setter
    def center(self, value: torch_opencv.typing.Point) -> None: ...
    radius: int
    @property
    def color(self) -> tuple[float, float, float, float]: ...
    @color.setter
    def color(self, value: torch_opencv.typing.Scalar) -> None: ...
    thick: int
    lt: int
    shift: int

    # Functions
    @_typing.overload
    def __init__(self, center_: torch_opencv.typing.Point, radius_: int | Tensor, color_: torch_opencv.typing.Scalar, thick_: int | Tensor = ..., lt_: int | Tensor = ..., shift_: int | Tensor = ...) -> None: ...
    @_typing.overload
    def __init__(self) -> None: ...


class Line:
    @property
    def pt1(self) -> tuple[int, int]: ...
    @pt1.setter
    def pt1(self, value: torch_opencv.typing.Point) -> None: ...
    @property
    def pt2(self) -> tuple[int, int]: ...
    @pt2.setter
    def pt2(self, value: torch_opencv.typing.Point) -> None: ...
    @property
    def color(self) -> tuple[float, float, float, float]: ...
    @color.setter
    def color(self, value: torch_opencv.typing.Scalar) -> None: ...
    thick: int
    lt: int
    shift: int

    # Functions
    @_typing.overload
    def __init__(self, pt1_: torch_opencv.typing.Point, pt2_: torch_opencv.typing.Point, color_: torch_opencv.typing.Scalar, thick_: int | Tensor = ..., lt_: int | Tensor = ..., shift_: int | Tensor = ...) -> None: ...
    @_typing.overload
    def __init__(self) -> None: ...


class Mosaic:
    @property
    def mos(self) -> tuple[int, int, int, int]: ...
    @mos.setter
    def mos(self, value: torch_opencv.typing.Rect) -> None: ...
    cellSz: int
    decim: int

    # Functions
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, mos_: torch_opencv.typing.Rect2i, cellSz_: int | Tensor, decim_: int | Tensor) -> None: ...


class Image:
    @property
    def org(self) -> tuple[int, int]: ...
    @org.setter
    def org(self, value: torch_opencv.typing.Point) -> None: ...
    @property
    def img(self) -> Tensor: ...
    @img.setter
    def img(self, value: torch_opencv.typing.MatLike) -> None: ...
    @property
    def alpha(self) -> Tensor: ...
    @alpha.setter
    def alpha(self, value: torch_opencv.typing.MatLike) -> None: ...

    # Functions
    @_typing.overload
    def __init__(self, org_: torch_opencv.typing.Point, img_: torch_opencv.typing.MatLike, alpha_: torch_opencv.typing.MatLike) -> None: ...
    @_typing.overload
    def __init__(self) -> None: ...


class Poly:
    @property
    def points(self) -> Tensor: ...
    @points.setter
    def points(self, value: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point]) -> None: ...
    @property
    def color(self) -> tuple[float, float, float, float]: ...
    @color.setter
    def color(self, value: torch_opencv.typing.Scalar) -> None: ...
    thick: int
    lt: int
    shift: int

    # Functions
    @_typing.overload
    def __init__(self, points_: torch_opencv.typing.MatLike | _typing.Sequence[torch_opencv.typing.Point], color_: torch_opencv.typing.Scalar, thick_: int | Tensor = ..., lt_: int | Tensor = ..., shift_: int | Tensor = ...) -> None: ...
    @_typing.overload
    def __init__(self) -> None: ...



# Functions
@_typing.overload
def render(bgr: torch_opencv.typing.MatLike, prims: _typing.Sequence[torch_opencv.typing.Prim], args: _typing.Sequence[torch_opencv.GCompileArg] = ...) -> None: ...
@_typing.overload
def render(y_plane: torch_opencv.typing.MatLike, uv_plane: torch_opencv.typing.MatLike, prims: _typing.Sequence[torch_opencv.typing.Prim], args: _typing.Sequence[torch_opencv.GCompileArg] = ...) -> None: ...

def render3ch(src: torch_opencv.GMat, prims: torch_opencv.GArrayT) -> torch_opencv.GMat: ...

def renderNV12(y: torch_opencv.GMat, uv: torch_opencv.GMat, prims: torch_opencv.GArrayT) -> tuple[torch_opencv.GMat, torch_opencv.GMat]: ...


