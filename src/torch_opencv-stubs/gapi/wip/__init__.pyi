# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv
import torch_opencv.gapi
import torch_opencv.gapi.wip.gst
import torch_opencv.typing


from torch_opencv.gapi.wip import draw as draw
from torch_opencv.gapi.wip import gst as gst
from torch_opencv.gapi.wip import onevpl as onevpl


# Classes
class GOutputs:
    # Functions
    def getGMat(self) -> torch_opencv.GMat: ...

    def getGScalar(self) -> torch_opencv.GScalar: ...

    def getGArray(self, type: torch_opencv.gapi.ArgType) -> torch_opencv.GArrayT: ...

    def getGOpaque(self, type: torch_opencv.gapi.ArgType) -> torch_opencv.GOpaqueT: ...


class IStreamSource:
    ...


# Functions
def get_streaming_source(pipeline: torch_opencv.gapi.wip.gst.GStreamerPipeline, appsinkName: str, outputType: torch_opencv.gapi.wip.gst.GStreamerSource_OutputType = ...) -> IStreamSource: ...

@_typing.overload
def make_capture_src(path: str, properties: torch_opencv.typing.map_int_and_double = ...) -> IStreamSource: ...
@_typing.overload
def make_capture_src(id: int | Tensor, properties: torch_opencv.typing.map_int_and_double = ...) -> IStreamSource: ...

def make_gst_src(pipeline: str, outputType: torch_opencv.gapi.wip.gst.GStreamerSource_OutputType = ...) -> IStreamSource: ...

def make_py_src(src: IStreamSource) -> IStreamSource: ...


