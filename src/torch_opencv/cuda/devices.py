"""CUDA devices, as torch sees them: ``DeviceInfo``, ``getCudaEnabledDeviceCount``, ``setDevice``, ``getDevice``."""

from __future__ import annotations

from typing import Any

import torch

DEVICE_INFO_COMPUTE_MODE_DEFAULT = DeviceInfo_ComputeModeDefault = 0
DEVICE_INFO_COMPUTE_MODE_EXCLUSIVE = DeviceInfo_ComputeModeExclusive = 1
DEVICE_INFO_COMPUTE_MODE_PROHIBITED = DeviceInfo_ComputeModeProhibited = 2
DEVICE_INFO_COMPUTE_MODE_EXCLUSIVE_PROCESS = DeviceInfo_ComputeModeExclusiveProcess = 3


def getCudaEnabledDeviceCount() -> int:  # noqa: N802
    """How many CUDA devices torch sees; 0 without CUDA in its build or without a driver."""
    return torch.cuda.device_count()


def setDevice(device: int) -> None:  # noqa: N802
    """Make a CUDA device torch's current one, for this thread. (Functions go by the device of their tensors.)

    Raises:
        ValueError: for a device that there is not.
    """
    torch.cuda.set_device(_existing(device, "setDevice", "device"))


def getDevice() -> int:  # noqa: N802
    """The index of torch's current CUDA device.

    Raises:
        RuntimeError: where torch sees no CUDA device.
    """
    if not torch.cuda.is_available():
        raise RuntimeError("cv.cuda.getDevice: torch sees no CUDA device")
    return torch.cuda.current_device()


def resetDevice() -> None:  # noqa: N802
    """Wait for torch's current CUDA device, and give back the memory that torch keeps for reuse.

    What tensors hold stays: OpenCV destroys it, and torch could not go on. Without a CUDA device, nothing is done.
    """
    if torch.cuda.is_available():
        torch.cuda.synchronize()
        torch.cuda.empty_cache()


class TargetArchs:
    """For which architectures this torch has code: machine code, or PTX that the driver compiles."""

    @staticmethod
    def _built(kind: str) -> list[tuple[int, int]]:
        numbers = [a.rstrip("af").rpartition("_")[2] for a in torch.cuda.get_arch_list() if a.startswith(kind)]
        return [(int(a[:-1]), int(a[-1])) for a in numbers if a.isdigit()]

    @staticmethod
    def hasBin(major: int, minor: int) -> bool:  # noqa: N802
        """Whether there is machine code for a compute capability."""
        return (major, minor) in TargetArchs._built("sm_")

    @staticmethod
    def hasPtx(major: int, minor: int) -> bool:  # noqa: N802
        """Whether there is PTX of a compute capability."""
        return (major, minor) in TargetArchs._built("compute_")

    @staticmethod
    def has(major: int, minor: int) -> bool:
        """Whether there is either."""
        return TargetArchs.hasBin(major, minor) or TargetArchs.hasPtx(major, minor)

    @staticmethod
    def hasEqualOrLessPtx(major: int, minor: int) -> bool:  # noqa: N802
        """Whether there is PTX of a compute capability or a lesser one."""
        return any(built <= (major, minor) for built in TargetArchs._built("compute_"))

    @staticmethod
    def hasEqualOrGreaterBin(major: int, minor: int) -> bool:  # noqa: N802
        """Whether there is machine code for a compute capability or a greater one."""
        return any(built >= (major, minor) for built in TargetArchs._built("sm_"))

    @staticmethod
    def hasEqualOrGreaterPtx(major: int, minor: int) -> bool:  # noqa: N802
        """Whether there is PTX of a compute capability or a greater one."""
        return any(built >= (major, minor) for built in TargetArchs._built("compute_"))

    @staticmethod
    def hasEqualOrGreater(major: int, minor: int) -> bool:  # noqa: N802
        """Whether there is either."""
        return TargetArchs.hasEqualOrGreaterBin(major, minor) or TargetArchs.hasEqualOrGreaterPtx(major, minor)


def printShortCudaDeviceInfo(device: int) -> None:  # noqa: N802
    """Print a line on a device; on all of them for a negative number."""
    for index in _chosen(device, "printShortCudaDeviceInfo"):
        info: Any = torch.cuda.get_device_properties(index)
        memory = info.total_memory / 2**30
        print(f"Device {index}: {info.name}, {memory:.1f} GiB, compute capability {info.major}.{info.minor}")


def printCudaDeviceInfo(device: int) -> None:  # noqa: N802
    """Print what torch knows of a device; of all of them for a negative number."""
    for index in _chosen(device, "printCudaDeviceInfo"):
        info: Any = torch.cuda.get_device_properties(index)
        print(f"Device {index}: {info.name}")
        for name in sorted(n for n in dir(info) if not n.startswith("_") and n != "name"):
            print(f"  {name.replace('_', ' ')}: {getattr(info, name)}")


def _chosen(device: int, function: str) -> list[int]:
    return list(range(torch.cuda.device_count())) if device < 0 else [_existing(device, function, "device")]


def home() -> torch.device:
    """Where a ``GpuMat`` lives that is made without a tensor: the current CUDA device, else the CPU."""
    return torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")


class DeviceInfo:
    """What torch tells of a CUDA device.

    Args:
        device_id: its index; by default the current one.

    Raises:
        ValueError: for a device that there is not.
    """

    def __init__(self, device_id: int | None = None) -> None:
        if device_id is None:
            device_id = torch.cuda.current_device() if torch.cuda.is_available() else 0
        self._index = _existing(device_id, "DeviceInfo", "device_id")
        self._properties: Any = torch.cuda.get_device_properties(self._index)

    def deviceID(self) -> int:  # noqa: N802
        """The device's index."""
        return self._index

    def majorVersion(self) -> int:  # noqa: N802
        """The major number of the compute capability."""
        return int(self._properties.major)

    def minorVersion(self) -> int:  # noqa: N802
        """The minor number of the compute capability."""
        return int(self._properties.minor)

    def multiProcessorCount(self) -> int:  # noqa: N802
        """How many streaming multiprocessors it has."""
        return int(self._properties.multi_processor_count)

    def warpSize(self) -> int:  # noqa: N802
        """Threads in a warp."""
        return int(self._properties.warp_size)

    def maxThreadsPerMultiProcessor(self) -> int:  # noqa: N802
        """Threads that a multiprocessor holds at most."""
        return int(self._properties.max_threads_per_multi_processor)

    def sharedMemPerBlock(self) -> int:  # noqa: N802
        """Bytes of shared memory that a block has."""
        return int(self._properties.shared_memory_per_block)

    def l2CacheSize(self) -> int:  # noqa: N802
        """Bytes of level-2 cache."""
        return int(self._properties.L2_cache_size)

    def integrated(self) -> bool:
        """Whether it shares the host's memory."""
        return bool(self._properties.is_integrated)

    def totalGlobalMem(self) -> int:  # noqa: N802
        """Bytes of memory."""
        return int(self._properties.total_memory)

    def totalMemory(self) -> int:  # noqa: N802
        """Bytes of memory, asked of the driver."""
        return int(torch.cuda.mem_get_info(self._index)[1])

    def freeMemory(self) -> int:  # noqa: N802
        """Bytes of memory that no process has taken, asked of the driver. (What torch keeps for reuse is taken.)"""
        return int(torch.cuda.mem_get_info(self._index)[0])

    def isCompatible(self) -> bool:  # noqa: N802
        """Whether this torch was built for the device's architecture, or an earlier one of the same major number."""
        major, minor = self._properties.major, self._properties.minor
        architectures = [a.rstrip("af").rpartition("_")[2] for a in torch.cuda.get_arch_list()]
        return any(int(a[:-1]) == major and int(a[-1]) <= minor for a in architectures if a.isdigit())

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"cv.cuda.DeviceInfo.{name} is not native: torch does not tell it (see nvidia-smi -q)")


def _existing(device: int, function: str, argument: str) -> int:
    count = torch.cuda.device_count()
    if not 0 <= device < count:
        seen = f"torch sees {count} CUDA device{'s' * (count != 1)}" if count else "torch sees no CUDA device"
        raise ValueError(f"cv.cuda.{function}: argument '{argument}' is {device}, and {seen}")
    return device
