"""What is recorded while the loop runs: from the start to a given file, or by a key to one of its own name.

Encoding has a thread of its own, so that the display never waits for it while it shows what is live.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path
from threading import Condition, Thread

import torch

from torch_opencv.live.errors import OutputError
from torch_opencv.live.image_writer import ImageWriter
from torch_opencv.live.mailbox import Mailbox
from torch_opencv.live.saving import check_room, free_name
from torch_opencv.live.video_encoder import VideoEncoder, side_by_side

Encoder = VideoEncoder | ImageWriter
"""What images are recorded with."""

_log = logging.getLogger(__name__)

_MAXSIZE = 8  # frames that may wait for the encoder; at full HD with both halves they take 100 MB
_CHECKED_EVERY = 64  # frames; whether there is room for more


class Recorder:
    """An encoder that can be stopped and followed by another.

    Args:
        encoder: what records from the start.
        fps: the nominal rate of those that follow.
        both: record the frame as it was at the left of the annotated one.
        every: record each frame, and wait for the encoder if it is slower. Otherwise never wait: what it has no time
            for is left out, and the log says so.

    """

    def __init__(self, encoder: Encoder | None, *, fps: float, both: bool, every: bool) -> None:
        self._fps, self._every = fps, every
        self.both = both
        self._takes = [_Take(encoder, every=every)] if encoder else []
        self._problem = ""

    @property
    def on(self) -> bool:
        """Whether it records now."""
        return bool(self._takes) and self._takes[-1].on

    @property
    def path(self) -> Path | None:
        """The file that is recorded to now."""
        return self._takes[-1].encoder.path if self.on else None

    @property
    def finished(self) -> tuple[Path, ...]:
        """The files that are complete."""
        return tuple(take.encoder.path for take in self._takes if take.complete)

    @property
    def failed(self) -> str:
        """Why a recording ended early, if one did."""
        return next((take.failed for take in self._takes if take.failed), self._problem)

    @property
    def dropped(self) -> int:
        """How many frames were left out because encoding them would have held up the display."""
        return sum(take.dropped for take in self._takes)

    def write(self, image: torch.Tensor, original: torch.Tensor | None, *, time: float) -> None:
        """Record a frame, if it is on; a disk that is full ends the recording, not the run, and the log says so.

        Args:
            image: torch.uint8, (H, W, 3), BGR, annotated; it is read later, so nobody may change it.
            original: the same as it was, if `both` are recorded.
            time: when it is shown, in seconds.

        """
        if self.on:
            self._takes[-1].add(image, original, time)

    def toggle(self) -> None:
        """Stop, or start with a new file in the current folder; the log tells its name."""
        if self.on:
            self._takes[-1].finish(said=True)
            return
        try:
            check_room(Path())
            taken = [take.encoder.path for take in self._takes]  # a file is there only once something is in it
            encoder = VideoEncoder(free_name("recording", ".mp4", taken), fps=self._fps)
        except OutputError as error:
            self._problem = str(error)
            _log.error("%s", error)
        else:
            self._takes.append(_Take(encoder, every=self._every, by_key=True))
            _log.info("recording to %s", encoder.path)

    def close(self) -> None:
        """Finish the files.

        Raises:
            OutputError: the one that was given couldn't be finished, or doesn't hold what was written.

        """
        with ExitStack() as stack:
            for take in self._takes:
                take.finish()
                stack.callback(take.join)


class _Take:
    """One file, and the thread that encodes what goes into it.

    Args:
        encoder: what encodes.
        every: wait rather than leave out a frame.
        by_key: the user began it while the program ran.

    """

    def __init__(self, encoder: Encoder, *, every: bool, by_key: bool = False) -> None:
        self.encoder = encoder
        self.failed = ""
        self.on = True
        self.complete = False
        self._every, self._said, self._by_key = every, by_key, by_key
        self._changed = Condition()
        self._waiting: Mailbox[tuple[torch.Tensor, torch.Tensor | None, float]] = Mailbox(
            self._changed, keep="all", maxsize=_MAXSIZE
        )
        self._error: BaseException | None = None
        self._thread = Thread(target=self._encode, name="recorder", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        return self._waiting.dropped

    def add(self, image: torch.Tensor, original: torch.Tensor | None, time: float) -> None:
        """Have a frame encoded, or raise the mistake that has ended the encoding."""
        self._raise()
        if self._every:
            self._waiting.put((image, original, time))
        else:
            self._waiting.offer((image, original, time))

    def finish(self, *, said: bool = False) -> None:
        """Let the file be finished once all that waits is in it; ``said``: and the log say so."""
        self.on = False
        self._said |= said
        self._waiting.finish()

    def join(self) -> None:
        """Wait until the file is finished, and raise what went wrong with that."""
        self._thread.join()
        self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _encode(self) -> None:
        try:
            try:
                while (item := self._next()) is not None:
                    if self._by_key and self.encoder.frames % _CHECKED_EVERY == 0:
                        check_room(self.encoder.path.parent, self.encoder.path)
                    image, original, time = item
                    self.encoder.write(image if original is None else side_by_side(original, image), time=time)
            except OutputError as error:  # the encoder has closed itself
                self._fail(error)
            finally:
                self._waiting.close()
                self.encoder.close()
        except OutputError as error:
            if self._said:
                self._fail(error)
            else:
                self._error = error
        except BaseException as error:  # a mistake, raised in the main thread
            self._error = error
        else:
            self.complete = self.encoder.frames > 0
            self._tell()

    def _next(self) -> tuple[torch.Tensor, torch.Tensor | None, float] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting.ready or self._waiting.ended)
        return self._waiting.take()

    def _fail(self, error: OutputError) -> None:
        self.failed, self.on = str(error), False
        _log.error("%s", error)

    def _tell(self) -> None:
        if self.failed:
            return
        path, frames = self.encoder.path, self.encoder.frames
        if self._said:
            _log.info("recorded %d frames to %s", frames, path) if frames else _log.info("nothing was recorded")
        if self.dropped:
            _log.warning("%d frames are not in %s: this machine can't encode them that fast", self.dropped, path)
