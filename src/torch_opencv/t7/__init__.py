"""Torch7 files: their content as Python objects and tensors, and the networks in them as torch.nn modules.

    from torch_opencv import t7
    t7.load("net.t7")  # a Table, an Object, a tensor, ...: what torch.save was given
    t7.load_network("net.t7")  # a torch.nn.Module that computes what the network computed

- `load(path)` reads a file, `loads(data)` what torch.serialize gave.
- `load_network(path)` makes the network in a file, `network(value)` one of what `load` gave.
- `check_forward(path, shape)` makes sure that a foreign network can be run, in a process with limits.
- `fold_batch_norms(module)` makes a network faster, exactly.
- `Table`, `Object` and `Function` are what Lua's tables, objects and functions become.

Nothing in a file is ever run. What can't be read is a `T7Error`. See docs/torch7.md.
"""

from torch_opencv.t7.errors import T7Error
from torch_opencv.t7.folding import fold_batch_norms
from torch_opencv.t7.network import load_network, network
from torch_opencv.t7.objects import Function, Object, Table
from torch_opencv.t7.reader import load, loads
from torch_opencv.t7.trial import check_forward

__all__ = [
    "Function",
    "Object",
    "T7Error",
    "Table",
    "check_forward",
    "fold_batch_norms",
    "load",
    "load_network",
    "loads",
    "network",
]
