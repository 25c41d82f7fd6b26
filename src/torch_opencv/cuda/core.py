"""OpenCV's core of CUDA, registered: streams, events, arrays, devices."""

from __future__ import annotations

from torch_opencv.cuda import devices, gpumat, gpumat_nd, host_memory, streams
from torch_opencv.cuda._routing import register

_NAMES = {
    streams: ("Stream", "Stream_Null", "wrapStream", "Event", "Event_elapsedTime"),
    gpumat: ("GpuMat", "createContinuous", "ensureSizeIsEnough", "createGpuMatFromCudaMemory"),
    gpumat_nd: ("GpuMatND",),
    devices: (
        "DeviceInfo",
        "getCudaEnabledDeviceCount",
        "setDevice",
        "getDevice",
        "resetDevice",
        "TargetArchs",
        "printCudaDeviceInfo",
        "printShortCudaDeviceInfo",
    ),
    host_memory: (
        "HostMem",
        "registerPageLocked",
        "unregisterPageLocked",
        "BufferPool",
        "setBufferPoolUsage",
        "setBufferPoolConfig",
    ),
}
_CONSTANTS = ("EVENT_", "Event_", "DEVICE_INFO_", "DeviceInfo_", "HOST_MEM_", "HostMem_")

for _room, _names in _NAMES.items():
    for _name, _value in vars(_room).items():
        if _name in _names or (_name.startswith(_CONSTANTS) and isinstance(_value, int)):
            register(_name, "core", _value)

for _name, _value in vars(devices.TargetArchs).items():
    if _name.startswith("has"):
        register(f"TargetArchs_{_name}", "core", getattr(devices.TargetArchs, _name))
