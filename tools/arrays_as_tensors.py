"""A ``cv2`` for code that has arrays, every one of which reaches OpenCV as a tensor: ``install()``.

OpenCV's own tests and samples are written for numpy. With this in the place of ``cv2`` they run unchanged, and each
array in a call becomes the tensor over its memory, goes through ``torch_opencv``, and what comes out becomes an array
again. Where the result is one of the arguments, the caller gets the very array that it gave.
"""

from __future__ import annotations

import functools
import inspect
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import torch

from torch_opencv._binding import namespace, wrap
from torch_opencv._binding.signature import Signature


class _Arguments:
    """The arrays of one call, and the tensors that they were handed over as."""

    def __init__(self) -> None:
        self._given: dict[int, tuple[torch.Tensor, Any]] = {}

    def to_tensors(self, x: Any) -> Any:
        if type(x) in (list, tuple):
            return type(x)([self.to_tensors(element) for element in x])
        if type(x) is not np.ndarray:
            return x
        try:
            tensor = torch.from_numpy(x)
        except (TypeError, ValueError):  # strings and objects, negative strides: no tensor is like that
            return x
        self._given[id(tensor)] = tensor, x
        return tensor

    def to_arrays(self, x: Any) -> Any:
        if isinstance(x, torch.Tensor):
            _, array = self._given.get(id(x), (x, None))
            return array if array is not None and array.shape == x.shape else x.numpy()
        if type(x) in (list, tuple):
            return type(x)([self.to_arrays(element) for element in x])
        return x


def _over_arrays(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function of torch_opencv as one of arrays."""

    @functools.wraps(call)
    def of_arrays(*args: Any, **kwargs: Any) -> Any:
        arguments = _Arguments()
        tensors = [arguments.to_tensors(x) for x in args]
        return arguments.to_arrays(call(*tensors, **{name: arguments.to_tensors(x) for name, x in kwargs.items()}))

    return of_arrays


def _layer_over_arrays(class_: type) -> type:
    """A network layer of the user's, given arrays although torch_opencv gives it tensors."""

    def of_tensors(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(self: Any, *args: Any) -> Any:
            return _Arguments().to_tensors(method(self, *(_Arguments().to_arrays(x) for x in args)))

        return call

    methods = inspect.getmembers(class_, inspect.isfunction)
    return type(class_.__name__, (class_,), {name: of_tensors(method) for name, method in methods})


def _kernel_over_arrays(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """``cv.gapi.kernel`` for classes that are written for arrays."""

    def of_arrays(op_class: type) -> Callable[[type], type]:
        decorate = kernel(op_class)

        def decorated(class_: type) -> type:
            run = class_.run  # type: ignore[attr-defined]

            @functools.wraps(run)
            def of_tensors(*args: Any) -> Any:
                return _Arguments().to_tensors(run(*map(_Arguments().to_arrays, args)))

            class_.run = staticmethod(of_tensors)  # type: ignore[attr-defined]
            return decorate(class_)

        return decorated

    return of_arrays


def install() -> types.ModuleType:
    """Put the namespace of arrays in the place of ``cv2``, and return it. To be called before anything else uses it."""
    namespace.member("cuda")  # it imports cv2, which must be the real one
    warnings.filterwarnings("ignore", "The given NumPy array is not writable")
    wrap_function, bind_property = wrap.wrap_function, wrap._bind_property

    def wrap_over_arrays(function: Callable[..., Any], signature: Signature) -> Callable[..., Any]:
        call = _over_arrays(wrap_function(function, signature))
        if signature.name != "dnn_registerLayer":
            return call
        return lambda name, class_: call(name, _layer_over_arrays(class_))

    def property_over_arrays(class_: type, name: str, member: Any) -> property:
        made = bind_property(class_, name, member)
        return property(lambda self: _Arguments().to_arrays(made.fget(self)), made.fset, doc=made.__doc__)

    wrap.wrap_function = wrap_over_arrays
    wrap._bind_property = property_over_arrays
    kernel = wrap.gapi.kernel
    wrap.gapi.kernel = lambda from_cv2: _kernel_over_arrays(kernel(from_cv2))
    stand_in = types.ModuleType("cv2", cv2.__doc__)
    stand_in.__dict__.update({name: value for name, value in vars(cv2).items() if name.startswith("_")})
    stand_in.__getattr__ = namespace.member  # type: ignore[method-assign]
    sys.modules["cv2"] = stand_in
    return stand_in
