"""Weights: named, fetched when needed, verified before anything opens them.

    from torch_opencv import weights
    weights.path("yunet")        # PosixPath('~/.cache/torch-opencv/weights/yunet/face_detection_yunet_2023mar.onnx')

- `path(name)` gives a local file whose checksum has been verified, fetching it if this machine hasn't got it.
- `fetch(*names)` does so for several, and reports failures at the end.
- `verify(name)` reads every copy on this machine again; `copies(name)` says where they are.
- `names()` and `entry(name)` are the catalogue; `home()` is the folder that everything of ours is cached in.

`TORCH_OPENCV_HOME` moves that folder, `TORCH_OPENCV_OFFLINE=1` forbids the network. Whatever goes wrong is a
`WeightsError` with a message for people. See docs/weights.md.
"""

from torch_opencv._system.paths import home
from torch_opencv.weights.catalogue import Entry, File, entry, names
from torch_opencv.weights.checksum import Checksum
from torch_opencv.weights.errors import WeightsError
from torch_opencv.weights.store import Copy, copies, fetch, path, verify

__all__ = [
    "Checksum",
    "Copy",
    "Entry",
    "File",
    "WeightsError",
    "copies",
    "entry",
    "fetch",
    "home",
    "names",
    "path",
    "verify",
]
