# Made by tools/make_stubs.py from the stubs of OpenCV 4.14.0: change that, not this.
import typing as _typing

from torch import Tensor

import torch_opencv.typing


# Classes
class CoreML:
    # Functions
    def __init__(self) -> None: ...

    def cfgUseCPUOnly(self) -> CoreML: ...

    def cfgEnableOnSubgraph(self) -> CoreML: ...

    def cfgEnableOnlyNeuralEngine(self) -> CoreML: ...


class CUDA:
    # Functions
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, dev_id: int | Tensor) -> None: ...


class TensorRT:
    # Functions
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, dev_id: int | Tensor) -> None: ...


class OpenVINO:
    # Functions
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, dev_type: str) -> None: ...
    @_typing.overload
    def __init__(self, params: torch_opencv.typing.map_string_and_string) -> None: ...

    def cfgCacheDir(self, dir: str) -> OpenVINO: ...

    def cfgNumThreads(self, nthreads: int | Tensor) -> OpenVINO: ...

    def cfgEnableOpenCLThrottling(self) -> OpenVINO: ...

    def cfgEnableDynamicShapes(self) -> OpenVINO: ...


class DirectML:
    # Functions
    @_typing.overload
    def __init__(self) -> None: ...
    @_typing.overload
    def __init__(self, device_id: int | Tensor) -> None: ...
    @_typing.overload
    def __init__(self, adapter_name: str) -> None: ...



