"""What a plan may not say: each refusal, with the path it stands at."""

from __future__ import annotations

import pytest

from tests.conftest import ON_DEMAND, Keys, Lab, owned

NOTHING: Keys = {}
NODE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
SPACE: Keys = {"usd_per_month": 0, "electricity": "included"}
POOL = "tco:plan.services.chat.pools.main"
OWN = "tco:plan.services.chat.pools.own"
CHAT = "tco:plan.services.chat"


def node(**keys: object) -> Keys:
    return {"main": {**ON_DEMAND, "nodes": 1, **keys}}


def reserved(**commitment: object) -> Keys:
    return node(purchase="reserved", commitment=commitment)


@pytest.mark.parametrize(
    ("nodes", "reported"),
    [
        (-1, f"{POOL}.nodes: -1 is below 0. Write 0 or more."),
        (100_001, "should be less than or equal to 100000."),
        (1.5, f"{POOL}.nodes: 1.5 is not a number of nodes. Write a whole number, auto, or"),
        ([1, 2], f"{POOL}.nodes: [1, 2] is not a number of nodes."),
        (True, f"{POOL}.nodes: True is not a number of nodes."),
        ("two", f"{POOL}.nodes: 'two' is not a number of nodes."),
        ({"min": 3, "max": 1}, f"{POOL}.nodes: max 1 is below min 3."),
        ({"min": 3}, f"{POOL}.nodes: a span of nodes needs max."),
        ({"max": 3, "follow": "moon"}, "'moon' should be 'static', 'schedule' or 'load'."),
        (None, f"{POOL}.nodes: is empty."),
    ],
)
def test_nodes(lab: Lab, nodes: object, reported: str) -> None:
    """A number of nodes is whole, auto, or a span that stands upright."""
    lab.stack(node(nodes=nodes))
    assert reported in lab.refused()


@pytest.mark.parametrize(
    ("pools", "reported"),
    [
        ({}, f"{CHAT}.pools: is empty: at least one is needed."),
        ({"main": {"nodes": 1}}, f"{POOL}: names exactly one of instance, offer and owned."),
        (node(offer="acme/8x"), f"{POOL}: names exactly one of instance, offer and owned."),
        (node(purchase="rserved"), "'rserved' should be 'on-demand', 'spot' or 'reserved'."),
        (node(purchase="reserved"), "purchase: reserved and commitment: {kind, term, payment} go"),
        (
            node(commitment={"kind": "capacity-block", "hours": 24}),
            "purchase: reserved and commitment: {kind, term, payment} go together.",
        ),
        (
            reserved(kind="savings-plan", term="4yr", payment="no-upfront"),
            "commitment.term: '4yr' should be '6mo', '1yr', '2yr', '3yr' or '5yr'.",
        ),
        (
            reserved(kind="savings-plan", payment="no-upfront"),
            f"{POOL}.commitment: a savings-plan needs a term: 6mo, 1yr, 2yr, 3yr, 5yr.",
        ),
        (
            reserved(kind="savings-plan", term="1yr", payment="no-upfront", hours=24),
            f"{POOL}.commitment: hours are for a capacity block only.",
        ),
        (reserved(kind="capacity-block"), "a capacity block takes hours, not term or"),
        (
            reserved(kind="capacity-block", hours=24, term="1yr"),
            f"{POOL}.commitment: a capacity block takes hours, not term or payment.",
        ),
        (reserved(kind="capacity-block", hours=0), "hours: 0 should be greater than or equal to 1"),
        (node(spot={}), f"{POOL}: spot: {{…}} requires purchase: spot."),
        (
            node(purchase="spot", spot={"fallback": "on-demand", "overprovision": 2}),
            f"{POOL}.spot: overprovision needs fallback: none;",
        ),
        (
            node(purchase="spot", spot={"availability": 0, "fallback": "none"}),
            f"{POOL}.spot: a pool with availability 0 and no fallback serves nothing.",
        ),
        (node(purchase="spot", spot={"availability": 1.2}), "1.2 is above 1: a share lies between"),
        (
            {"main": {**reserved(kind="capacity-block", hours=9)["main"], "nodes": {"max": 3}}},
            f"{POOL}: a committed or owned pool has one number of nodes, not a span.",
        ),
        (
            {"a\nb": NODE["main"]},
            "pools.a\\nb: 'a\\nb' has a line break, a control or an invisible character.",
        ),
        ({"a\u202eb": NODE["main"]}, "has a line break, a control or an invisible character."),
        ({"": NODE["main"]}, "String should have at least 1 character."),
    ],
)
def test_pools(lab: Lab, pools: Keys, reported: str) -> None:
    """A pool is one thing, bought in one way, with the terms of that way."""
    lab.stack(pools)
    assert reported in lab.refused()


@pytest.mark.parametrize(
    ("keys", "reported"),
    [
        ({"usd": 0}, f"{OWN}.owned.usd: 0 is not allowed: the value must be above 0."),
        ({"usd": -1}, f"{OWN}.owned.usd: -1 is below 0."),
        ({"life_years": 0}, f"{OWN}.owned.life_years: 0 should be greater than or equal to"),
        ({"gpus": 0}, f"{OWN}.owned.gpus: 0 should be greater than or equal to 1."),
        ({"residual": 1.5}, f"{OWN}.owned.residual: 1.5 is above 1: a share lies between 0 and 1."),
        ({"colocation": None}, "needs power: {idle_w: …, load_w: …} or colocation."),
        (
            {"colocation": {**SPACE, "electricity": "metered"}},
            "needs power: {idle_w: …, load_w: …} since its colocation is metered.",
        ),
        ({"colocation": {"kw": 1, "electricity": "included"}}, "colocation: requires kw with"),
        ({"colocation": {**SPACE, "kw": 1, "usd_per_kw_month": 9}}, "or usd_per_month per node"),
        (
            {"colocation": None, "power": {"idle_w": 9, "load_w": 5}},
            f"{OWN}.owned.power: idle_w 9 is above load_w 5.",
        ),
        (
            {"colocation": None, "power": {"idle_w": 1, "load_w": 5, "pue": 0.9}},
            f"{OWN}.owned.power: a pue of 0.9 is below 1, which is physically impossible.",
        ),
    ],
)
def test_owned_nodes(lab: Lab, keys: Keys, reported: str) -> None:
    """A bought node has a price, a life, and electricity paid in exactly one way."""
    lab.stack(
        {"own": owned(200_000, **{key: value for key, value in keys.items() if key != "usd"})}
    )
    if "usd" in keys:
        lab.stack({"own": owned(keys["usd"])})
    assert reported in lab.refused()


@pytest.mark.parametrize(
    ("keys", "reported"),
    [
        ({"purchase": "spot"}, f"{OWN}: an owned node has no purchase: spot. Remove purchase."),
        ({"nodes": {"min": 0, "max": 3}}, f"{OWN}: a committed or owned pool has one number of"),
    ],
)
def test_owned_pools(lab: Lab, keys: Keys, reported: str) -> None:
    """What is bought is neither rented nor switched off."""
    lab.stack({"own": {**owned(200_000), **keys}})
    assert reported in lab.refused()


@pytest.mark.parametrize(
    ("service", "reported"),
    [
        ({"sizing": {"target_load": 0}}, "target_load: 0 should be greater than 0."),
        ({"sizing": {"target_load": 1.1}}, "target_load: 1.1 should be less than or equal to 1."),
        ({"standby": {"availability": 1}}, "availability: 1 should be less than 1."),
        ({"standby": {"availability": 0.9, "api": "api/plain"}}, f"{CHAT}.standby: write one of"),
        ({"standby": {"nodes": 1}}, f"{CHAT}.standby: write one of"),
        ({"standby": {"pool": "main"}}, f"{CHAT}.standby: write one of"),
        ({"standby": "maybe"}, f"{CHAT}.standby: 'maybe' should be a mapping."),
        ({"overflow": None}, f"{CHAT}.overflow: is empty."),
        ({"route": {"all": {}}}, f"{CHAT}.route.all: routes to exactly one of api and pool."),
        (
            {"route": {"all": {"api": "api/plain", "pool": "main"}}},
            f"{CHAT}.route.all: routes to exactly one of api and pool.",
        ),
        ({"require": "eu"}, f"{CHAT}.require: 'eu' should be a list."),
        (
            {"egress": {"gb_per_month": 1, "overhead_bytes": 2}},
            "gb_per_month cannot be combined",
        ),
        ({"egress": {"to": "moon"}}, "'moon' should be 'internet' or 'private'."),
        ({"serving": {"model": "unit", "gpus_per_replica": 0}}, "greater than or equal to 1."),
        ({"serving": {}}, f"{CHAT}.serving.model: is missing."),
    ],
)
def test_services(lab: Lab, service: Keys, reported: str) -> None:
    """A service says what it runs, how full, with what standby, and where the rest goes."""
    lab.stack(NODE, service)
    assert reported in lab.refused()


@pytest.mark.parametrize(
    ("plan", "reported"),
    [
        ({"pricing_day": "2026-02-30"}, "'2026-02-30' is not a date of the calendar."),
        ({"pricing_day": 20261123}, '20261123 is not a date. Write it in quotes: "2026-11-23".'),
        ({"against": "api/other"}, "against: api/other is not one of the alternatives api/plain."),
        ({"alternatives": [], "against": "x"}, "against: x is not one of the alternatives (none)."),
        ({"alternatives": ["api/plain"] * 2}, "the alternative api/plain is listed twice."),
        ({"alternatives": [7]}, 'alternatives[0]: is an API, "stack:NAME", or a name with'),
        (
            {"alternatives": [{"mix": NOTHING}]},
            'alternatives[0]: is one of an API, "stack:NAME", or',
        ),
        (
            {"alternatives": [{"name": "x", "api": "api/plain", "stack": "one"}]},
            'alternatives[0]: is one of an API, "stack:NAME", or a name with {service: api}.',
        ),
        ({"ops": {"fte": -1}}, "tco:plan.ops.fte: -1 is below 0."),
        ({"ops": {"fte": "one"}}, "'one' is not a number. Write a number or a range"),
        ({"ops": {"fte": True}}, "true is not a number."),
        (
            {"ops": {"fte": [1, 0.5]}},
            "[1.0, 0.5] is not in ascending order. Write the low",
        ),
        ({"ops": {"fte": [0, 1]}}, "a low end of 0 has no P10-P90 distribution"),
        ({"ops": {"fte": [1, 1, 2]}}, "the likely value 1 equals an end of its range"),
        ({"ops": {"fte": [0.1, 0.2, 0.3, 0.4]}}, "has two or three numbers, this one 4"),
        ({"ops": {"fte": {}}}, "tco:plan.ops.fte: is empty: at least one is needed."),
        ({"ops": {"fte": {0: 1}}}, "tco:plan.ops.fte.0: '0' should be greater than or equal to 1."),
        ({"ops": {"fte": 1, "hours_per_node_month": 3}}, "would count the same people twice"),
        ({"finance": {"discount_rate": 1.5}}, "1.5 is above 1: a share lies between 0 and 1."),
        ({"finance": {"discount_rate": [0.5, 1]}}, "a high end of 1 has no P10-P90 distribution"),
        ({"finance": {"horizon": 0}}, "horizon: 0 should be greater than or equal to 1."),
        ({"finance": {"horizon": "forever"}}, "'forever' is neither `commitment` nor a whole"),
        ({"finance": {"horizon": 1.5}}, "1.5 is neither `commitment` nor a whole number of months"),
        ({"gate": {"probability": 1}}, "gate.probability: 1 should be less than 1."),
        ({"gate": {"level": "off"}}, "'off' should be 'mandatory' or 'advisory'."),
        ({"gate": {"override": {"reason": "x"}}}, "gate.override.approved_by: is missing."),
        ({"outlook": {"jumps": [{"api": "api/plain", "month": -1, "factor": 1}]}}, "month: -1"),
        ({"outlook": {"api_price_decay_per_year": 2}}, "2 is above 1: a share lies between"),
        ({"provision": {"kind": "vm"}}, "'vm' should be 'eks' or 'asg'."),
        ({"guardrails": True}, "tco:plan.guardrails: True should be a mapping."),
        ({"guardrails": {"emails": []}}, 'tco:plan.guardrails.emails: unknown key "emails".'),
        ({"platform": {"usd_per_month": -5}}, "tco:plan.platform.usd_per_month: -5 is below 0."),
    ],
)
def test_plans(lab: Lab, plan: Keys, reported: str) -> None:
    """What holds for the whole stack is refused at its own key."""
    lab.stack(NODE, **plan)
    text = lab.refused()
    assert text.startswith(f"{lab.folder}/Pulumi.one.yaml: ")
    assert reported in text


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf", "1e400", "1" + "0" * 400])
def test_numbers_are_finite(lab: Lab, number: str) -> None:
    """NaN, infinity and what overflows to it are no figures."""
    lab.stack(NODE, ops={"fte": "HERE"})
    path = lab.folder / "Pulumi.one.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('"HERE"', number), encoding="utf-8")
    text = lab.refused()
    assert "tco:plan.ops.fte: " in text or "line 1, column " in text
    assert "not a finite number" in text or "is too large for a number" in text


def test_a_plan_without_services(lab: Lab) -> None:
    """A plan serves something."""
    lab.plan({})
    assert "tco:plan.services: is empty: at least one is needed." in lab.refused()


def test_a_pool_in_two_services(lab: Lab) -> None:
    """A node serves one model: its name is in one service."""
    lab.plan({"a": lab.service(NODE), "b": lab.service(NODE)})
    assert 'the pool "main" is in the services a and b' in lab.refused()


def test_guardrails_can_be_switched_off(lab: Lab) -> None:
    """`guardrails: false` is an answer, as no guardrails at all are."""
    lab.stack(NODE, guardrails=False)
    assert lab.load().plan.guardrails is False
    lab.stack(NODE, guardrails={"budget_emails": ["x@example.com"]})
    assert lab.load().plan.guardrails
