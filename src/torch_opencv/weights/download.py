"""One file over HTTPS: resumed where it broke off, verified, and visible only when it is whole.

The bytes arrive in a hidden `.part` file beside the target. Its name holds a digest of address and checksum, so that
the bytes of one address are never continued from another. It outlives an interruption (even a kill) and is continued by
the next call with a Range request; a server that ignores Range sends everything, and we start over. Once it is as long
as the file must be, it is verified and renamed; if the checksum is wrong, it is removed. The requests are pooch's
(`pooch.HTTPDownloader`); what it writes to and what it lets pass is ours.
"""

import errno
import hashlib
import http.client
import os
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from torch_opencv._system.files import open_here
from torch_opencv.weights.catalogue import File, check_address
from torch_opencv.weights.errors import MirrorFailedError

if TYPE_CHECKING:
    import requests

_TIMEOUT_S = (10, 30)  # to connect, and between two pieces of the answer
_CHUNK = 1 << 17
# A transfer that broke off is continued at once if it brought something: with large files that is everyday life.
# The limit is for servers that drop every connection after a few bytes.
_ATTEMPTS = 5


class _InterruptedError(Exception):
    """The transfer broke off; what has come so far is good."""


def download(url: str, target: Path, file: File, *, arrived: Callable[[int], None]) -> None:
    """Fetch a file.

    Args:
        url: where from.
        target: where to; it is there only once it is whole and verified.
        file: what it must be.
        arrived: called with the number of bytes that are here.

    Raises:
        MirrorFailedError: this address doesn't give the file, and why.
        OSError: the disk doesn't take it; then the `.part` file is removed too, since on a full disk its space is worth
            more than resuming is.
    """
    part = part_file(url, target, file)
    while True:
        start = _length(part)
        bring(url, part, file.size, arrived=arrived)
        found = file.checksum.of(part, fresh=True)
        if found == file.checksum.hex:
            part.replace(target)
            for stale in target.parent.glob(f".{target.name}.*.part"):
                stale.unlink(missing_ok=True)
            return
        part.unlink()
        # If the first part came earlier, that may be what was wrong: the whole file once more.
        if start == 0:
            raise MirrorFailedError(f"sends something else (wrong checksum: {file.checksum.kind} {found}), thrown away")


def bring(url: str, part: Path, size: int, *, arrived: Callable[[int], None]) -> None:
    """Fetch all bytes of an address, after those that are there already.

    Args:
        url: where from.
        part: where to.
        size: how many there are.
        arrived: called with the number of bytes that are here.

    Raises:
        MirrorFailedError: this address doesn't give them, and why; what has come is kept.
        OSError: the disk doesn't take them; then `part` is removed.
    """
    reason = ""
    for _ in range(_ATTEMPTS):
        start = _length(part)
        try:
            if shutil.disk_usage(part.parent).free < size - start:  # better told now than after half of it
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(part))
            if start > size:  # of another file that was there
                part.unlink()
                start = 0
            if start < size:
                _transfer(url, part, start, size, arrived)
            return
        except _InterruptedError as error:
            reason = str(error)
            if _length(part) == start:
                break
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
    kept = _length(part)
    raise MirrorFailedError(f"{reason}; {kept:,} of {size:,} bytes are kept for the next time" if kept else reason)


def announced_size(url: str, largest: int) -> int:
    """How many bytes an address says that it has.

    Args:
        url: the address.
        largest: more are refused.

    Raises:
        MirrorFailedError: it doesn't say so, has more, or can't be reached.
    """
    import requests

    def check(response: "requests.Response", *args: Any, **kwargs: Any) -> None:
        if response.is_redirect:
            _check_redirect(url, urljoin(response.url, response.headers["location"]))

    headers = {"Accept-Encoding": "identity"}
    try:
        response = requests.head(
            url, headers=headers, timeout=_TIMEOUT_S, allow_redirects=True, hooks={"response": check}
        )
    except requests.RequestException as error:
        raise MirrorFailedError(_reason(url, error)) from None
    if not response.ok:
        raise MirrorFailedError(_status(response))
    length = response.headers.get("content-length", "")
    if not (length.isdigit() and int(length)):
        raise MirrorFailedError("doesn't say how large the file is")
    if int(length) > largest:
        raise MirrorFailedError(f"has {int(length):,} bytes, and more than {largest:,} aren't downloaded")
    return int(length)


def part_file(url: str, target: Path, file: File) -> Path:
    """Where the bytes of an address are kept until they are whole.

    Args:
        url: the address.
        target: the file that they become, in the same folder.
        file: what it must be.
    """
    key = hashlib.sha256(f"{url}\n{file.checksum}".encode()).hexdigest()[:16]
    return target.with_name(f".{target.name}.{key}.part")


class _Part:
    """The `.part` file as pooch's downloader writes to it: counted, and never longer than the file may be."""

    def __init__(self, path: Path, start: int, size: int, arrived: Callable[[int], None]) -> None:
        self.length = start
        self._path = path
        self._size = size
        self._arrived = arrived
        self._file = open(path, "ab", opener=open_here)  # noqa: SIM115

    def restart(self) -> None:
        self._file.truncate(0)
        self.length = 0

    def write(self, data: bytes) -> None:
        if self.length + len(data) > self._size:
            self.restart()
            raise MirrorFailedError(f"sends more than the {self._size:,} bytes that the file has")
        self._file.write(data)
        self.length += len(data)
        self._arrived(self.length)

    def flush(self) -> None:  # pooch does so after each chunk, so that a killed process leaves what it had
        self._file.flush()

    def close(self) -> None:
        self._file.close()
        if self.length == 0:
            self._path.unlink(missing_ok=True)


def _transfer(url: str, path: Path, start: int, size: int, arrived: Callable[[int], None]) -> None:
    """Append the bytes from `start` on to `path`. _InterruptedError if a new request may bring more."""
    import pooch  # type: ignore[import-untyped]
    import requests

    part = _Part(path, start, size, arrived)

    def check(response: "requests.Response", *args: Any, **kwargs: Any) -> None:
        status = response.status_code
        if response.is_redirect:
            _check_redirect(url, urljoin(response.url, response.headers["location"]))
        elif status == 416:
            part.restart()
            raise _InterruptedError("has nothing more to continue with")
        elif not response.ok:
            raise MirrorFailedError(_status(response))
        elif status == 206:
            content_range = response.headers.get("content-range", "")
            _check_size(size, content_range.rpartition("/")[2])
            if not re.fullmatch(rf"bytes {start}-\d+/.*", content_range):
                raise MirrorFailedError("answers with another part of the file than was asked for")
        else:
            _check_size(size, response.headers.get("content-length", ""))
            part.restart()

    headers = {"Accept-Encoding": "identity"}  # sizes and ranges are about the file, not about a compressed form of it
    if start:
        headers["Range"] = f"bytes={start}-"
    fetch = pooch.HTTPDownloader(chunk_size=_CHUNK, timeout=_TIMEOUT_S, headers=headers, hooks={"response": check})
    try:
        fetch(url, part, None)
    except requests.RequestException as error:
        raise _InterruptedError(_reason(url, error)) from None
    finally:
        part.close()
    if part.length < size:
        raise _InterruptedError("the connection was closed early")


def _status(response: "requests.Response") -> str:
    return f"HTTP {response.status_code} {http.client.responses.get(response.status_code, '')}".rstrip()


def _check_size(size: int, announced: str) -> None:
    # Known before the first byte: an error page is not worth downloading.
    if announced.isdigit() and int(announced) != size:
        raise MirrorFailedError(f"has {int(announced):,} bytes instead of {size:,}")


def _check_redirect(url: str, onward: str) -> None:
    # Only a test's own server on this machine may lead to http. The address isn't shown: it may carry a signature.
    parts = urlsplit(onward)
    try:
        check_address(onward)
        allowed = parts.scheme == "https" or urlsplit(url).scheme == "http"
    except ValueError:
        allowed = False
    if not allowed:
        raise MirrorFailedError(f"leads on to {parts.scheme}://{parts.hostname}, which is not a plain https address")


def _reason(url: str, error: "requests.RequestException") -> str:
    """Why a request failed, in words of our own: those of requests may hold a proxy's password or a signed address."""
    import requests

    host = urlsplit(url).hostname
    if isinstance(error, requests.exceptions.SSLError):
        return f"the certificate of {host} can't be verified"
    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy does not lead to {host}"
    if isinstance(error, requests.exceptions.Timeout) or "timed out" in str(error):
        return f"{host} does not answer"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was closed early"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return f"can't connect to {host} ({cause.strerror.lower()})"
        cause = cause.__cause__ or cause.__context__
    return f"can't connect to {host}"


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
