"""The rules of the policy pack, as plain functions: cost lines, the gate, the summary.

A pack gives them what it has seen so far (``Pack``), the arguments of Pulumi's policies, and where
to report. They never print: the engine reads the pack's standard output.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol

from tco.analysis.evaluate import evaluate
from tco.catalog.book import read_book
from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog
from tco.ci_log import log_text
from tco.clock import utc_today
from tco.errors import TcoError
from tco.iac.enforce.hidden_gpus import hidden_gpus
from tco.iac.enforce.incremental import PricedResource, RunningCost
from tco.iac.enforce.limits import Limits, exceeded, read_limits
from tco.iac.estimate.inventory import Resource
from tco.iac.estimate.properties import text, texts
from tco.iac.estimate.regions import stated_region
from tco.numbers import usd
from tco.resolve.resolver import load_stack

__all__ = ["Pack", "cost_line", "gate", "summary"]

STACK_FILE: Final = re.compile(r"Pulumi\.(.+)\.yaml")
NO_LIMIT = (
    "tco-gate has no limits, so it allows no GPUs: configure maxUsdPerMonth, "
    "maxUsdPerGpuHour, purchaseOptions or requireVerdict (--policy-pack-config)"
)
Report = Callable[[str, str | None], None]
"""Takes a message, and the URN it is about where that is not the resource at hand."""


class Provider(Protocol):
    """A resource's provider."""

    @property
    def props(self) -> Mapping[str, Any]:
        """Its properties."""
        ...


class Configured(Protocol):
    """What every policy is handed."""

    def get_config(self) -> Mapping[str, Any]:
        """Return the policy's configuration."""
        ...


class Arguments(Configured, Protocol):
    """What Pulumi hands to a resource policy: the inputs of one resource."""

    @property
    def resource_type(self) -> str:
        """Its type."""
        ...

    @property
    def props(self) -> Mapping[str, Any]:
        """Its inputs, which raise where they are not known."""
        ...

    @property
    def urn(self) -> str:
        """Its URN."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def provider(self) -> Provider | None:
        """Its provider."""
        ...


class StackResource(Protocol):
    """A resource as Pulumi hands it to a stack policy."""

    @property
    def urn(self) -> str:
        """Its URN."""
        ...

    @property
    def property_dependencies(self) -> Mapping[str, Sequence[StackResource]]:
        """The resources that each of its properties depends on."""
        ...


class StackArguments(Configured, Protocol):
    """What Pulumi hands to a stack policy: every resource."""

    @property
    def resources(self) -> Sequence[StackResource]:
        """The resources."""
        ...


@dataclass
class Pack:
    """What the pack has seen so far, by the price books in use. The engine asks in parallel."""

    day: dt.date = field(default_factory=utc_today)
    catalog: Callable[[], Catalog] = load_catalog
    _running: dict[tuple[str, ...], RunningCost] = field(
        default_factory=dict[tuple[str, ...], RunningCost]
    )
    _verdicts: dict[tuple[str, str | None], str] = field(
        default_factory=dict[tuple[str, str | None], str]
    )
    _lock: Lock = field(default_factory=Lock)

    def running(self, config: Mapping[str, Any]) -> RunningCost:
        """Return the running cost at the prices that a policy's configuration asks for."""
        books = tuple(book for book in texts(config, "priceBooks") if isinstance(book, str))
        with self._lock:
            if books not in self._running:
                read = [read_book(Path(book), book) for book in books]
                self._running[books] = RunningCost(
                    catalog=self.catalog().with_books(read), day=self.day
                )
            return self._running[books]

    def see(self, args: Arguments) -> PricedResource | None:
        """Return a resource with its cost, or None for one that provides and prices nothing."""
        running = self.running(args.get_config())
        with self._lock:
            return running.see(_resource(args))

    def closed_verdict(self, file: str, digest: str | None) -> str:
        """Return why a stack file does not allow GPUs; empty where its gate is open.

        ``digest`` is that of the reviewed plan; None allows any plan.
        """
        with self._lock:
            if (file, digest) not in self._verdicts:
                why = _closed_verdict(Path(file), self.catalog(), self.day, digest)
                self._verdicts[file, digest] = why
            return self._verdicts[file, digest]


def cost_line(pack: Pack, args: Arguments, report: Report) -> None:
    """Advisory: what a GPU resource costs, on one line."""
    _report_findings(_cost_lines(pack, args), report, "cost unknown")


def gate(pack: Pack, args: Arguments, report: Report) -> None:
    """Mandatory: refuse a resource beyond the limits, and whatever cannot be decided."""
    _report_findings((f"refused: {why}." for why in _refusals(pack, args)), report, "refused")


def summary(pack: Pack, args: StackArguments, report: Report) -> None:
    """Advisory: what the program costs, with what each resource turned out to depend on."""
    _report_findings(_totals(pack, args), report, "cost unknown")


def _report_findings(findings: Iterator[str], report: Report, in_doubt: str) -> None:
    """Report the findings of a rule, and its own failure, since Pulumi lets some errors pass."""

    def say(text: str) -> None:
        report(log_text(text), None)

    try:
        for line in findings:
            say(line)
    except TcoError as error:
        say(f"{in_doubt}, because tco cannot decide: {error}")
    except Exception as error:
        say(f"{in_doubt}, because tco failed: {type(error).__name__}: {error}")


def _cost_lines(pack: Pack, args: Arguments) -> Iterator[str]:
    seen = pack.see(args)
    if seen is None or seen.pool is None or not seen.gpu:
        return
    if seen.cost.unpriced:
        yield f"cost unknown: {seen.cost.detail or args.name}: {seen.cost.unpriced}"
        return
    declared, most = usd(seen.usd_per_month), usd(seen.most_usd_per_month)
    bound = "" if declared == most else f" (up to {most})"
    yield f"{declared}/month{bound}: {seen.cost.detail}"


def _refusals(pack: Pack, args: Arguments) -> Iterator[str]:
    limits = read_limits(args.get_config())
    seen = pack.see(args)
    running = pack.running(args.get_config())
    if seen is None:
        yield from hidden_gpus(_resource(args), running)
        return
    if seen.gpu:
        yield from _closed(pack, seen, limits)
    yield from exceeded(seen, limits, running.rates)


def _closed(pack: Pack, seen: PricedResource, limits: Limits) -> Iterator[str]:
    """Yield the reasons that close the gate for any GPU resource, whatever its size."""
    if limits.none:
        yield NO_LIMIT
    if seen.cost.unpriced:
        yield f"its cost is not known: {seen.cost.unpriced}"
    if limits.verdict is not None:
        why = pack.closed_verdict(limits.verdict, limits.digest)
        if why:
            yield why


def _closed_verdict(file: Path, catalog: Catalog, today: dt.date, digest: str | None) -> str:
    named = STACK_FILE.fullmatch(file.name)
    if named is None or not file.is_file():
        return f"requireVerdict names {file}, which is not a stack file (Pulumi.<stack>.yaml)"
    stack = load_stack(file.parent, named[1], catalog, today)
    found = stack.source.digest
    if digest not in (None, found):
        return (
            f"the plan of {file} is not the reviewed one: its plan_digest is {found}, "
            f"requireDigest is {digest}. Review {file} with its workloads and price books, then "
            f"set requireDigest to the plan_digest of `tco gate {named[1]} --format json`"
        )
    result = evaluate(stack, today)
    if result.gate.open:
        return ""
    failing = "; ".join(
        condition.text for condition in result.gate.conditions if not condition.holds
    )
    return f"the gate of {file} is closed: {failing}"


def _totals(pack: Pack, args: StackArguments) -> Iterator[str]:
    depends = {
        resource.urn: {
            name: [other.urn for other in others]
            for name, others in resource.property_dependencies.items()
        }
        for resource in args.resources
    }
    found = pack.running(args.get_config()).now(depends)
    priced, unpriced = found.count("priced"), found.count("unpriced")
    if not priced and not unpriced:
        return
    low, high = usd(found.floor_usd_per_month), usd(found.ceiling_usd_per_month)
    bounds = "" if low == high else f" ({low} to {high})"
    missing = f", {unpriced} without a price" if unpriced else ""
    yield (
        f"{usd(found.usd_per_month)}/month as declared{bounds}: {priced} priced "
        f"resource{'' if priced == 1 else 's'}{missing}. `tco price` lists them."
    )


def _resource(args: Arguments) -> Resource:
    region = stated_region(args.props)
    if region is None and args.provider is not None:
        region = text(args.provider.props, "region")
    known = region if isinstance(region, str) else None
    return Resource(
        urn=args.urn, type=args.resource_type, name=args.name, inputs=args.props, region=known
    )
