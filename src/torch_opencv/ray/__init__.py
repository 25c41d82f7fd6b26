"""The programs on many machines, by Ray: archives of videos and images, and many cameras.

``pip install 'torch-opencv[ray]'`` brings Ray. docs/archives.md explains it from the beginning::

    from torch_opencv import ray as cv_ray

    rows = cv_ray.read_videos("archive/", fps=2)
    rows.map_batches(cv_ray.Caption, batch_size=16, concurrency=2).write_parquet("captions/")
"""

from torch_opencv.errors import TorchOpencvError

try:
    import pyarrow as _pyarrow  # noqa: F401
    import ray as _ray  # noqa: F401
    import ray.data as _ray_data  # noqa: F401
except ImportError as error:
    raise TorchOpencvError(f"this needs Ray: pip install 'torch-opencv[ray]' ({error})") from None

from torch_opencv.ray.datasource import read_images, read_videos
from torch_opencv.ray.programs import Caption, Classify, Faces, Program, Stylize

__all__ = ["Caption", "Classify", "Faces", "Program", "Stylize", "read_images", "read_videos"]
