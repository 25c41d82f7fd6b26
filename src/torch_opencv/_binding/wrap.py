"""The installed cv2's functions, classes and submodules, turned into ones that take and give tensors.

Nothing is typed by hand, and nothing is made before it is asked for: :func:`counterpart` looks a name up in a cv2
module and makes what stands for it here. A call is the arguments' conversion
(:mod:`~torch_opencv._binding.arguments`), the cv2 function, and the results' conversion
(:mod:`~torch_opencv._binding.results`).
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any, cast

import cv2
from numpy import ndarray
from torch import Tensor

from torch_opencv._binding import gapi
from torch_opencv._binding.arguments import TO_CV2, NeedsSlowPathError, SlowCall, Wrapped, add_hint
from torch_opencv._binding.memory import increment_versions, is_plain, staged, to_array, to_tensor, unstage
from torch_opencv._binding.native import Native
from torch_opencv._binding.results import FromCv2, fill_empties, is_opencv_class
from torch_opencv._binding.signature import Signature

# --- functions --------------------------------------------------------------------------------------------------------


def wrap_function(function: Callable[..., Any], signature: Signature) -> Callable[..., Any]:
    """The counterpart of a cv2 function, constructor, static method or method.

    Args:
        function: cv2's.
        signature: its.
    """
    bound = _writing(function, signature) if signature.outputs else _reading(function, signature)
    return NATIVE.in_front_of(with_metadata(bound, signature, function.__doc__), function, signature)


# The two below are the hot path, and differ only by what concerns outputs: a shared body would cost a call, which is a
# tenth of what the whole detour takes. benchmarks/bindings.py measures them.


def _reading(function: Callable[..., Any], signature: Signature) -> Callable[..., Any]:
    """The counterpart of a function that writes none of its arguments."""
    to_cv2, from_cv2, fill = TO_CV2, FROM_CV2, fill_empties

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            arrays = [x if (convert := to_cv2[type(x)]) is None else convert(x) for x in args]
            keywords = kwargs and {k: x if (f := to_cv2[type(x)]) is None else f(x) for k, x in kwargs.items()}
        except RecursionError:
            raise
        except (NeedsSlowPathError, TypeError, RuntimeError):
            return SlowCall(signature, from_cv2).run(function, args, kwargs)
        try:
            result = function(*arrays, **keywords) if kwargs else function(*arrays)
        except cv2.error as error:
            add_hint(error, signature, args, kwargs)
            raise
        if type(result) is ndarray:
            return to_tensor(result)
        convert = from_cv2[type(result)]
        return result if convert is None else fill(convert(result), signature)

    return call


def _writing(function: Callable[..., Any], signature: Signature) -> Callable[..., Any]:
    """The counterpart of a function with outputs. The fast path writes the first of them; several take the slow one."""
    to_cv2, from_cv2, fill = TO_CV2, FROM_CV2, fill_empties
    (position, name), *others = signature.outputs.items()

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            arrays = [x if (convert := to_cv2[type(x)]) is None else convert(x) for x in args]
            keywords = kwargs and {k: x if (f := to_cv2[type(x)]) is None else f(x) for k, x in kwargs.items()}
        except RecursionError:
            raise
        except (NeedsSlowPathError, TypeError, RuntimeError):
            return SlowCall(signature, from_cv2).run(function, args, kwargs)
        if position < len(args):
            output, array = args[position], arrays[position]
        elif name in kwargs:
            output, array = kwargs[name], keywords[name]
        else:
            output = array = None
        copied = None
        if output is not None:
            if type(output) is not Tensor or type(array) is not ndarray:
                return SlowCall(signature, from_cv2).run(function, args, kwargs)
            if not is_plain(output, array):
                array = copied = staged(output)
                if copied is None:
                    return SlowCall(signature, from_cv2).run(function, args, kwargs)
                if position < len(args):
                    arrays[position] = array
                else:
                    keywords[name] = array
        for other, keyword in others:
            if (args[other] if other < len(args) else kwargs.get(keyword)) is not None:
                return SlowCall(signature, from_cv2).run(function, args, kwargs)
        try:
            result = function(*arrays, **keywords) if kwargs else function(*arrays)
        except cv2.error as error:
            add_hint(error, signature, args, kwargs)
            raise
        if output is not None:
            if copied is not None:
                unstage(output, copied)
            if result is array:
                increment_versions((output,))  # autograd must know of what was written behind its back
                return output
            key = position if position < len(args) else name
            return SlowCall(signature, from_cv2).results_into([(key, output, array)], result)
        if type(result) is ndarray:
            return to_tensor(result)
        convert = from_cv2[type(result)]
        return result if convert is None else fill(convert(result), signature)

    return call


def with_metadata(bound: Callable[..., Any], signature: Signature, doc: str | None) -> Callable[..., Any]:
    """Give a counterpart a name, a module and documentation.

    They serve ``help``, tracebacks, and the reasons of ``torch.compile``'s graph breaks.

    Args:
        bound: the counterpart, which is changed.
        signature: of the function that it stands for.
        doc: that function's docstring.

    Returns:
        The counterpart.
    """
    owner: Any = signature.owner
    in_module = inspect.ismodule(owner)
    bound.__name__ = signature.name
    bound.__qualname__ = signature.name if in_module else f"{owner.__name__}.{signature.name}"
    bound.__module__ = _here(owner.__name__ if in_module else owner.__module__)
    bound.__doc__ = doc
    if (described := signature.as_inspect()) is not None:
        bound.__signature__ = described  # type: ignore[attr-defined]
    # What torch.compiler.disable would set on a function around this one, which would cost a call.
    bound._torchdynamo_disable = True  # type: ignore[attr-defined]
    bound._torchdynamo_disable_msg = f"cv.{signature.qualified_name} is OpenCV's"  # type: ignore[attr-defined]
    return bound


def _here(cv2_module: str) -> str:
    return re.sub(r"^cv2\b", "torch_opencv", cv2_module)


# --- classes ----------------------------------------------------------------------------------------------------------

_LEFT_TO_PYTHON = frozenset(("__new__", "__init__", "__repr__", "__doc__", "__module__"))


@functools.cache
def wrap_class(class_: type) -> type[Wrapped]:
    """The counterpart of a cv2 class: its name, its bases, its members over tensors."""
    base = Wrapped if class_.__base__ in (object, None) else wrap_class(class_.__base__)
    construct_signature = Signature("__init__", class_, class_.__doc__)
    construct = wrap_function(class_, construct_signature)

    def __init__(self: Wrapped, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        self._cv = construct(*args, **kwargs)._cv
        if class_ is cv2.VideoWriter and (args or kwargs) and not self._cv.isOpened():
            # The one constructor that fails in silence: cv2 would write nothing, and every `write` would succeed.
            warnings.warn(f"cv.VideoWriter could not open {_named(args, kwargs)}", RuntimeWarning, stacklevel=2)

    __init__.__doc__ = construct.__doc__
    if (described := construct_signature.as_inspect()) is not None:
        of_self = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
        __init__.__signature__ = described.replace(  # type: ignore[attr-defined]
            parameters=[of_self, *described.parameters.values()]
        )
    members: dict[str, Any] = {
        "__slots__": (),
        "_class_of_cv2": class_,
        "__init__": __init__,
        "__doc__": class_.__doc__,
        "__module__": _here(class_.__module__),
    }
    for name, member in vars(class_).items():
        if name not in _LEFT_TO_PYTHON:
            members[name] = _bind_member(class_, name, member)
    return cast("type[Wrapped]", type(class_.__name__, (base,), members))


def _named(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    filename = args[0] if args else kwargs.get("filename")
    return f"{filename}: no such codec, size, container or folder; nothing will be written"


def _bind_member(class_: type, name: str, member: Any) -> Any:
    if isinstance(member, staticmethod):
        member = member.__func__
        return staticmethod(wrap_function(member, Signature(name, class_, member.__doc__)))
    if isinstance(member, types.BuiltinFunctionType):
        return staticmethod(wrap_function(member, Signature(name, class_, member.__doc__)))
    if inspect.isgetsetdescriptor(member):
        return _bind_property(class_, name, member)
    if isinstance(member, type):
        return wrap_class(member)
    if callable(member):
        return wrap_function(member, Signature(name, class_, member.__doc__, is_method=True))
    return member


def _bind_property(class_: type, name: str, member: types.GetSetDescriptorType) -> property:
    signature = Signature(name, class_, f"{name}(self, value)")

    def get(self: Wrapped) -> Any:
        return fill_empties(FROM_CV2.convert(member.__get__(self._cv)), signature)

    in_python = property(get, wrap_function(member.__set__, signature), doc=member.__doc__)
    return NATIVE.in_front_of(in_python, member, signature)


def _wrapper(class_: type) -> Callable[[Any], Wrapped]:
    return wrap_class(class_).wrap


FROM_CV2 = FromCv2(_wrapper)
NATIVE = Native(FROM_CV2)


class Mat(cv2.Mat):
    """cv2's array that says what its last dimension is: channels (``wrap_channels=True``) or one dimension more.

    Takes a tensor, whose memory it shares, or an array. OpenCV: *cv::Mat*, in Python ``cv2.Mat``.
    """

    def __new__(cls, arr: Tensor | ndarray[Any, Any], **kwargs: Any) -> Mat:
        """An array over the memory of ``arr``."""
        array = to_array(arr) if isinstance(arr, Tensor) else arr
        return array.view(cls)


# --- modules ----------------------------------------------------------------------------------------------------------


def counterpart(module: types.ModuleType, name: str) -> Any:
    """What stands here for ``name`` of a cv2 module.

    Raises:
        AttributeError: if the module has no such name, or keeps it to itself.
    """
    member = None if name.startswith("_") else getattr(module, name, None)
    if member is None or (isinstance(member, types.ModuleType) and not member.__name__.startswith("cv2.")):
        here = _here(module.__name__)
        raise AttributeError(f"module '{here}' has no attribute '{name}', nor has OpenCV {cv2.__version__}")
    if member is cv2.Mat:
        return Mat
    if module is cv2.typing and member == cv2.typing.MatLike:
        return Tensor | ndarray
    if isinstance(member, types.ModuleType):
        return wrap_module(member)
    if isinstance(member, type):
        return wrap_class(member) if is_opencv_class(member) else member
    if module.__name__ == "cv2.gapi" and name in ("op", "kernel"):
        return with_metadata(getattr(gapi, name)(FROM_CV2), Signature(name, module, member.__doc__), member.__doc__)
    if isinstance(member, (types.BuiltinFunctionType, types.FunctionType)):
        return wrap_function(member, Signature(name, module, member.__doc__))
    return member


def submodules(module: types.ModuleType) -> Iterator[types.ModuleType]:
    """cv2's submodules, and theirs."""
    for member in vars(module).values():
        if isinstance(member, types.ModuleType) and member.__name__.startswith(module.__name__ + "."):
            yield member
            yield from submodules(member)


def public_names(module: types.ModuleType) -> list[str]:
    """The names that a cv2 module offers: no private ones, and not the Python modules that it imports."""
    return sorted(
        name
        for name, member in vars(module).items()
        if not name.startswith("_")
        and not (isinstance(member, types.ModuleType) and not member.__name__.startswith("cv2."))
    )


class Namespace(types.ModuleType):
    """The counterpart of a cv2 submodule; members are made when they are first asked for."""

    def __init__(self, module: types.ModuleType) -> None:
        super().__init__(_here(module.__name__), module.__doc__)
        self.__path__ = []  # so that `import torch_opencv.gapi.wip` finds its parent to be a package
        self._cv2_module = module

    def __getattr__(self, name: str) -> Any:
        value = counterpart(self._cv2_module, name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return public_names(self._cv2_module)


def wrap_module(module: types.ModuleType) -> types.ModuleType:
    """The counterpart of a cv2 submodule, which Python can import by its name from here."""
    name = _here(module.__name__)
    if name not in sys.modules:
        sys.modules[name] = Namespace(module)
    return sys.modules[name]
