"""Whatever goes wrong in a way that is known, as a line on standard error and an exit status."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from torch_opencv._names.sources import may_hold_secrets
from torch_opencv._system import signals
from torch_opencv._system.terminal import printable
from torch_opencv.errors import TorchOpencvError

_log = logging.getLogger("torch_opencv")


def exit_status(run: Callable[[], object], arguments: list[str]) -> int:
    """Run a command line; whatever goes wrong in a way that is known becomes a line and a status."""
    with _log_to_stderr(), _hiding_secrets(arguments):
        try:
            status = run()
            sys.stdout.flush()  # what can't be written would otherwise be noticed at exit, too late for a clean end
        except KeyboardInterrupt:
            return signals.STATUS["interrupted"]
        except signals.Terminated:
            return signals.STATUS["terminated"]
        except BrokenPipeError:  # whoever read the output has had enough
            _discard_output()
            return 0
        except SystemExit as end:  # of shell completion, or what typer makes of a BrokenPipeError
            return _status_of(end)
        except TorchOpencvError as error:
            return _fail(str(error))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            _discard_output()
            return _fail(f"standard output can't be written: {error.strerror}")
        except Exception as error:
            if _is_abort(error):  # what typer makes of a Ctrl-C
                return signals.STATUS["interrupted"]
            if _is_usage_error(error):
                return _fail(_usage_message(error, arguments))
            raise
    return status if isinstance(status, int) else 0


def _is_abort(error: Exception) -> bool:
    typer = sys.modules.get("typer")  # which isn't imported for each command
    return typer is not None and isinstance(error, typer.Abort)


def _is_usage_error(error: Exception) -> bool:
    typer = sys.modules.get("typer")
    # The class between is click's UsageError, which typer doesn't export.
    return typer is not None and isinstance(error, typer.BadParameter.__mro__[1])


class _StderrHandler(logging.Handler):
    """Log lines like errors; sys.stderr is looked up each time, as the progress bar takes its place meanwhile."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        print(f"torch-opencv: {kind}{_shown(record.getMessage())}", file=sys.stderr)


_hidden: dict[str, str] = {}
"""What is shown in the place of arguments that may hold a password, by what they may be written as."""


@contextmanager
def _hiding_secrets(arguments: list[str]) -> Iterator[None]:
    """Mask the addresses among the arguments wherever a message repeats them: those of sources are masked already, but
    anything may be given where a file is expected."""
    before = dict(_hidden)
    for argument in arguments:
        value = argument.partition("=")[2] if argument.startswith("--") else argument
        if may_hold_secrets(value) and not os.path.lexists(value):
            written = {value, repr(value)[1:-1], os.path.normpath(value), str(Path(value)), str(Path(value).absolute())}
            _hidden.update(dict.fromkeys(written, _without_secrets(value)))
    try:
        yield
    finally:
        _hidden.clear()
        _hidden.update(before)


def _without_secrets(text: str) -> str:
    if "://" not in text:
        return "***"
    from torch_opencv.live.sources.addresses import without_secrets

    try:
        return without_secrets(text)
    except ValueError:
        return "***"


def _shown(message: str) -> str:
    """A message as it goes to the terminal."""
    for written in sorted(_hidden, key=len, reverse=True):
        message = message.replace(written, _hidden[written])
    return printable(message)


@contextmanager
def _log_to_stderr() -> Iterator[None]:
    handler, level = _StderrHandler(), _log.level
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    try:
        yield
    finally:
        _log.removeHandler(handler)
        _log.setLevel(level)


def _usage_message(error: Exception, arguments: list[str]) -> str:
    """Click's message in a line, with where to look."""
    for argument in arguments:
        if argument.startswith("-") and os.path.lexists(argument):
            return f"{argument} begins like an option: write ./{argument} for the file of that name"
    message = " ".join(str(getattr(error, "format_message", lambda: error)()).split()).rstrip(".")
    message = message.replace("Value error, ", "")  # pydantic's words for nothing
    context = getattr(error, "ctx", None)
    return f"{message}; see {context.command_path if context else 'torch-opencv'} --help"


def _status_of(end: SystemExit) -> int:
    try:
        sys.stdout.flush()
    except OSError:
        _discard_output()
    if isinstance(end.__context__, OSError):
        _discard_output()
        return 0
    return end.code if isinstance(end.code, int) else 0


def _discard_output() -> None:
    """Send what is still in standard output's buffer nowhere, or Python would fail with it once more at exit."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str) -> int:
    print(f"torch-opencv: error: {_shown(message)}", file=sys.stderr)
    return 2
