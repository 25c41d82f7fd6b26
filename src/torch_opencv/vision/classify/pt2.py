"""Networks in ``.pt2`` files, as `torch.export.save` writes them, without running anything that a file may hold.

`torch.export.load` isn't used, because it isn't safe with files of others: it unpickles the example inputs, weights
and constants (with ``weights_only=False`` where the safe way fails), and evaluates the expressions for sizes. The
format itself needs neither: a ZIP file of a graph in JSON and of weights as plain bytes. Here, the graph's operators
are looked up in a list of those that classifiers are made of, and everything pickled is refused or left aside.
"""

from __future__ import annotations

import json
import operator
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from torch_opencv.vision.errors import ModelError

_LARGEST_GRAPH: Final = 64 << 20  # bytes
_LARGEST_WEIGHTS: Final = 8 << 30
_OPERATORS: Final = frozenset(
    """
    _log_softmax _native_batch_norm_legit_no_training _softmax _to_copy _unsafe_view abs adaptive_avg_pool1d
    adaptive_avg_pool2d adaptive_max_pool2d add add_ addmm alias amax amin arange avg_pool2d baddbmm batch_norm bmm cat
    chunk clamp clamp_ clamp_max clamp_min clone constant_pad_nd contiguous conv1d conv2d convolution cos detach detach_
    div div_ dropout dropout_ einsum elu elu_ embedding eq exp expand expand_as feature_dropout flatten floor_divide
    full full_like ge gelu group_norm gt hardsigmoid hardsigmoid_ hardswish hardswish_ hardtanh hardtanh_ instance_norm
    layer_norm le leaky_relu leaky_relu_ linear log log_softmax lt masked_fill matmul max max_pool2d
    max_pool2d_with_indices maximum mean min minimum mish mm mul mul_ native_group_norm native_layer_norm ne neg ones
    ones_like pad permute pixel_shuffle pixel_unshuffle pow prelu reciprocal reflection_pad2d relu relu6 relu6_ relu_
    repeat reshape roll rsqrt rsub scalar_tensor scaled_dot_product_attention select sigmoid sigmoid_ silu silu_ sin
    slice softmax softplus split split_with_sizes sqrt squeeze stack std sub sub_ sum sym_numel sym_size t tanh tanh_ to
    transpose type_as unbind unflatten unsqueeze upsample_bicubic2d upsample_bilinear2d upsample_nearest2d var var_mean
    view where zeros zeros_like
    """.split()  # noqa: SIM905 (one a line would fill two pages)
)
_PYTHON: Final[Mapping[str, Callable[..., Any]]] = {
    f"_operator.{name}": getattr(operator, name)
    for name in ("add", "eq", "floordiv", "ge", "getitem", "gt", "le", "lt", "mod", "mul", "ne", "neg", "sub")
}
# The numbers that the format has for dtypes (torch/_export/serde/schema.py); never changed since its first version.
_DTYPES: Final = {
    1: torch.uint8,
    2: torch.int8,
    3: torch.int16,
    4: torch.int32,
    5: torch.int64,
    6: torch.float16,
    7: torch.float32,
    8: torch.float64,
    12: torch.bool,
    13: torch.bfloat16,
}
_MEMORY_FORMATS: Final = {
    1: torch.contiguous_format,
    2: torch.channels_last,
    3: torch.channels_last_3d,
    4: torch.preserve_format,
}


class UnsupportedError(Exception):
    """Something in a file that isn't supported; never leaves this module."""


class Pt2Network(nn.Module):
    """The graph of a .pt2 file, run operator by operator.

    Args:
        path: the file.

    Raises:
        ModelError: it can't be read, or it holds what isn't run here.

    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        try:
            with zipfile.ZipFile(path) as archive:
                program, tensors = _read(archive)
            graph, signature = program["graph_module"]["graph"], program["graph_module"]["signature"]
            self._steps = [_Step(node) for node in graph["nodes"]]
            self._bind(signature["input_specs"], tensors)
            (output,) = graph["outputs"]
            self._output: str = output["as_tensor"]["name"]
            if any("user_output" not in one for one in signature["output_specs"]):
                raise UnsupportedError("it changes its own buffers")
            self.shape = _shape(graph, self._input)
        except UnsupportedError as error:
            raise ModelError(f"{path} can't be used as a model: {error}; export it to .onnx instead") from None
        except (OSError, zipfile.BadZipFile, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"{path} is no file of torch.export.save, or damaged ({type(error).__name__})") from None

    def forward(self, images: Tensor) -> Tensor:  # noqa: D102 (nn.Module's)
        values: dict[str, Any] = {name: getattr(self, attribute) for name, attribute in self._tensors.items()}
        values[self._input] = images
        for step in self._steps:
            step.run(values)
        output: Tensor = values[self._output]
        return output

    def _bind(self, specs: Sequence[Mapping[str, Any]], tensors: Mapping[str, Tensor]) -> None:
        """Take the tensors that the graph's inputs stand for; one input is left for the images."""
        self._tensors: dict[str, str] = {}
        free = []
        for number, spec in enumerate(specs):
            ((kind, content),) = spec.items()
            if kind == "user_input":
                free.append(content["arg"]["as_tensor"]["name"])
                continue
            field = {"parameter": "parameter_name", "buffer": "buffer_name", "tensor_constant": "tensor_constant_name"}
            if kind not in field:
                raise UnsupportedError(f"it needs an input of the kind {kind!r}")
            attribute = f"tensor_{number}"
            self.register_buffer(attribute, tensors[content[field[kind]]])
            self._tensors[content["arg"]["name"]] = attribute
        if len(free) != 1:
            raise UnsupportedError(f"it has {len(free)} inputs, where a classifier has one")
        self._input: str = free[0]


class _Step:
    """One operator of the graph."""

    def __init__(self, node: Mapping[str, Any]) -> None:
        self._function = _function(str(node["target"]))
        self._positional = [one["arg"] for one in node["inputs"] if one.get("kind", 1) != 2]
        self._named = {one["name"]: one["arg"] for one in node["inputs"] if one.get("kind", 1) == 2}
        self._outputs = [_names(one) for one in node["outputs"]]

    def run(self, values: dict[str, Any]) -> None:
        result = self._function(
            *(_value(argument, values) for argument in self._positional),
            **{name: _value(argument, values) for name, argument in self._named.items()},
        )
        several = result if len(self._outputs) > 1 else [result]
        for names, one in zip(self._outputs, several, strict=False):
            if isinstance(names, str):
                values[names] = one
            else:
                values.update(zip(names, one, strict=True))


def _read(archive: zipfile.ZipFile) -> tuple[dict[str, Any], dict[str, Tensor]]:
    names = archive.namelist()
    root = names[0].partition("/")[0]
    if any(name.startswith(f"{root}/data/aotinductor/") for name in names):
        raise UnsupportedError("it holds machine code")
    if sum(one.file_size for one in archive.infolist()) > _LARGEST_WEIGHTS:
        raise UnsupportedError("it is too large")
    program = _json(archive, f"{root}/models/model.json")
    tensors: dict[str, Tensor] = {}
    for kind in ("weights", "constants"):
        config = _json(archive, f"{root}/data/{kind}/model_{kind}_config.json")["config"]
        for name, one in config.items():
            tensors[name] = _tensor(archive, f"{root}/data/{kind}/{one['path_name']}", one)
    return program, tensors


def _json(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    if archive.getinfo(name).file_size > _LARGEST_GRAPH:
        raise UnsupportedError("its graph is too large")
    content: dict[str, Any] = json.loads(archive.read(name))
    return content


def _tensor(archive: zipfile.ZipFile, name: str, config: Mapping[str, Any]) -> Tensor:
    if config.get("use_pickle") or config.get("tensor_meta") is None:
        raise UnsupportedError("it holds pickled objects, which could run anything")
    meta = config["tensor_meta"]
    sizes = [int(one["as_int"]) for one in meta["sizes"]]
    strides = [int(one["as_int"]) for one in meta["strides"]]
    dtype = _dtype(meta["dtype"])
    if not archive.getinfo(name).file_size:
        return torch.empty(sizes, dtype=dtype)
    flat = torch.frombuffer(bytearray(archive.read(name)), dtype=dtype)
    return flat.as_strided(sizes, strides, int(meta["storage_offset"]["as_int"])).clone()


def _dtype(number: int) -> torch.dtype:
    if number not in _DTYPES:
        raise UnsupportedError(f"it holds numbers of an unknown kind ({number})")
    return _DTYPES[number]


def _function(target: str) -> Callable[..., Any]:
    if target in _PYTHON:
        return _PYTHON[target]
    match = re.fullmatch(r"torch\.ops\.aten\.([a-z0-9_]+)\.([A-Za-z0-9_]+)", target)
    if not match or match[1] not in _OPERATORS:
        raise UnsupportedError(f"its operator {target[:80]!r} isn't among those that are run")
    function: Callable[..., Any] = getattr(getattr(torch.ops.aten, match[1]), match[2])
    return function


def _names(output: Mapping[str, Any]) -> str | list[str]:
    ((kind, content),) = output.items()
    if kind == "as_tensors":
        return [one["name"] for one in content]
    name: str = content.get("name") or content["as_name"]
    return name


def _value(argument: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """What is handed to an operator: a tensor or number that was computed, or a constant of the graph."""
    ((kind, content),) = argument.items()
    if kind in ("as_tensor", "as_name"):
        return values[content["name"] if kind == "as_tensor" else content]
    if kind in ("as_tensors", "as_optional_tensors", "as_sym_ints", "as_sym_floats", "as_sym_bools"):
        return [_value(one if "name" not in one else {"as_tensor": one}, values) for one in content]
    if kind in ("as_sym_int", "as_sym_float", "as_sym_bool", "as_optional_tensor"):
        return _value(content, values)
    if kind in ("as_int", "as_float", "as_bool", "as_string", "as_ints", "as_floats", "as_bools"):
        return content
    if kind == "as_none":
        return None
    if kind == "as_scalar_type":
        return _dtype(content)
    if kind == "as_memory_format":
        return _MEMORY_FORMATS[content]
    if kind == "as_layout":
        return torch.strided
    if kind == "as_device":
        return None  # that of the tensors
    raise UnsupportedError(f"its graph has an argument of the kind {kind!r}")


def _shape(graph: Mapping[str, Any], name: str) -> list[int | None]:
    """The input's shape; None where any size is possible."""
    return [one.get("as_int") for one in graph["tensor_values"][name]["sizes"]]
