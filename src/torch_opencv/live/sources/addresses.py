"""Addresses of streams as they may be shown: without passwords and other secrets.

What can't be told from a secret is taken for one: users, who may be access tokens, parameters that aren't known to be
harmless, and parts of the path that look like keys. Of an address with an ``@`` where none belongs, such as in a
password that isn't written with ``%XX``, nothing is shown.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from torch_opencv.live.errors import SourceError

SCHEMES = ("rtsp", "rtsps", "http", "https")

_HIDDEN = "***"
_HARMLESS = {"camera", "channel", "codec", "format", "fps", "height", "id", "name", "profile", "quality", "resolution"}
_HARMLESS |= {"size", "stream", "subtype", "transport", "unicast", "width"}
_SECRET = {"access_token", "api_key", "apikey", "auth", "authkey", "code", "hash", "key", "login", "pass", "passwd"}
_SECRET |= {
    "password",
    "pin",
    "pwd",
    "secret",
    "session",
    "sid",
    "sig",
    "signature",
    "token",
    "usr",
    "user",
    "username",
}
_VALUE = re.compile(r"[0-9]{1,5}(x[0-9]{1,5})?(\.[a-z0-9]{1,4})?|[A-Za-z]{1,12}_?[0-9]{0,4}|")
# What a camera's path is made of: "h264Preview_01_main", "media.amp", "101"; keys are longer, or more mixed.
_WORD = re.compile(r"(?=.{1,12}$)(([A-Za-z]{1,12}[0-9]{0,4}){1,2}|[0-9]{1,4})")
_MOST_WORDS = 4  # one less than a UUID has


def check_address(url: str) -> None:
    """Make sure that something is the address of what can be a stream.

    >>> check_address("rtsp://10.0.0.7:554/live")

    Args:
        url: what may be one.

    Raises:
        SourceError: it isn't; the message doesn't repeat the address.
    """
    scheme, slashes, _ = url.partition("://")
    scheme = scheme.lower()
    if scheme not in SCHEMES or not slashes:
        what = f"{scheme}:// can't be read" if re.fullmatch("[a-z0-9+.-]{1,12}", scheme) else "that is no address"
        raise SourceError(f"{what}: the address of a stream begins with {', '.join(f'{s}://' for s in SCHEMES)}")
    if re.search(r"[\x00-\x20\x7f]", url):
        raise SourceError(
            f"the {scheme}:// address has a space or control character in it: write it as %20 or the like"
        )
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise SourceError(
            f"the {scheme}:// address isn't well-formed: in a user's name or password, write @ as %40, : as %3A, / as "
            "%2F, # as %23 and ? as %3F"
        ) from None
    if not host:
        raise SourceError(f"the {scheme}:// address names no host")


def without_secrets(url: str) -> str:
    """An address as it may be shown: whatever isn't known to be harmless is hidden.

    >>> without_secrets("rtsp://admin:1234@10.0.0.7:554/live?channel=1&pin=77&x=y")
    'rtsp://***@10.0.0.7:554/live?channel=1&pin=***&***'

    Args:
        url: well-formed.
    """
    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    if any("@" in part for part in (parts.path, parts.query, parts.fragment, login)) or not _is_host(host):
        # It may be a password's that wasn't escaped, and then there's no telling where that begins and ends.
        return f"{parts.scheme}://{_HIDDEN}"
    path = "/".join(map(_shown_segment, parts.path.split("/")))
    query = "?" + "&".join(map(_shown_parameter, re.split("[&;]", parts.query))) if parts.query else ""
    return f"{parts.scheme}://{_HIDDEN + at if at else ''}{host}{path}{query}"


def has_login(url: str) -> bool:
    """Whether a user is named in an address.

    >>> has_login("rtsp://admin:1234@10.0.0.7/"), has_login("rtsp://10.0.0.7/")
    (True, False)

    Args:
        url: well-formed.
    """
    return "@" in urlsplit(url).netloc


def _is_host(text: str) -> bool:
    return bool(re.fullmatch(r"(\[[0-9A-Fa-f:.%]+\]|[^:\[\]]+)(:[0-9]*)?", text))


def _shown_segment(segment: str) -> str:
    """A part of a path. Some recorders have parameters there."""
    if "=" in segment:
        return "&".join(map(_shown_parameter, re.split("[&;]", segment)))
    words = re.split("[._-]", segment)
    harmless = len(words) <= _MOST_WORDS and all(not word or _WORD.fullmatch(word) for word in words)
    return segment if harmless else _HIDDEN


def _shown_parameter(parameter: str) -> str:
    name, equals, value = parameter.partition("=")
    if not equals or name.lower() not in _HARMLESS | _SECRET:  # the whole of it may be a key
        return _HIDDEN
    harmless = name.lower() in _HARMLESS and _VALUE.fullmatch(value)
    return f"{name}={value if harmless else _HIDDEN}"
