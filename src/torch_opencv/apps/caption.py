"""Live captions: a sentence about what is to be seen, over the picture, which stays smooth meanwhile.

This is all of the program ``torch-opencv caption`` but for its files of subtitles and its page (`caption_outputs`);
from Python::

    from torch_opencv import live
    from torch_opencv.apps.caption import Captions

    live.run(Captions(), 0)
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch

import torch_opencv as cv
from torch_opencv.live.app import App
from torch_opencv.live.counts import NameCounts, most_frequent
from torch_opencv.live.overlay import draw_caption
from torch_opencv.live.panel import Panel, Row
from torch_opencv.vision import Caption, Captioner
from torch_opencv.vision.caption.loading import DEFAULT
from torch_opencv.vision.caption.steady import SteadySentence

_LINES: Final = 3
_FADE_S: Final = 0.4
_RECENT: Final = 12  # in the panel
_KEPT: Final = 64  # changes; there are at most 16 sources
_THUMBNAIL: Final = 96  # pixels, the longer side


@dataclass(frozen=True, eq=False)
class Captioned:
    """What is said about a frame, and what is shown on it.

    Attributes:
        caption: of this frame, or of the last one that was captioned.
        shown: the sentence that holds.
        before: the one that was shown before it.
        frames: how many frames of its source ago that changed.
        number: of the change, which tells it from all others.
    """

    caption: Caption
    shown: str
    before: str = ""
    frames: int = 0
    number: int = 0


@dataclass
class _Followed:
    """A source whose frames follow one another."""

    sentence: SteadySentence
    caption: Caption | None = None
    before: str = ""
    until_next: int = 0  # frames that aren't captioned
    frames: int = 0
    number: int = 0


class Captions(App[Captioned]):
    """The program, for `torch_opencv.live.run`.

    Args:
        model: the captioner's name, or the path of its weights (see `Captioner`).
        device: "auto", "cpu", "cuda" or "cuda:N".
        beam_size: see `Captioner`.
        temperature: see `Captioner`.
        alternatives: see `Captioner`.
        prompt: see `Captioner`.
        follow: frames follow one another, as those of a video do. Without it each stands for itself, as images of a
            folder do, and nothing of what follows here matters.
        every: caption only every so many-th frame of a source; those between have its caption.
        holds: so many captions in a row must say nearly the same until that is shown (see `SteadySentence`).
        fade_frames: over so many frames of a file a new sentence takes the place of the old one; None: by the clock, as
            for live sources.

    Raises:
        TorchOpencvError: there is no such model or device, its weights can't be had, or numbers don't fit it.
        ValueError: a number is out of range.

    """

    batch_size = 8

    def __init__(
        self,
        model: str | Path = DEFAULT,
        *,
        device: str = "auto",
        beam_size: int | None = None,
        temperature: float | None = None,
        alternatives: int = 0,
        prompt: str = "",
        follow: bool = True,
        every: int = 1,
        holds: int = 2,
        fade_frames: int | None = None,
    ) -> None:
        if every < 1:
            raise ValueError(f"every must be 1 or more, not {every}")
        self._captioner = Captioner(
            model,
            device=device,
            beam_size=beam_size,
            temperature=temperature,
            alternatives=alternatives,
            prompt=prompt,
        )
        self._alternatives, self._follow = alternatives, follow
        self._every, self._fade_frames = every, fade_frames
        self._holds = holds
        self._followed: dict[int, _Followed] = {}
        self._changes = 0
        self._drawn_since: dict[int, float] = {}  # the latest changes, by their numbers, on time.monotonic's clock
        self._recent: tuple[Row, ...] = ()
        self._panel: tuple[tuple[Row, ...], Panel] | None = None
        self.said: Counter[str] = Counter()
        """How often each sentence was said of a frame."""

    def process(self, image: torch.Tensor, /) -> Captioned:
        """A sentence about a frame that stands for itself, torch.uint8 (H, W, 3) BGR."""
        return self.process_batch([image])[0]

    def process_batch(self, images: Sequence[torch.Tensor], /) -> list[Captioned]:
        """The same for several frames, of any sizes, in one go."""
        found = self._captioner.batch(images)
        for image, caption in zip(images, found, strict=True):
            self.said[caption.text] += 1
            self._note(image, caption.text, None)
        return [Captioned(caption, caption.text) for caption in found]

    def process_sources(self, images: Sequence[torch.Tensor], sources: Sequence[int], /) -> list[Captioned]:
        """Sentences about the next frames of sources, which change only when a new one has held."""
        if not self._follow:
            return self.process_batch(images)
        followed = [self._followed.setdefault(source, _Followed(SteadySentence(self._holds))) for source in sources]
        due = [number for number, one in enumerate(followed) if one.until_next == 0]
        captions = self._captioner.batch([images[number] for number in due])
        for number, caption in zip(due, captions, strict=True):
            self._hear(followed[number], caption, images[number], sources[number])
        found = []
        for one in followed:
            one.until_next = (one.until_next or self._every) - 1
            one.frames += 1
            assert one.caption is not None  # as the first frame is always due
            found.append(Captioned(one.caption, one.sentence.text, one.before, one.frames, one.number))
        return found

    def draw(self, image: torch.Tensor, result: Captioned, /) -> torch.Tensor:
        """The sentence at the bottom of the frame; one that has just changed comes out of the one before."""
        share = self._share(result)
        if share >= 1 or not result.before:
            return draw_caption(image, result.shown, lines=_LINES)
        before = draw_caption(image.clone(), result.before, lines=_LINES)
        return cv.addWeighted(before, 1 - share, draw_caption(image, result.shown, lines=_LINES), share, 0)

    def fields(self, result: Captioned, /) -> dict[str, object]:
        """The result as written to ``--results``: what was said of the frame, whether or not it is shown yet."""
        caption = result.caption
        others = [*caption.alternatives, *[None] * (self._alternatives - len(caption.alternatives))]
        return {"caption": caption.text, "logprob": round(caption.logprob, 4), "alternatives": others}

    def panel(self) -> Panel:
        """The latest sentences, the newest first, each with its time and a small picture."""
        recent = self._recent
        if self._panel is None or self._panel[0] is not recent:
            self._panel = recent, Panel("Captions", recent)
        return self._panel[1]

    def summary(self) -> str:
        """The sentences said, the most frequent first."""
        return str(SaidSentences(self.said))

    def counts(self) -> SaidSentences:
        """Nothing said yet."""
        return SaidSentences()

    def _hear(self, one: _Followed, caption: Caption, image: torch.Tensor, source: int) -> None:
        """Take a source's next caption; if the shown sentence changes by it, note that."""
        shown, one.caption = one.sentence.text, caption
        self.said[caption.text] += 1
        if one.sentence.update(caption.text) != shown:
            self._changes += 1
            one.before, one.frames, one.number = shown, 0, self._changes
            self._note(image, one.sentence.text, source)

    def _note(self, image: torch.Tensor, text: str, source: int | None) -> None:
        """Put a sentence at the top of the panel."""
        if not text:
            return
        height, width = image.shape[:2]
        scale = min(1.0, _THUMBNAIL / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = cv.resize(image, size, interpolation=cv.INTER_AREA)
        which = f" source {source + 1}" if source is not None and len(self._followed) > 1 else ""
        row = Row(f"{time.strftime('%H:%M:%S')}{which}  {text}", (small,))
        self._recent = (row, *self._recent[: _RECENT - 1])

    def _share(self, result: Captioned) -> float:
        """How much of the new sentence is seen, 0 to 1."""
        if self._fade_frames is not None:
            return min(1.0, result.frames / (self._fade_frames + 1))
        now = time.monotonic()
        since = self._drawn_since.setdefault(result.number, now)
        if len(self._drawn_since) > _KEPT:
            del self._drawn_since[min(self._drawn_since)]
        return min(1.0, (now - since) / _FADE_S)


class SaidSentences(NameCounts):
    """How often each sentence was said of a frame."""

    def add(self, fields: Mapping[str, Any], /) -> None:
        """Count a frame's sentence."""
        self.counter[fields["caption"]] += 1

    def __str__(self) -> str:
        said = [f"{text or 'nothing'} ({count})" for text, count in most_frequent(self.counter, 3)]
        others = len(self.counter) - len(said)
        return "said: " + "; ".join(said) + (f"; and {others} more" if others else "")
