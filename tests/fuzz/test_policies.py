"""Resources of every kind before the policy pack: it decides on each, and never fails."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.embedded import load_catalog
from tco.files import as_mapping
from tco.iac.enforce.policy_rules import Pack, cost_line, gate
from tests.conftest import DAY
from tests.fuzz.mutations import Vocabulary, mutated
from tests.fuzz.oracle import Answer, check
from tests.fuzz.samples import programs
from tests.fuzz.shares import share
from tests.iac.enforce.test_policy_rules import Args, reported
from tests.iac.programs import LATER

RESOURCES = [
    (str(state["type"]), as_mapping(state.get("inputs")) or {})
    for tree in programs()
    for step in tree.get("steps", ())
    if (state := as_mapping(step.get("newState"))) is not None
]
KNOWN = Vocabulary.of([*(inputs for _, inputs in RESOURCES), {"later": LATER}])
LIMITS = {
    "maxUsdPerMonth": 1000,
    "maxUsdPerGpuHour": 8,
    "purchaseOptions": ["reserved", "spot"],
    "requireVerdict": "nowhere/Pulumi.a.yaml",
    "requireDigest": "0" * 64,
    "priceBooks": ["nowhere.yaml"],
}
CATALOG = load_catalog()


@st.composite
def resources(draw: st.DrawFn) -> Args:
    """A resource of a recorded program, its inputs changed."""
    kind, inputs = draw(st.sampled_from(RESOURCES))
    own = as_mapping(draw(mutated(inputs, KNOWN))) or {}
    other, _ = draw(st.sampled_from(RESOURCES))
    return Args(draw(st.sampled_from([kind, kind, kind, other])), own)


@share(0.6)
@given(st.lists(resources(), min_size=1, max_size=3), mutated(LIMITS, Vocabulary.of([LIMITS])))
def test_resources(given_resources: list[Args], config: Any) -> None:
    """Whatever a program asks for, the gate lets it through or says why not, in plain text."""
    pack = Pack(DAY, lambda: CATALOG)
    for resource in given_resources:
        resource.config = as_mapping(config) or {}
        said = [*reported(gate, pack, resource), *reported(cost_line, pack, resource)]
        assert not [text for text in said if "tco failed" in text], said
        check(Answer(("policy",), 0, "\n".join(said) + "\n", ""))
