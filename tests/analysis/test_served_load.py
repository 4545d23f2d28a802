"""Output over the output that fills the fleet, added over the services, is the utilization."""

from __future__ import annotations

import pytest

from tco.analysis.served_load import served_load, served_share
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab

MIXED: Keys = {
    "base": {**ON_DEMAND, "nodes": 1},
    "slow": {"instance": "slow.8x", "nodes": {"min": 0, "max": 4, "follow": "load"}},
}
SERVICES: dict[str, tuple[Keys, Keys]] = {
    "one node": ({"main": {**ON_DEMAND, "nodes": 1}}, {}),
    "a fleet that follows the load": ({"main": {**ON_DEMAND, "nodes": FOLLOWING}}, {}),
    "spares": (
        {"main": {**ON_DEMAND, "nodes": 2}},
        {"standby": {"pool": "main", "nodes": 1}},
    ),
    "nodes of two speeds": (MIXED, {}),
    "an API for what overflows": (
        {"main": {**ON_DEMAND, "nodes": 1}},
        {"overflow": "api/plain"},
    ),
}


@pytest.mark.parametrize("name", SERVICES)
def test_measured_output_gives_the_utilization_of_the_plan(lab: Lab, name: str) -> None:
    """An engine that serves what the plan has shows the plan's own utilization."""
    pools, service = SERVICES[name]
    lab.nodes_by_hour([0.4] * 12 + [1.7] * 12)
    lab.stack(pools, service, gate={"max_unserved_share": 0.9})
    result = lab.evaluate()
    [load] = served_load(result)
    assert load.fleet_tok_s is not None
    assert load.output_tok_s / load.fleet_tok_s == pytest.approx(result.utilization)


def test_services_share_the_fleet(lab: Lab) -> None:
    """Two services, one of them alone with a spare: their shares add up."""
    lab.workload("other", requests_per_month=0.2 * 730 * 3600)
    lab.plan(
        {
            "chat": lab.service({"main": {**ON_DEMAND, "nodes": 1}}),
            "more": lab.service(
                {"second": {**ON_DEMAND, "nodes": 1}},
                workload="other",
                standby={"pool": "second", "nodes": 1},
            ),
        }
    )
    result = lab.evaluate()
    shares = [load.output_tok_s / (load.fleet_tok_s or 0.0) for load in served_load(result)]
    assert sum(shares) == pytest.approx(result.utilization) == pytest.approx(0.7 / 3)


def test_what_an_api_serves_is_not_counted_by_the_engine(lab: Lab) -> None:
    """Half the hours overflow to an API: the nodes see the rest of the tokens."""
    lab.nodes_by_hour([0.5] * 12 + [2.0] * 12)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, {"overflow": "api/plain"})
    assert served_share(lab.evaluate()) == pytest.approx((0.5 + 1.0) / (0.5 + 2.0), rel=0.01)
