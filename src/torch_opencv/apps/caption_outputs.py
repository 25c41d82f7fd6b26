"""What ``torch-opencv caption`` writes beside its results: subtitles of a video, and a page of pictures."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import torch_opencv as cv
from torch_opencv._system.files import atomic_write
from torch_opencv.live.errors import OutputError
from torch_opencv.live.results import Results
from torch_opencv.live.resuming import lines_of
from torch_opencv.live.sources import Frame, Source
from torch_opencv.live.sources.captures import Video
from torch_opencv.vision.caption.page import Picture, page, thumbnail
from torch_opencv.vision.caption.steady import SteadySentence
from torch_opencv.vision.caption.subtitles import subtitles, to_srt, to_vtt

_log = logging.getLogger(__name__)

_SUFFIXES: Final = {"--srt": ".srt", "--vtt": ".vtt", "--html": ".html"}
_MOST_PICTURES: Final = 20_000  # some 200 MB, which browsers can still open


class TextFile(Results, ABC):
    """A file that is made of all captions, and written as a whole at the end, also after Ctrl-C.

    Args:
        path: the file.
        option: that named it; its suffix must fit.

    Raises:
        OutputError: it can't be written there, or ends in something else.
    """

    def __init__(self, path: Path, option: str) -> None:
        if path.suffix.lower() != _SUFFIXES[option]:
            raise OutputError(f"{option} {path}: the name must end in {_SUFFIXES[option]}")
        super().__init__(path)
        self._done = False

    @abstractmethod
    def content(self) -> str:
        """What is to be written."""

    def close(self) -> None:
        """Write the file, if there is anything to write.

        Raises:
            OutputError: it can't be written.
        """
        if not self._done and self.lines and self.path:
            self._done = True
            try:
                with atomic_write(self.path) as part:
                    part.write_text(self.content(), encoding="utf-8", newline="\n")
            except OSError as error:
                raise OutputError(f"{self.path} can't be written: {error.strerror or error}") from None
        super().close()


class SubtitleFile(TextFile):
    """Subtitles of a video, as SubRip (.srt) or WebVTT (.vtt).

    Args:
        path: the file.
        option: --srt or --vtt.
        source: the video.

    Raises:
        OutputError: it can't be written there, or the source is no video file.
    """

    def __init__(self, path: Path, option: str, source: Source) -> None:
        if not isinstance(source, Video):
            raise OutputError(f"{option} is for one video file, and {source.name} is none: use --results")
        super().__init__(path, option)
        self._option, self._fps = option, source.fps or 25.0
        self._captions: list[tuple[float, str]] = []

    def write(self, frame: Frame, fields: Mapping[str, object]) -> None:
        """Keep the caption."""
        self._captions.append((frame.time, str(fields["caption"])))
        self.lines += 1

    def content(self) -> str:  # noqa: D102 (TextFile's)
        shown = subtitles(self._captions, self._captions[-1][0] + self._last_seconds())
        return to_srt(shown) if self._option == "--srt" else to_vtt(shown)

    def _last_seconds(self) -> float:
        """How long the last frame is shown: as long as the one before, which may be several with a stride."""
        if len(self._captions) < 2:
            return 1 / self._fps
        return max(1 / self._fps, self._captions[-1][0] - self._captions[-2][0])


class PageFile(TextFile):
    """A page of pictures with their captions: each image of a folder, and of a video one for each sentence.

    Args:
        path: the file.
        sources: what the pictures are of.
        earlier: results of an earlier run, whose images come first.

    Raises:
        OutputError: it can't be written there.
    """

    def __init__(self, path: Path, sources: Sequence[Source], earlier: Path | None = None) -> None:
        super().__init__(path, "--html")
        self.continues = earlier is not None
        self._title = ", ".join(source.name for source in sources)
        self._still = {source.name for source in sources if source.still}
        self._pictures: list[Picture] = []
        self._sentences: dict[str, SteadySentence] = {}
        for line in lines_of(earlier) if earlier and earlier.is_file() else ():
            self._add_earlier(line)

    def write(self, frame: Frame, fields: Mapping[str, object]) -> None:
        """Keep a picture, if it is one of a folder or its sentence is new."""
        caption = str(fields["caption"])
        if frame.source not in self._still:
            sentence = self._sentences.setdefault(frame.source, SteadySentence())
            before, caption = sentence.text, sentence.update(caption)
            if caption == before:
                return
            minutes, seconds = divmod(frame.time, 60)
            name = f"{frame.path or frame.source}  {int(minutes)}:{seconds:04.1f}"
        else:
            name = Path(frame.path or frame.source).name
        others = fields.get("alternatives")
        self._add(frame.image, caption, name, others if frame.source in self._still else ())

    def content(self) -> str:  # noqa: D102 (TextFile's)
        return page(self._pictures, f"Captions of {self._title}")

    def _add(self, image: Any, caption: str, name: str, others: object) -> None:
        if len(self._pictures) == _MOST_PICTURES:
            _log.warning("%s has its first %d pictures only, as browsers can't open more", self.path, _MOST_PICTURES)
        self.lines += 1
        if len(self._pictures) < _MOST_PICTURES:
            texts = tuple(str(one) for one in others if one) if isinstance(others, list | tuple) else ()
            self._pictures.append(Picture(*thumbnail(image), caption, name, texts))

    def _add_earlier(self, line: Mapping[str, Any]) -> None:
        image = cv.imread(str(line["path"]))
        if image is not None:
            self._add(image, str(line.get("caption", "")), Path(str(line["path"])).name, line.get("alternatives"))


def outputs(
    sources: Sequence[Source], *, srt: Path | None, vtt: Path | None, html: Path | None, earlier: Path | None
) -> list[Results]:
    """What the options name.

    Args:
        sources: of the run.
        srt: of --srt.
        vtt: of --vtt.
        html: of --html.
        earlier: the results that the run goes on with.

    Raises:
        OutputError: one of them can't be written, or the sources are none for it.
    """
    made: list[Results] = []
    for option, path in (("--srt", srt), ("--vtt", vtt)):
        if path is not None:
            if len(sources) != 1:
                raise OutputError(f"{option} is for one video file, and there are {len(sources)} sources")
            made.append(SubtitleFile(path, option, sources[0]))
    if html is not None:
        made.append(PageFile(html, sources, earlier))
    return made
