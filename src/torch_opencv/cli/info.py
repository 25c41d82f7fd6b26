"""What this installation is made of, for ``torch-opencv info``."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, packages_distributions, version

import av
import torch

import torch_opencv as cv
from torch_opencv._binding.wrap import NATIVE
from torch_opencv._system.paths import home
from torch_opencv.live.window import why_no_window
from torch_opencv.runtime import compiled, openvino_runtime


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
        "OpenVINO": _openvino(),
        "PyAV": f"{av.__version__} (FFmpeg {av.ffmpeg_version_info})",
        "devices": ", ".join(["cpu", *gpus]),
        "windows": f"none: {no_window}" if no_window else cv.currentUIFramework(),
        "video backends": ", ".join(dict.fromkeys(backends)),
        "cache": str(home()),
        "compiled": f"{compiled.count()} networks, by ONNX Runtime in f32 unless said otherwise here",
    } | _choices()


def _openvino() -> str:
    if found := openvino_runtime.installed():
        return found
    try:
        return f"none: {version('openvino')} is too old: {openvino_runtime.EXTRA}"
    except PackageNotFoundError:
        return f"none, which makes some networks faster: {openvino_runtime.EXTRA}"


def _choices() -> dict[str, str]:
    """Each network that there was a choice for, and what came of it here."""
    found = {}
    for (name, wanted), choice in compiled.choices().items():
        ratio = "" if choice.ratio is None else f"OpenVINO {choice.ratio:.2f} times as fast as ONNX Runtime in f32"
        how = "; ".join(filter(None, (ratio, choice.why, f"on {choice.measured}")))
        name += ", bf16" if wanted == "bf16" else ""
        found[name] = f"{choice.backend or 'not'} {choice.precision if choice.backend else wanted} ({how})"
    return found
