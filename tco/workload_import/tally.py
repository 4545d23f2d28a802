"""What is kept of a log while it is read: its size depends on time and lengths, not on lines."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from tco.errors import TcoError
from tco.units import SECONDS_PER_HOUR
from tco.workload_import.burst import Arrivals
from tco.workload_import.request import Request
from tco.workload_import.span import ALWAYS, Span

__all__ = ["SLOTS_PER_HOUR", "SLOT_SECONDS", "LengthSums", "Tally"]

SLOT_SECONDS: Final = 900
"""A quarter of an hour: every time zone's offset is a multiple of it."""
SLOTS_PER_HOUR: Final = 4
BINS_PER_OCTAVE: Final = 16
NO_REQUESTS: Final = (
    "the export has tokens, but no number of requests. Pass the mean output per request: "
    "--output-per-request TOKENS."
)


@dataclass
class LengthSums:
    """Requests of about one length, and the sum of their tokens."""

    requests: float = 0.0
    prompt: float = 0.0
    completion: float = 0.0
    cached: float = 0.0
    written: float = 0.0

    @property
    def tokens(self) -> float:
        """Prompt and completion."""
        return self.prompt + self.completion

    def add(self, other: LengthSums) -> None:
        """Add the sums of other requests."""
        self.requests += other.requests
        self.prompt += other.prompt
        self.completion += other.completion
        self.cached += other.cached
        self.written += other.written


@dataclass(kw_only=True)
class Tally:
    """Requests by quarter of an hour, and their tokens by length."""

    slots: dict[int, float] = field(default_factory=lambda: defaultdict[int, float](float))
    lengths: dict[int, LengthSums] = field(
        default_factory=lambda: defaultdict[int, LengthSums](LengthSums)
    )
    first: float = math.inf
    last: float = -math.inf
    """When the first row begins and the last one ends, in seconds since 1970."""
    empty: float = 0.0
    """Requests without a token, which are left out."""
    says_cached: bool = False
    output_per_request: float | None = None
    """The mean answer in tokens, for logs that count no requests."""
    written_1h: float = 0.0
    """Tokens that were written to a cache for an hour."""
    has_hours: bool = True
    """Whether no row is the sum of more than an hour."""
    is_summed: bool = False
    """Whether rows hold the sum of several requests: their lengths are not known."""
    is_histogram: bool = False
    """Whether lengths are the buckets of a histogram of prompts."""
    is_sampled: bool = False
    """Whether a quarter of an hour without a row was not measured; else it had no request."""
    arrivals: Arrivals = field(default_factory=Arrivals)
    within: Span = ALWAYS
    """What is outside of it is left out."""

    def add(self, request: Request) -> None:
        """Add a request. Raises ValueError where its tokens contradict each other."""
        cached = (request.cached or 0.0) + request.written
        if cached > request.prompt:
            raise ValueError(
                f"{cached:g} cached tokens are more than the {request.prompt:g} of the prompt: "
                "cached tokens are a part of it."
            )
        at, seconds, share = self.within.clipped(request.at, request.seconds)
        if share == 0:
            return
        if share < 1:
            request = request.scaled(at, seconds, share)
        total, requests = request.prompt + request.completion, self._requests(request)
        if total == 0 and requests > 0:
            self.empty += requests
            return
        self.add_span(request.at, request.seconds, requests)
        if requests <= 0:
            return
        if not request.seconds:
            self.arrivals.add(request.at)
        self.says_cached |= request.cached is not None
        self.is_summed |= request.seconds > 0
        self.has_hours &= request.seconds <= SECONDS_PER_HOUR
        self.written_1h += request.written_1h
        sums = self.lengths[math.floor(math.log2(total / requests) * BINS_PER_OCTAVE)]
        sums.requests += requests
        sums.prompt += request.prompt
        sums.completion += request.completion
        sums.cached += request.cached or 0.0
        sums.written += request.written

    def _requests(self, request: Request) -> float:
        """Return the requests of a row; where it counts none, those that its answers make."""
        if request.requests is not None:
            return request.requests
        if self.output_per_request is None:
            raise TcoError(NO_REQUESTS)
        return request.completion / self.output_per_request

    def add_span(self, at: float, seconds: float, requests: float) -> None:
        """Spread requests evenly over the quarters of an hour that a time span covers."""
        end = at + seconds
        self.first, self.last = min(self.first, at), max(self.last, end)
        slot = math.floor(at / SLOT_SECONDS)
        if end <= (slot + 1) * SLOT_SECONDS:
            self.slots[slot] += requests
            return
        while slot * SLOT_SECONDS < end:
            inside = min(end, (slot + 1) * SLOT_SECONDS) - max(at, slot * SLOT_SECONDS)
            self.slots[slot] += requests * inside / seconds
            slot += 1

    @property
    def covered_seconds(self) -> float:
        """The time from the first to the last row, without the slots that were not measured."""
        whole = self.last - self.first
        if not self.is_sampled:
            return whole
        return whole - (max(self.slots) + 1 - min(self.slots) - len(self.slots)) * SLOT_SECONDS

    @property
    def requests(self) -> float:
        """All requests."""
        return math.fsum(self.slots.values())
