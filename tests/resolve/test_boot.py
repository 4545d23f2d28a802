"""How long nodes boot: by the weights they load, unless a plan or a price book says otherwise."""

from __future__ import annotations

import pytest

from tco.costing.pool_model import PoolModel
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab

QWEN: Keys = {"serving": {"model": "qwen3-32b", "precision": "fp8"}}


def pool(lab: Lab, service: Keys, pool: Keys | None = None, **plan: object) -> PoolModel:
    """The one pool of a stack."""
    lab.stack({"main": {**ON_DEMAND, "nodes": FOLLOWING, **(pool or {})}}, service, **plan)
    return lab.load().services[0].groups[0].pools[0]


def test_weights_take_their_time(lab: Lab) -> None:
    """32 GB: 32/9 s + 110 s at best, 32/1 s + 250 s at worst, drawn in between."""
    boot = pool(lab, QWEN).boot_hours
    assert boot.value.low == pytest.approx((31.98 / 9 + 110) / 3600)
    assert boot.value.high == pytest.approx((31.98 + 250) / 3600)
    assert boot.estimate
    assert "32 GB of weights" in boot.source


def test_a_model_of_unknown_size_boots_as_the_catalog_says(lab: Lab) -> None:
    """Without weights the catalog's figure by the number of GPUs holds."""
    boot = pool(lab, {}).boot_hours
    assert (boot.name, boot.value.likely) == ("boot_and_load_hours_multi_gpu", 0.25)


def test_what_is_stated_wins(lab: Lab) -> None:
    """The plan's boot_hours, and a price book's figure, are taken as they are."""
    assert pool(lab, QWEN, {"boot_hours": 2}).boot_hours.value.likely == 2
    figure = {"figure": "boot_and_load_hours_multi_gpu", "value": 3, "unit": "h"}
    book = lab.book("boot", figures=[figure])
    assert pool(lab, QWEN, prices=[book]).boot_hours.value.likely == 3


def test_an_interrupted_spot_node_loads_its_weights_again(lab: Lab) -> None:
    """A spot pool pays the same boot hours on every interruption."""
    spot = {"purchase": "spot", "spot": {"availability": 0.9, "interruptions_per_node_hour": 0.01}}
    made = pool(lab, QWEN, spot)
    assert made.supply.spot is not None
    assert made.supply.spot.boot_hours == made.boot_hours
