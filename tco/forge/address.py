"""The address of a forge's API: checked before a token is sent to it."""

from __future__ import annotations

import ipaddress
import re
import urllib.parse

from tco.errors import TcoError

__all__ = ["checked_address", "same_server"]

PRINTABLE = re.compile(r"[!-~]+")
LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*\.?")


def checked_address(url: str) -> str:
    """Return the address without a slash at its end. Raises TcoError for an unsafe one."""
    trouble = _trouble(url)
    if trouble:
        # Neither a password nor a token inside the address.
        shown = ascii(re.sub(r"^.*@|[?#].*$", "...", url, flags=re.DOTALL))
        raise TcoError(
            f"the API address {shown} {trouble}. Use https://HOST/PATH, "
            "or http:// for this machine alone."
        )
    return url.rstrip("/")


def same_server(address: str, other: str) -> bool:
    """Return whether two addresses share scheme, host and port, and the other is one to be sent."""
    try:
        return bool(PRINTABLE.fullmatch(other)) and (
            urllib.parse.urlsplit(address)[:2] == urllib.parse.urlsplit(other)[:2]
        )
    except ValueError:
        return False


def _trouble(url: str) -> str:
    """Return the fault of an address, or an empty string."""
    if not PRINTABLE.fullmatch(url) or "\\" in url:
        return "has a space, a backslash or a character beyond ASCII"
    try:
        parts = urllib.parse.urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return "has no valid host and port"
    troubles = {
        "does not start with https://": parts.scheme not in ("http", "https"),
        "holds a user name, which is not allowed": "@" in parts.netloc,
        "holds a query or a fragment, which is not allowed": "?" in url or "#" in url,
        "has no valid host and port": port == 0 or not _is_host(host),
        "would send the token in clear text": parts.scheme == "http" and not _is_loopback(host),
    }
    return next((trouble for trouble, found in troubles.items() if found), "")


def _is_host(host: str) -> bool:
    return _ip(host) is not None or bool(HOST.fullmatch(host))


def _is_loopback(host: str) -> bool:
    address = _ip(host)
    return address.is_loopback if address is not None else host == "localhost"


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
