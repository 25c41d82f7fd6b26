"""What is recorded while the loop runs: from the start to a given file, or by a key to one of its own name."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

import torch

from torch_opencv.live.errors import OutputError
from torch_opencv.live.recorder import Recorder, side_by_side

_log = logging.getLogger(__name__)


class Recording:
    """A recorder that can be stopped and followed by another.

    Args:
        recorder: what records from the start.
        fps: the nominal rate of those that follow.
        both: record the frame as it was at the left of the annotated one.

    """

    def __init__(self, recorder: Recorder | None, *, fps: float, both: bool) -> None:
        self._recorder, self._fps = recorder, fps
        self.both = both
        self.failed = ""
        """Why a recording ended early, if one did."""

    @property
    def on(self) -> bool:
        """Whether it records now."""
        return self._recorder is not None

    def write(self, image: torch.Tensor, original: torch.Tensor | None, *, time: float) -> None:
        """Record a picture, if it is on; a disk that is full ends the recording, not the run, and the log says so.

        Args:
            image: torch.uint8, (H, W, 3), BGR, annotated.
            original: the same as it was, if `both` are recorded.
            time: when it is shown, in seconds.

        """
        if self._recorder is None:
            return
        try:
            self._recorder.write(image if original is None else side_by_side(original, image), time=time)
        except OutputError as error:
            self._recorder = None  # it has closed itself
            self.failed = str(error)
            _log.error("%s", error)

    def toggle(self) -> None:
        """Stop, or start with a new file in the current folder; the log tells its name."""
        try:
            if self._recorder is None:
                self._recorder = Recorder(free_name("recording", ".mp4"), fps=self._fps)
                _log.info("recording to %s", self._recorder.path)
            else:
                recorder, self._recorder = self._recorder, None
                recorder.close()
                _log.info("recorded %d frames to %s", recorder.frames, recorder.path)
        except OutputError as error:
            self.failed = str(error)
            _log.error("%s", error)

    def close(self) -> None:
        """Finish the file.

        Raises:
            OutputError: it couldn't be finished, or doesn't hold what was written.

        """
        if self._recorder is not None:
            self._recorder.close()


def free_name(stem: str, suffix: str) -> Path:
    """A file of the present time in the current folder that doesn't exist yet: ``snapshot-20260131-235959.png``."""
    name = f"{stem}-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = Path(name + suffix), 1
    while path.exists():
        number += 1
        path = Path(f"{name}-{number}{suffix}")
    return path
