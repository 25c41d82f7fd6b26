"""Torch7 files: their content as Python objects and tensors, and the networks in them as torch.nn modules.

    from torch_opencv import t7
    t7.load("net.t7")  # a Table, an Object, a tensor, ...: what torch.save was given

- `load(path)` reads a file, `loads(data)` what torch.serialize gave.
- `Table`, `Object` and `Function` are what Lua's tables, objects and functions become.

Nothing in a file is ever run. What can't be read is a `T7Error`. See docs/torch7.md.
"""

from torch_opencv.t7.errors import T7Error
from torch_opencv.t7.objects import Function, Object, Table
from torch_opencv.t7.reader import load, loads

__all__ = ["Function", "Object", "T7Error", "Table", "load", "loads"]
