"""The queue against a discrete-event simulation of replicas behind a router."""

from __future__ import annotations

import numpy as np
import pytest

from tco.arrays import FloatArray
from tco.costing.queue import Queues
from tco.throughput.relative_rate import relative_rate
from tests.conftest import ARTICLE_CURVE
from tests.costing.replicas import Replicas, Router

FULL = 15
POINTS = [(float(c), float(tok_s)) for c, tok_s, _ in ARTICLE_CURVE if c <= 120]
CONCURRENCY, TOK_S = (np.array(values) for values in zip(*POINTS, strict=True))
RATE = relative_rate(CONCURRENCY, TOK_S, FULL)
SPEED = [0.0, *np.exp(RATE.log_at(np.arange(1.0, 121.0) / FULL)).tolist()]
ARRIVALS, BATCHES = 20_000, 20


def lengths(variation: float, count: int, dice: np.random.Generator) -> FloatArray:
    """Work with a mean of 1 and a coefficient of variation: constant, else gamma."""
    squared = variation**2
    return dice.gamma(1 / squared, squared, count) if variation else np.ones(count)


def crowded_share(nodes: int, load: float, variation: float, router: Router) -> tuple[float, float]:
    """Share of the time above n* requests per node, and the standard error of that share.

    Of all nodes together, or of each alone where requests are routed at random.
    """
    dice = np.random.default_rng([nodes, round(10 * load), round(variation), len(router)])
    arrivals = np.cumsum(dice.exponential(1 / load, ARRIVALS))
    passed, crowded = np.zeros(BATCHES), np.zeros(BATCHES)
    clock = 0.0

    def seen(seconds: float, counts: list[int]) -> None:
        nonlocal clock
        batch = min(int(clock / arrivals[-1] * BATCHES), BATCHES - 1)
        over = (
            sum(count > FULL for count in counts) / nodes
            if router == "random"
            else float(sum(counts) > FULL * nodes)
        )
        clock += seconds
        passed[batch] += seconds
        crowded[batch] += seconds * over

    Replicas(nodes, SPEED, router, 1).run(arrivals, lengths(variation, ARRIVALS, dice), seen)
    shares = crowded / passed
    return float(shares.mean()), float(shares.std(ddof=1) / np.sqrt(BATCHES))


@pytest.mark.parametrize(
    ("nodes", "load", "variation", "router"),
    [
        (1, 0.7, 0, "least-outstanding"),
        (1, 0.7, 1, "least-outstanding"),
        (1, 0.7, 2, "least-outstanding"),
        (2, 1.6, 0, "least-outstanding"),
        (2, 1.6, 2, "least-outstanding"),
        (4, 3.5, 0, "least-outstanding"),
        (4, 3.5, 1, "least-outstanding"),
        (4, 3.5, 2, "power-of-two"),
        (4, 3.5, 0, "power-of-two"),
        (4, 2.8, 1, "random"),
        (4, 2.8, 2, "random"),
    ],
)
def test_simulated_replicas_are_as_crowded(
    nodes: int, load: float, variation: float, router: Router
) -> None:
    """P(k > N c*) is within 4 standard errors of a simulation, whatever the lengths are."""
    share, error = crowded_share(nodes, load, variation, router)
    alone = router == "random"
    queues = Queues(RATE, FULL, np.array([1.0 if alone else float(nodes)]))
    used = np.log(np.array([load / nodes]))
    [odds], _ = queues.log_odds(np.zeros(1, np.intp), used)
    assert share == pytest.approx(1 / (1 + np.exp(-odds)), abs=4 * error)
