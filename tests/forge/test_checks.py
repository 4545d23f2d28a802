"""The limits that a branch is held to."""

from __future__ import annotations

from tco.forge.checks import Increase


def test_increase_as_written() -> None:
    """A limit is reported as it was written."""
    assert (str(Increase.read("500")), str(Increase.read("7.5%"))) == ("$500/month", "7.5%")
