"""The programs on many machines, by Ray: archives of videos and images, and many cameras.

``pip install 'torch-opencv[ray]'`` brings Ray. docs/archives.md explains it from the beginning::

    from torch_opencv import ray as cv_ray

    rows = cv_ray.read_videos("archive/", fps=2)
    rows.map_batches(cv_ray.Caption, batch_size=16, concurrency=2).write_parquet("captions/")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from torch_opencv.errors import TorchOpencvError

try:
    import pyarrow as _pyarrow  # noqa: F401
    import ray as _ray  # noqa: F401
except ImportError as error:
    raise TorchOpencvError(f"this needs Ray: pip install 'torch-opencv[ray]' ({error})") from None

if TYPE_CHECKING:
    from torch_opencv.ray.datasource import read_images, read_videos
    from torch_opencv.ray.programs import Caption, Classify, Faces, Program, Stylize

__all__ = ["Caption", "Classify", "Faces", "Program", "Stylize", "read_images", "read_videos"]


def __getattr__(name: str) -> Any:
    """What is in the modules, imported once it is asked for: workers that read cameras need no Ray Data."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "datasource" if name.startswith("read_") else "programs"
    return getattr(import_module(f"{__name__}.{module}"), name)
