"""Subtitles out of the captions of a video's frames, as a person would time them.

Sentences that say nearly the same become one. None is shown for less than a second or for more than seven, there are
no gaps between them, and each has two lines of 42 characters at most: what broadcasters ask for (Netflix's Timed Text
Style Guide, and the BBC's Subtitle Guidelines).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from torch_opencv.vision.caption.steady import near

SHORTEST: Final = 1.0
"""Seconds that a subtitle is shown at least, unless the video is shorter."""
LONGEST: Final = 7.0
"""Seconds that it is shown at most; what goes on for longer is shown again."""
WIDTH: Final = 42
"""Characters in a line."""
LINES: Final = 2

_MARKUP: Final = str.maketrans("<>{}", "‹›()")  # what players take for tags


@dataclass(frozen=True)
class Subtitle:
    """A text, and when it is shown, in seconds."""

    start: float
    end: float
    lines: tuple[str, ...]


@dataclass
class _Stretch:
    """A part of the video, and for how long each sentence was said in it."""

    start: float
    end: float
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return max(self.seconds, key=self.seconds.__getitem__)  # of equal ones the first

    @property
    def is_short(self) -> bool:
        return self.end - self.start < SHORTEST

    def add(self, other: _Stretch) -> None:
        self.end = other.end
        for text, seconds in other.seconds.items():
            self.seconds[text] = self.seconds.get(text, 0.0) + seconds


def subtitles(captions: Sequence[tuple[float, str]], end: float) -> list[Subtitle]:
    """Subtitles for a video.

    >>> [one.lines for one in subtitles([(0.0, "a dog"), (2.0, "a red bus"), (4.0, "a red bus")], end=6.0)]
    [('a dog',), ('a red bus',)]

    Args:
        captions: each frame's time, in seconds, and its sentence, "" for none; times only grow.
        end: when the last frame is over, in seconds.
    """
    found: list[Subtitle] = []
    for stretch in _stretches(captions, end):
        found += _shown(stretch)
    return found


def to_srt(shown: Sequence[Subtitle]) -> str:
    """The content of a SubRip file (.srt)."""
    blocks = (
        f"{number}\n{_clock(one.start, ',')} --> {_clock(one.end, ',')}\n{_plain(one)}\n"
        for number, one in enumerate(shown, 1)
    )
    return "\n".join(blocks)


def _plain(one: Subtitle) -> str:
    return "\n".join(one.lines).translate(_MARKUP)


def to_vtt(shown: Sequence[Subtitle]) -> str:
    """The content of a WebVTT file (.vtt), https://www.w3.org/TR/webvtt1/."""
    blocks = ["WEBVTT\n"]
    for one in shown:
        text = "\n".join(one.lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_clock(one.start, '.')} --> {_clock(one.end, '.')}\n{text}\n")
    return "\n".join(blocks)


def _stretches(captions: Sequence[tuple[float, str]], end: float) -> list[_Stretch]:
    """What is said in the video, one after the other: neighbours differ, and none is short if that can be."""
    found: list[_Stretch] = []
    ends = [time for time, _ in captions[1:]] + [end]
    for (start, text), after in zip(captions, ends, strict=False):
        if after > start:
            found.append(_Stretch(start, after, {" ".join(text.split()): after - start}))
            _settle(found)
    while len(found) > 1 and found[-1].is_short:
        last = found.pop()
        found[-1].add(last)
    return found


def _settle(found: list[_Stretch]) -> None:
    """Join the last two as long as they say nearly the same, or the one before is short."""
    while len(found) > 1 and (found[-2].is_short or _alike(found[-2].text, found[-1].text)):
        last = found.pop()
        found[-1].add(last)


def _alike(a: str, b: str) -> bool:
    return a == b or (bool(a) and bool(b) and near(a, b))


def _shown(stretch: _Stretch) -> list[Subtitle]:
    """A stretch's sentence as one subtitle, or several where it or the sentence is long."""
    if not stretch.text:
        return []
    seconds = stretch.end - stretch.start
    pages = _pages(stretch.text)
    room = max(1, int(seconds / SHORTEST))
    if len(pages) > room:
        *before, last = pages[room - 1]
        pages = [*pages[: room - 1], (*before, last[: WIDTH - 1].rstrip() + "…")]
    # Long pages are shown for longer, and all of them again if there is time.
    rounds = max(1, math.ceil(seconds / (LONGEST * len(pages))))
    count = rounds * len(pages)
    edges = [stretch.start + seconds * number / count for number in range(count)] + [stretch.end]
    return [Subtitle(edges[i], edges[i + 1], pages[i % len(pages)]) for i in range(count)]


def _pages(text: str) -> list[tuple[str, ...]]:
    """The text in lines of even lengths, and these by twos."""
    lines = _wrapped(text, WIDTH)
    if len(lines) <= LINES:
        width = next(w for w in range(math.ceil(len(text) / len(lines)), WIDTH + 1) if len(_wrapped(text, w)) <= LINES)
        lines = _wrapped(text, width)
    return [tuple(lines[i : i + LINES]) for i in range(0, len(lines), LINES)]


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of whole words; a word that is too long for one is taken apart."""
    lines: list[str] = []
    for word in text.split():
        pieces = [word[i : i + width] for i in range(0, len(word), width)]
        if lines and len(lines[-1]) + 1 + len(pieces[0]) <= width and len(pieces) == 1:
            lines[-1] += f" {pieces[0]}"
        else:
            lines += pieces
    return lines


def _clock(seconds: float, point: str) -> str:
    """Hours, minutes, seconds and thousandths.

    >>> _clock(3661.5, ",")
    '01:01:01,500'
    """
    thousandths = round(max(0.0, seconds) * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
