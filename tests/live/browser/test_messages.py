"""What a page may say, and what not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_opencv.live.browser.messages import LONGEST_TEXT, CameraWish, Message, Seen, Touch, parse
from torch_opencv.live.browser.viewer import Refusal
from torch_opencv.live.events import Choose, Command, Key, Press, Seek, Text


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ({"type": "seen", "number": 3}, Seen(3)),
        ({"type": "key", "key": "Enter"}, Key("Enter")),
        ({"type": "pointer", "number": 3, "x": 0, "y": 0.999, "double": False}, Touch(3, 0.0, 0.999, False)),
        ({"type": "text", "field": "label", "text": ""}, Text("label", "")),
        ({"type": "text", "field": "label", "text": "ä" * LONGEST_TEXT}, Text("label", "ä" * LONGEST_TEXT)),
        ({"type": "press", "button": "save"}, Press("save")),
        ({"type": "command", "name": "replay"}, Command("replay")),
        ({"type": "choose", "number": 8}, Choose(8)),
        ({"type": "seek", "position": 0}, Seek(0.0)),
        ({"type": "camera", "on": True, "instead": False}, CameraWish(True, False)),
    ],
)
def test_what_is_understood(message: dict[str, object], meant: Message) -> None:
    assert parse(json.dumps(message)) == meant


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nonsense", 1007),
        ("", 1007),
        ("[" * 500, 1007),
        ("[]", 1008),
        ("null", 1008),
        ('{"type": "hello"}', 1008),
        ('{"type": "seen"}', 1008),
        ('{"type": "seen", "number": "1"}', 1008),
        ('{"type": "seen", "number": 1.5}', 1008),
        ('{"type": "key", "key": ""}', 1008),
        ('{"type": "key", "key": 13}', 1008),
        (json.dumps({"type": "key", "key": "x" * 65}), 1008),
        ('{"type": "pointer", "number": 1, "x": 1, "y": 0, "double": false}', 1008),
        ('{"type": "pointer", "number": 1, "x": 0, "y": -0.1, "double": false}', 1008),
        ('{"type": "pointer", "number": 1, "x": NaN, "y": 0, "double": false}', 1008),
        ('{"type": "pointer", "number": 1, "x": 0, "y": 0, "double": 1}', 1008),
        (json.dumps({"type": "text", "field": "label", "text": "x" * (LONGEST_TEXT + 1)}), 1008),
        ('{"type": "text", "field": ["label"], "text": ""}', 1008),
        ('{"type": "press", "button": null}', 1008),
        ('{"type": "command", "name": "format"}', 1008),
        ('{"type": "command", "name": ["pause"]}', 1008),
        ('{"type": "choose", "number": -1}', 1008),
        ('{"type": "seek", "position": -1}', 1008),
        ('{"type": "seek", "position": Infinity}', 1008),
        (json.dumps({"type": "seek", "position": 10**400}), 1008),
        ('{"type": "text", "field": "label", "text": "\\ud800"}', 1007),
        ('{"type": "camera"}', 1008),
        ('{"type": "camera", "on": 1, "instead": 0}', 1008),
        (json.dumps({"type": "command", "name": "pause", "more": "x" * 3000}), 1009),
    ],
)
def test_what_is_refused(message: str, code: int) -> None:
    with pytest.raises(Refusal) as refusal:
        parse(message)
    assert refusal.value.code == code


SEEDS = [
    '{"type": "seen", "number": 3}',
    '{"type": "key", "key": "Enter"}',
    '{"type": "pointer", "number": 3, "x": 0, "y": 0.999, "double": false}',
    '{"type": "text", "field": "label", "text": "x"}',
    '{"type": "press", "button": "save"}',
    '{"type": "seek", "position": 0}',
    '{"type": "camera", "on": true, "instead": false}',
]
PIECES = st.one_of(
    st.text(max_size=8), st.integers().map(str), st.sampled_from(["1" * 400, "1e999", "NaN", "\\ud800", "[", "{", '"'])
)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 70), st.integers(0, 6), PIECES), max_size=4))
def test_whatever_comes_is_refused_or_understood(text: str, changes: list[tuple[int, int, str]]) -> None:
    for at, cut, new in changes:
        text = text[:at] + new + text[at + cut :]
    try:
        repr(parse(text)).encode()
    except Refusal as refusal:
        assert refusal.code in (1007, 1008, 1009)
