# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv.gapi.onnx.ep
import torch_opencv.typing


from torch_opencv.gapi.onnx import ep as ep


# Enumerations
TraitAs_TENSOR: int
TRAIT_AS_TENSOR: int
TraitAs_IMAGE: int
TRAIT_AS_IMAGE: int
TraitAs = int
"""One of [TraitAs_TENSOR, TRAIT_AS_TENSOR, TraitAs_IMAGE, TRAIT_AS_IMAGE]"""



# Classes
class PyParams:
    # Functions
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, tag: str, model_path: str) -> None: ...

    def cfgMeanStd(self, layer_name: str, m: torch_opencv.typing.Scalar, s: torch_opencv.typing.Scalar) -> PyParams: ...

    def cfgNormalize(self, layer_name: str, flag: bool) -> PyParams: ...

    @_typing.overload
    def cfgAddExecutionProvider(self, ep: torch_opencv.gapi.onnx.ep.OpenVINO) -> PyParams: ...
    @_typing.overload
    def cfgAddExecutionProvider(self, ep: torch_opencv.gapi.onnx.ep.DirectML) -> PyParams: ...
    @_typing.overload
    def cfgAddExecutionProvider(self, ep: torch_opencv.gapi.onnx.ep.CoreML) -> PyParams: ...
    @_typing.overload
    def cfgAddExecutionProvider(self, ep: torch_opencv.gapi.onnx.ep.CUDA) -> PyParams: ...
    @_typing.overload
    def cfgAddExecutionProvider(self, ep: torch_opencv.gapi.onnx.ep.TensorRT) -> PyParams: ...

    def cfgDisableMemPattern(self) -> PyParams: ...

    def cfgSessionOptions(self, options: torch_opencv.typing.map_string_and_string) -> PyParams: ...

    def cfgOptLevel(self, opt_level: int | Tensor) -> PyParams: ...



# Functions
def params(tag: str, model_path: str) -> PyParams: ...


