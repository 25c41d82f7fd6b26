"""A program over many cameras, by Ray: workers read them, services of the model look at their frames together.

docs/cameras.md explains it from the beginning. A frame's way is a line, and nothing on it can grow::

    camera -> its newest frame -> worker -> model service (a batch of many cameras) -> worker -> the camera's results

Of each camera one frame at most waits, where a newer one takes its place, and one is on its way to the model and back.
"""

from torch_opencv.ray.cameras.named import CameraName, named
from torch_opencv.ray.cameras.run import Report, run_cameras

__all__ = ["CameraName", "Report", "named", "run_cameras"]
