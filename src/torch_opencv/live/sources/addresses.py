"""Addresses of streams as they may be shown: without passwords and other secrets.

What can't be told from a secret is taken for one: values of parameters that aren't known to be harmless, and everything
up to the last ``@`` of an address whose password holds characters that should have been written as ``%XX``.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from torch_opencv.live.errors import SourceError

SCHEMES = ("rtsp", "rtsps", "http", "https")

_HARMLESS = {"camera", "channel", "codec", "format", "fps", "height", "id", "name", "profile", "quality", "resolution"}
_HARMLESS |= {"size", "stream", "subtype", "transport", "unicast", "width"}
_HIDDEN = "***"


def check_address(url: str) -> None:
    """Make sure that it is the address of something that can be a stream.

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
    """The address as it may be shown.

    >>> without_secrets("rtsp://admin:1234@10.0.0.7:554/live?channel=1&pin=77")
    'rtsp://admin:***@10.0.0.7:554/live?channel=1&pin=***'

    """
    scheme, _, rest = url.partition("://")
    if "@" not in rest.partition("#")[2]:
        rest = rest.partition("#")[0]
    authority, path = _split_path(rest)
    if "@" in path and (":" in authority or "@" in authority):  # an unescaped password, as far as one can tell
        authority, path = _split_path(rest.rpartition("@")[2])
        login = _HIDDEN + "@"
    else:
        user_and_password, at, authority = authority.rpartition("@")
        user, colon, _password = user_and_password.partition(":")
        login = user + (f":{_HIDDEN}" if colon else "") + at
    return f"{scheme}://{login}{authority}" + re.sub(r"([^/?&;=]+)=([^/?&;]*)", _value_without_secrets, path)


def has_login(url: str) -> bool:
    """Whether a user is named in a well-formed address."""
    return "@" in urlsplit(url).netloc


def _split_path(rest: str) -> tuple[str, str]:
    end = re.search("[/?#]", rest)
    return (rest[: end.start()], rest[end.start() :]) if end else (rest, "")


def _value_without_secrets(parameter: re.Match[str]) -> str:
    name, value = parameter.groups()
    harmless = name.lower() in _HARMLESS and re.fullmatch(r"[A-Za-z0-9.-]{0,32}", value)
    return f"{name}={value if harmless else _HIDDEN}"
