"""Connecting to Ray, or starting it on this machine; nothing is reported to its makers."""

from __future__ import annotations

import io
import logging
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import ray
import ray.data
from ray import cloudpickle

from torch_opencv.errors import TorchOpencvError, first_line

_STORE_BYTES = 256 << 20  # of Ray's own memory on this machine: frames don't go through it
_CONNECTS_WITHIN_S = 10.0
_LONGEST_NOTICE = 300  # characters: after that come numbers of Ray's own, and advice
_COLORS = re.compile(r"\x1b\[[0-9;]*m")
_SETTINGS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}


@contextmanager
def connected(address: str | None = None, *, cores: int | None = None, progress: bool = False) -> Iterator[None]:
    """Ray, for a block. One that is started here ends with it, or with this process.

    Args:
        address: of the cluster, such as ``10.0.0.1:6379`` or ``ray://10.0.0.1:10001``; None: what the variable
            RAY_ADDRESS says, or this machine alone.
        cores: of this machine that are used, if Ray is started here; None: all.
        progress: let Ray show how far it is, on standard error.

    Raises:
        TorchOpencvError: there is no such cluster, or Ray can't be started here.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    ray.data.DataContext.get_current().enable_progress_bars = progress
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
    elsewhere = check_reachable(address)
    here: dict[str, Any] = (
        {} if elsewhere else {"num_cpus": cores, "include_dashboard": False, "object_store_memory": _STORE_BYTES}
    )
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with _silent():
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **here)
    except (
        Exception
    ) as error:  # of many kinds, and a plain one where this machine is too busy to start it in half a minute
        what = f"reached at {elsewhere}" if elsewhere else "started on this machine"
        raise TorchOpencvError(f"Ray can't be {what}: {first_line(error)}") from None
    try:
        _keep(handler)
        yield
    finally:
        with _silent():
            ray.shutdown()


def check_reachable(address: str | None) -> str | None:
    """Make sure that somebody listens at a cluster's address: Ray itself would go on trying for minutes.

    Args:
        address: as of `connected`.

    Returns:
        The address; None if Ray is to be started here.

    Raises:
        TorchOpencvError: nobody does.
    """
    address = address or os.environ.get("RAY_ADDRESS")
    if not address:
        return None
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdecimal()):  # "auto" and "local", which Ray knows
        return address
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECTS_WITHIN_S).close()
    except (OSError, OverflowError) as error:
        raise TorchOpencvError(f"no Ray cluster at {address}: {first_line(error)}") from None
    return address


@contextmanager
def notices_on_stderr() -> Iterator[None]:
    """For a block, what Ray prints on standard output goes to standard error, in plain lines of a bearable length.

    It has a long line to say whenever a worker dies, and no setting for it.
    """
    with redirect_stdout(_Notices()):
        yield


class _Notices(io.TextIOBase):
    """What Ray prints to."""

    def isatty(self) -> bool:
        """Whether standard error is a terminal: Ray asks it of standard output, and shows there how far it is."""
        return sys.stderr.isatty()

    def write(self, text: str, /) -> int:
        for line in filter(None, map(str.strip, _COLORS.sub("", text).splitlines())):
            whole = len(line) <= _LONGEST_NOTICE
            print(line if whole else f"{line[:_LONGEST_NOTICE].rpartition(' ')[0]} ...", file=sys.stderr)
        return len(text)


@contextmanager
def _silent() -> Iterator[None]:
    """Nothing on standard error: Ray's C++ part says there that it has been told to say nothing."""
    sys.stderr.flush()
    before, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)


def _keep(handler: Any) -> None:
    """Let SIGTERM do what it did before Ray, which would end the process in the middle of something."""
    try:
        signal.signal(signal.SIGTERM, handler)
    except ValueError:  # not in the main thread, where Ray leaves it alone, too
        return


def has_gpus() -> bool:
    """Whether the cluster has GPUs."""
    return bool(ray.cluster_resources().get("GPU", 0))


def send_whole(module: str) -> None:
    """Let workers have a module's code itself if it is the user's own file, which they can't import by its name.

    Args:
        module: its name.
    """
    if not module.startswith("torch_opencv.") and module in sys.modules:
        cloudpickle.register_pickle_by_value(sys.modules[module])
