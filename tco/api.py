"""The functions of the library that evaluate, compare and price: what commands do, for programs.

Every name is also one of ``tco`` itself, which loads this module when the first of them is asked
for. Nothing here touches the network or prints.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tco.api_loading import load_catalog
from tco.catalog.catalog import Catalog
from tco.clock import utc_today
from tco.defaults import MOST_SCENARIOS, SCENARIOS, SEED
from tco.errors import TcoError
from tco.units import TERM_MONTHS

if TYPE_CHECKING:  # a program that prices resources waits for no evaluation
    from collections.abc import Iterable

    from tco.actual.actual import Actual
    from tco.actual.measured import Measured
    from tco.analysis.commitments.renewal import Commitments
    from tco.analysis.evaluation import Evaluation
    from tco.analysis.optimization.optimize import Optimum
    from tco.analysis.sweep.sweep import Sweep
    from tco.billing import BilledLine
    from tco.costing.stack import StackModel
    from tco.documents.diff import DiffDocument
    from tco.iac.estimate.pricing import Pricing

__all__ = [
    "commitments",
    "compare_with_bill",
    "diff",
    "evaluate",
    "optimize",
    "price_resources",
    "sweep",
]

# ruff: noqa: PLC0415  each function loads what only it needs


def evaluate(
    stack: StackModel,
    *,
    today: dt.date | None = None,
    scenarios: int = SCENARIOS,
    seed: int = SEED,
) -> Evaluation:
    """Compute the month, the alternatives on the same volume, break-even, verdict and gate.

    Args:
        stack: A stack from ``load_stack``.
        today: The day on which the gate judges how old prices are; by default today.
        scenarios: Draws behind the probability that self-hosting is cheaper; 0 leaves it out.
        seed: Seed of the scenarios; the same seed gives the same result.

    Returns:
        The evaluation. ``tco plan`` prints it.

    Raises:
        BadInput: The plan's correlations contradict each other.
        TcoError: ``scenarios`` is not a number of scenarios.
        OverflowError: The demand is beyond what any fleet serves.
    """
    from tco.analysis.evaluate import evaluate as evaluation_of

    _require_scenarios(scenarios)
    return evaluation_of(stack, today or utc_today(), scenarios, seed)


def _require_scenarios(count: int) -> None:
    if not 0 <= count <= MOST_SCENARIOS:
        raise TcoError(
            f"scenarios: {count:,} is out of range. Use 0 to {MOST_SCENARIOS:,}; 0 skips them."
        )


def optimize(
    stack: StackModel,
    *,
    catalog: Catalog | None = None,
    max_term: str = "5yr",
    scenarios: int = SCENARIOS,
    seed: int = SEED,
    time_limit: float = 60.0,
) -> Optimum:
    """Search the cheapest mix of nodes and APIs of every service of a stack.

    Args:
        stack: A stack from ``load_stack``.
        catalog: The catalog that ``load_stack`` was given; by default the embedded one.
        max_term: The longest commitment: ``6mo``, ``1yr``, ``2yr``, ``3yr`` or ``5yr``.
        scenarios: Draws behind the cost in nine of ten scenarios.
        seed: Seed of the scenarios; the same seed gives the same result.
        time_limit: Seconds after which the search stops.

    Returns:
        The cheapest stack beside the declared one. ``not_searched`` names what the time limit cut
        off.

    Raises:
        BadInput: Something in the stack has no price.
        TcoError: ``max_term`` is not a term, or ``scenarios`` is out of range.
    """
    from tco.analysis.optimization.budget import Budget
    from tco.analysis.optimization.optimize import optimize as cheapest
    from tco.resolve.candidates import with_every_supply
    from tco.resolve.resolver import resolve

    _require_scenarios(scenarios)
    if max_term not in TERM_MONTHS:
        raise TcoError(f"{max_term!r} is not a term. Use one of {', '.join(TERM_MONTHS)}.")
    source, figures = stack.source, catalog or load_catalog()
    return cheapest(
        resolve(source, figures, stack.day),
        partial(with_every_supply, source, figures, stack.day),
        TERM_MONTHS[max_term],
        scenarios,
        seed=seed,
        budget=Budget(time_limit),
    )


def sweep(
    stack: StackModel,
    *spans: str,
    catalog: Catalog | None = None,
    today: dt.date | None = None,
    scenarios: int = 0,
    seed: int = SEED,
) -> Sweep:
    """Prepare the evaluation of a stack at many values of one or two of its inputs.

    Args:
        stack: A stack from ``load_stack``.
        spans: One or two of ``PARAM=LO..HI`` or ``PARAM=LO..HI:N``, as ``tco sweep`` takes them.
        catalog: The catalog that ``load_stack`` was given; by default the embedded one.
        today: The day on which the gate judges how old prices are; by default today.
        scenarios: Draws behind the probability at each point; 0 leaves it out.
        seed: Seed of the scenarios; the same seed gives the same result.

    Returns:
        The sweep. ``points()`` evaluates it point by point, ``break_even(points)`` finds where the
        saving along the last input crosses 0.

    Raises:
        TcoError: A span cannot be read, or ``scenarios`` is out of range.
        BadInput: The plan has no such input, or cannot take one of the values.
    """
    from tco.analysis.sweep.sweep import span_of, sweep_of
    from tco.resolve.resolver import resolve_stack

    _require_scenarios(scenarios)
    day = today or utc_today()
    resolve = partial(resolve_stack, catalog=catalog or load_catalog(), today=stack.day)
    return sweep_of(
        stack.source,
        resolve,
        day,
        [span_of(span) for span in spans],
        scenarios=scenarios,
        seed=seed,
    )


def commitments(
    stack: StackModel,
    *,
    catalog: Catalog | None = None,
    today: dt.date | None = None,
    scenarios: int = SCENARIOS,
    seed: int = SEED,
) -> Commitments:
    """Find when the commitments of a stack end, and what each choice costs at today's prices.

    Args:
        stack: A stack from ``load_stack``.
        catalog: The catalog that ``load_stack`` was given; by default the embedded one.
        today: The day whose prices count; by default today.
        scenarios: Draws behind the probability of each choice; 0 leaves it out.
        seed: Seed of the scenarios; the same seed gives the same result.

    Returns:
        The commitments: ``ends`` has each with its ``choices``, ``stands`` is whether today's
        prices lead to the decision of the plan.

    Raises:
        BadInput: A figure of the stack is missing.
        TcoError: ``scenarios`` is out of range.
    """
    from tco.analysis.commitments.renewal import commitments as commitments_of
    from tco.resolve.resolver import resolve_stack

    _require_scenarios(scenarios)
    day = today or utc_today()
    resolve = partial(resolve_stack, catalog=catalog or load_catalog(), today=day)
    return commitments_of(stack.source, resolve, day, scenarios=scenarios, seed=seed)


def diff(
    folder: str | Path,
    base: str | Path | None = None,
    *,
    today: dt.date | None = None,
    scenarios: int = SCENARIOS,
    seed: int = SEED,
) -> DiffDocument:
    """Compare the stacks of a folder with an older state of them: what changed, and why.

    Args:
        folder: The folder of the stack files, as it is now.
        base: A commit, or a folder; by default the merge base with the default branch.
        today: The day that counts as today.
        scenarios: Draws behind the probability of each stack; 0 leaves it out.
        seed: Seed of the scenarios; the same seed gives the same result.

    Returns:
        What ``tco diff --format json`` prints.

    Raises:
        BadInput: What the folder breaks that the base did not.
        TcoError: The base is not available, or ``scenarios`` is out of range.
    """
    from tco.analysis.diff.side import EvaluationSettings
    from tco.forge.branch import compare

    _require_scenarios(scenarios)
    asked = EvaluationSettings(today or utc_today(), scenarios, seed)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    return compare(Path(folder), None if base is None else str(base), asked, now)


def compare_with_bill(
    stack: StackModel,
    billing: str | Path | Iterable[BilledLine],
    *,
    month: str,
    measured: Measured | None = None,
    catalog: Catalog | None = None,
    today: dt.date | None = None,
    scenarios: int = SCENARIOS,
) -> Actual:
    """Compare a plan with the bill of a month, and evaluate it with the month's actual values.

    Args:
        stack: A stack from ``load_stack``.
        billing: A FOCUS export or a Cost and Usage Report of AWS: its file, or its lines.
        month: The month, UTC, such as ``2026-10``.
        measured: Tokens served, and what else was measured besides the bill.
        catalog: The catalog that ``load_stack`` was given; by default the embedded one.
        today: The day whose API prices count; by default today.
        scenarios: Draws behind the probability that self-hosting is cheaper; 0 leaves it out.

    Returns:
        The comparison. ``variance`` has the lines with their effects, ``now`` the
        evaluation with the month's actual values, ``stands`` whether the verdict still holds.

    Raises:
        BadInput: The export cannot be read, or the plan has a problem.
        TcoError: The month is not over, the bill has nothing of the stack in it, or
            ``scenarios`` is out of range.
    """
    from tco.actual.actual import ActualQuestion
    from tco.actual.actual import compare_with_bill as compare
    from tco.actual.measured import Measured
    from tco.actual.period import month_start, period_of
    from tco.billing import read
    from tco.resolve.resolver import resolve_stack

    _require_scenarios(scenarios)
    day = today or utc_today()
    try:
        first = month_start(month)
    except ValueError as error:
        raise TcoError(f"{error}") from None
    return compare(
        stack.source,
        partial(resolve_stack, catalog=catalog or load_catalog(), today=stack.day),
        read(Path(billing)) if isinstance(billing, str | Path) else billing,
        measured=measured or Measured(),
        question=ActualQuestion(
            period=period_of(first, day),
            today=day,
            scenarios=scenarios,
            seed=SEED,
        ),
    )


def price_resources(
    program: str | Path | bytes,
    *,
    catalog: Catalog | None = None,
    pricing_day: dt.date | None = None,
) -> Pricing:
    """Price the resources of any Pulumi program, in any language.

    Args:
        program: The output of ``pulumi preview --json --show-sames`` or of
            ``pulumi stack export``: a file, or its content as bytes.
        catalog: The catalog; by default the embedded one. EC2 types that it does not have are
            priced from the lists of EC2 prices that tco ships.
        pricing_day: The day whose prices count; by default today.

    Returns:
        Every resource as priced, free, paid by use, or unpriced with the reason.

    Raises:
        BadInput: The content is neither a preview nor a state.
    """
    from tco.catalog.price_cache import PriceCache
    from tco.iac.estimate.pricing import price_document, price_file

    catalog, day, cache = catalog or load_catalog(), pricing_day or utc_today(), PriceCache(None)
    if isinstance(program, bytes):
        return price_document(program, "<bytes>", catalog, day, cache=cache)
    return price_file(str(program), catalog, day, cache=cache)
