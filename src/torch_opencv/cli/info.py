"""What this installation is made of, for ``torch-opencv info``."""

from __future__ import annotations

import platform
from importlib.metadata import packages_distributions, version

import av
import torch

import torch_opencv as cv
from torch_opencv._binding.wrap import NATIVE
from torch_opencv._system.paths import home
from torch_opencv.live.window import why_no_window


def installation() -> dict[str, str]:
    """Names and values in the order in which they are shown."""
    wheels = ", ".join(f"{name} {version(name)}" for name in dict.fromkeys(packages_distributions().get("cv2", [])))
    gpus = [f"cuda:{i} ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())]
    backends = [cv.videoio_registry.getBackendName(backend) for backend in cv.videoio_registry.getBackends()]
    no_window = why_no_window()
    why_not_native = NATIVE.why_not
    return {
        "torch-opencv": cv.__version__,
        "Python": f"{platform.python_version()} on {platform.platform()}",
        "torch": torch.__version__,
        "OpenCV": f"{cv.getVersionString()} ({wheels or 'not from a wheel'})",
        "bindings' fast path": f"none: {why_not_native}" if why_not_native else "active",
        "ONNX Runtime": version("onnxruntime"),
        "PyAV": f"{av.__version__} (FFmpeg {av.ffmpeg_version_info})",
        "devices": ", ".join(["cpu", *gpus]),
        "windows": f"none: {no_window}" if no_window else cv.currentUIFramework(),
        "video backends": ", ".join(dict.fromkeys(backends)),
        "cache": str(home()),
    }
