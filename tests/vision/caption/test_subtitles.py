from __future__ import annotations

import io
import itertools

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_opencv.vision.caption.subtitles import Subtitle, subtitles, to_srt, to_vtt

DOG, BUS = "a dog runs on the grass", "a red bus in a street"
_texts = st.one_of(st.sampled_from(["", DOG, "a dog runs in the grass", BUS, "a boat"]), st.text(max_size=300))


@st.composite
def _videos(draw: st.DrawFn) -> tuple[list[tuple[float, str]], float]:
    steps = draw(st.lists(st.floats(0.001, 12), min_size=1, max_size=40))
    times = list(itertools.accumulate(steps, initial=draw(st.sampled_from([0.0, 3599.0]))))
    return [(time, draw(_texts)) for time in times[:-1]], times[-1]


@settings(max_examples=60, deadline=None)
@given(_videos())
def test_the_rules_of_subtitles(video: tuple[list[tuple[float, str]], float]) -> None:
    captions, end = video
    shown = subtitles(captions, end)
    start = captions[0][0]
    seconds = end - start
    for one in shown:
        assert min(1, seconds) - 1e-6 <= one.end - one.start <= 7 + 1e-6
        assert 1 <= len(one.lines) <= 2
        assert all(line and len(line) <= 42 and line == line.strip() for line in one.lines)
    for one, following in itertools.pairwise(shown):
        assert one.end <= following.start + 1e-9
    if all(text.strip() for _, text in captions):  # then there are no gaps
        assert shown[0].start == start
        assert shown[-1].end == end
        assert all(a.end == b.start for a, b in itertools.pairwise(shown))


def test_flickers_and_near_sentences_become_one() -> None:
    captions = [(t / 4, BUS if t == 9 else "a dog runs in the grass" if t % 5 == 4 else DOG) for t in range(24)]
    assert subtitles(captions, 6.0) == [Subtitle(0.0, 6.0, (DOG,))]


def test_a_sentence_begins_with_its_frame() -> None:
    captions = [(t / 4, DOG if t < 11 else BUS) for t in range(24)]
    assert subtitles(captions, 6.0) == [Subtitle(0, 2.75, (DOG,)), Subtitle(2.75, 6, (BUS,))]


def test_what_goes_on_is_shown_again() -> None:
    shown = subtitles([(0.0, DOG)], 20.0)
    assert [one.lines for one in shown] == [(DOG,)] * 3
    assert shown[1].end - shown[1].start == pytest.approx(20 / 3)


def test_lines_are_even() -> None:
    text = "a group of people standing around a kitchen preparing food"
    (one,) = subtitles([(0.0, text)], 5.0)
    assert one.lines == ("a group of people standing", "around a kitchen preparing food")


def test_a_long_text_is_shown_page_by_page_as_far_as_there_is_time() -> None:
    text = " ".join(["word"] * 60)
    assert " ".join(line for one in subtitles([(0.0, text)], 30.0)[:4] for line in one.lines).startswith(text)
    shown = subtitles([(0.0, text)], 2.5)
    assert len(shown) == 2
    assert shown[-1].lines[-1].endswith("…")


def test_nothing_said_is_a_gap() -> None:
    assert subtitles([], 3.0) == subtitles([(0.0, "")], 3.0) == []
    shown = subtitles([(0.0, DOG), (2.0, " "), (5.0, BUS)], 7.0)
    assert [(one.start, one.end) for one in shown] == [(0, 2), (5, 7)]


def read(content: str, kind: str) -> list[tuple[float, float, str]]:
    """As FFmpeg reads it: start, end, and the text as it is shown."""
    found = []
    with av.open(io.BytesIO(content.encode()), format=kind) as container:
        for packet in container.demux(container.streams[0]):
            if packet.size:
                start = float(packet.pts * packet.time_base)
                found.append((start, start + float(packet.duration * packet.time_base), bytes(packet).decode()))
    return found


def test_ffmpeg_reads_the_files() -> None:
    shown = [Subtitle(0.0, 1.5, ("a dog",)), Subtitle(3661.25, 3663.0, ("a < b & c --> d", "{x} <i>é</i>"))]
    assert read(to_srt(shown), "srt") == [
        (0.0, 1.5, "a dog"),
        (3661.25, 3663.0, "a ‹ b & c --› d\n(x) ‹i›é‹/i›"),
    ]
    assert read(to_vtt(shown), "webvtt") == [
        (0.0, 1.5, "a dog"),
        (3661.25, 3663.0, "a &lt; b &amp; c --&gt; d\n{x} &lt;i&gt;é&lt;/i&gt;"),
    ]
    assert to_srt(shown).startswith("1\n00:00:00,000 --> 00:00:01,500\na dog\n\n2\n01:01:01,250 --> 01:01:03,000\n")
    assert to_vtt(shown).startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.500\na dog\n\n")
