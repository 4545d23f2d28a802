"""Names that a plan uses and the catalog does not know, figures it lacks, and where classes go."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tco.errors import BadInput
from tco.throughput.provenance import Provenance
from tests.conftest import ON_DEMAND, Keys, Lab, cost_by_category, owned

NODE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
CHAT = "tco:plan.services.chat"
TWO_CLASSES = [
    {"name": "easy", "share": 0.75, "input": 900, "output": 100},
    {"name": "hard", "share": 0.25, "input": 900, "output": 100},
]


@pytest.mark.parametrize(
    ("pool", "reported"),
    [
        (
            {"instance": "box.9x"},
            'pools.main.instance: no price for "box.9x". Did you mean box.8x?',
        ),
        ({"offer": "acme/9x"}, 'pools.main.offer: no offer "acme/9x". Did you mean acme/8x?'),
        (
            {"instance": "box.8x", "region": "r2"},
            "pools.main: no price for box.8x on-demand in r2. Known prices: on-demand r1; ",
        ),
        (
            {"offer": "acme/8x", "purchase": "spot"},
            (
                "no price for acme/8x spot. Known prices: on-demand. State your price in a price "
                "book."
            ),
        ),
        (
            {
                **ON_DEMAND,
                "purchase": "reserved",
                "commitment": {"kind": "savings-plan", "term": "3yr", "payment": "no-upfront"},
            },
            "no price for box.8x reserved savings-plan 3yr no-upfront in r1. Known prices: ",
        ),
        (
            {
                **ON_DEMAND,
                "purchase": "reserved",
                "commitment": {"kind": "savings-plan", "term": "1yr"},
            },
            "commitment.payment: is missing. no-upfront, partial-upfront or all-upfront.",
        ),
        (
            {"instance": "slow.8x", "purchase": "spot"},
            "no price for slow.8x spot in r1. Known prices: on-demand r1.",
        ),
    ],
)
def test_no_price(lab: Lab, pool: Keys, reported: str) -> None:
    """An unknown node names the nearest, an unpriced option names those there are."""
    lab.stack({"main": {**pool, "nodes": 1}}, {"serving": {"model": "unit"}})
    assert reported in lab.refused()


def test_a_book_that_no_plan_names(lab: Lab) -> None:
    """What only a book beside the plan holds is reported with the book, whatever kind it is."""
    benchmark = {
        **{"model": "own", "gpu": "H100", "gpus": 8, "precision": "fp8", "engine": "vllm"},
        **{"input": 900, "output": 100, "points": [{"concurrency": 1, "output_tok_s": 10}]},
    }
    price = {"input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    offer = {"offer": "own/8x", "gpu": "H100", "gpus": 8, "usd_per_hour": 9}
    lab.book("acme", prices=[offer, {"api": "own/api", **price}], benchmarks=[benchmark])
    lab.write("prices/broken.yaml", "[")
    reported = "prices/acme.yaml holds it, but tco:plan.prices does not name it."
    lab.stack({"main": {"offer": "own/8x", "nodes": 1}})
    assert f'no offer "own/8x". {reported}' in lab.refused()
    lab.stack(NODE, {"serving": {"model": "own"}})
    assert f'there are no figures for the model "own". {reported}' in lab.refused()
    lab.stack(NODE, {"overflow": "own/api"})
    assert f'no price for the API "own/api". {reported}' in lab.refused()
    lab.stack(NODE, alternatives=["own/api"])
    assert f'alternatives[0]: no price for the API "own/api". {reported}' in lab.refused()
    lab.stack(NODE, {"overflow": "own/api"}, prices=["acme.yaml"])
    assert lab.load().name == "one"


def test_no_region(lab: Lab) -> None:
    """An instance without a region has no price: none is guessed."""
    lab.stack(NODE)
    path = lab.folder / "Pulumi.one.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"aws:region": "r1", ', ""), encoding="utf-8")
    refused = lab.refused()
    assert "pools.main.region: the region is not stated. Write aws:region beside" in refused
    assert "It is priced in r1." in refused


def test_no_interruption_rate(lab: Lab) -> None:
    """Spot without a known interruption rate asks for one; a stated one is enough."""
    row = {"instance": "slow.8x", "region": "r1", "purchase": "spot", "usd_per_hour": 3}
    book = lab.book("spot", prices=[row])
    pool: Keys = {"instance": "slow.8x", "purchase": "spot", "nodes": 1}
    lab.stack({"main": pool}, prices=[book])
    assert "no interruption rate is known for slow.8x in r1." in lab.refused()
    lab.stack({"main": {**pool, "spot": {"interruptions_per_node_hour": 0.01}}}, prices=[book])
    assert lab.load().name == "one"


@pytest.mark.parametrize(
    ("serving", "reported"),
    [
        (
            {"model": "unti"},
            f'{CHAT}.serving.model: there are no figures for the model "unti". Did you mean',
        ),
        (
            {"model": "unit", "precision": "fp4"},
            f"{CHAT}.serving: pool main: no throughput of unit fp4 on H100-SXM is known",
        ),
        (
            {"model": "unit", "engine": "sglang"},
            "no throughput of unit sglang on H100-SXM is known",
        ),
        (
            {"model": "unit", "engine": "vlm"},
            'no benchmark has the engine "vlm". Did you mean vllm',
        ),
        ({"model": "unit", "precision": "fp88"}, 'the precision "fp88". Did you mean fp8'),
        (
            {"model": "unit", "gpus_per_replica": 4},
            "no throughput of unit on 4 x H100-SXM is known",
        ),
    ],
)
def test_no_benchmark(lab: Lab, serving: Keys, reported: str) -> None:
    """A speed that no one measured is refused with those that there are."""
    lab.stack(NODE, {"serving": serving})
    assert reported in lab.refused()


def test_no_gpu(lab: Lab) -> None:
    """An owned node has a GPU that the catalog or a book knows."""
    lab.stack({"own": owned(200_000, gpu="H1000")})
    assert 'pools.own.owned.gpu: no GPU "H1000". Did you mean H100-SXM?' in lab.refused()


@pytest.mark.parametrize(
    ("service", "reported"),
    [
        ({"overflow": "api/plian"}, f'{CHAT}.overflow: no price for the API "api/plian". Did you'),
        ({"standby": {"api": "api/x"}}, f'{CHAT}.standby.api: no price for the API "api/x".'),
        ({"standby": {"pool": "x", "nodes": 1}}, f'{CHAT}.standby.pool: no pool "x". Known: main.'),
        (
            {"route": {"haard": {"api": "api/plain"}}},
            f'{CHAT}.route.haard: the workload has no class "haard". Did you mean hard?',
        ),
        ({"route": {"hard": {"api": "x/y"}}}, f'{CHAT}.route.hard.api: no price for the API "x/y"'),
        ({"route": {"hard": {"pool": "x"}}}, f'{CHAT}.route.hard.pool: no pool "x". Known: main.'),
        ({"route": {"hard": {"pool": "main"}}}, f"{CHAT}.route: leaves no pool for the classes"),
        (
            {"route": {name: {"api": "api/plain"} for name in ("easy", "hard")}},
            f"{CHAT}.pools: nothing is left for the pool main: every class is routed.",
        ),
    ],
)
def test_no_such_name_in_a_service(lab: Lab, service: Keys, reported: str) -> None:
    """Whatever a service names has to exist."""
    lab.workload(classes=TWO_CLASSES)
    lab.stack(NODE, service)
    assert reported in lab.refused()


@pytest.mark.parametrize(
    ("plan", "reported"),
    [
        (
            {"alternatives": [{"mix": {"chta": "api/plain"}}]},
            'alternatives[0].mix: no service "chta". Did you mean chat?',
        ),
        ({"alternatives": ["stack:on"]}, 'tco:plan.alternatives[0]: no stack "on". Did you mean'),
        (
            {"alternatives": ["stack:one"]},
            "alternatives[0]: a stack cannot be an alternative to itself.",
        ),
        (
            {"outlook": {"jumps": [{"api": "api/plian", "month": 1, "factor": 0.5}]}},
            'outlook.jumps[0].api: the plan uses no API "api/plian". Did you mean api/plain?',
        ),
        (
            {"finance": {"horizon": 11}},
            "finance.horizon: 11 months end before the longest commitment of 12 months.",
        ),
    ],
)
def test_no_such_name_in_a_plan(lab: Lab, plan: Keys, reported: str) -> None:
    """Rivals, price jumps and the horizon fit the rest of the plan."""
    commitment = {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"}
    pool: Keys = {**ON_DEMAND, "purchase": "reserved", "nodes": 1, "commitment": commitment}
    lab.stack({"main": pool}, **plan)
    assert reported in lab.refused()


def test_an_alternative_by_service_names_all_of_them(lab: Lab) -> None:
    """A mix of APIs that leaves a service out is no alternative."""
    pools = [{name: {**ON_DEMAND, "nodes": 1}} for name in ("p", "q")]
    services = {"a": lab.service(pools[0]), "b": lab.service(pools[1])}
    lab.plan(services, alternatives=[{"mix": {"a": "api/plain"}}])
    assert "alternatives[0].mix: no API for b." in lab.refused()


def test_an_unpriced_alternative_is_a_row_without_a_price(lab: Lab) -> None:
    """An API that cannot take the requests does not stop the plan: it is shown, without a bill."""
    lab.stack(NODE, alternatives=["api/short", "api/plain"])
    first, second = lab.evaluate().alternatives
    assert first.usd_per_month is None
    assert "api/short accepts at most 600" in first.alternative.unpriced
    assert first.thresholds.fte.status == "unknown"
    assert second.usd_per_month == pytest.approx(0.5 * 730 * 3.6)
    assert lab.evaluate().verdict.against == "api/plain"


def test_a_misspelled_alternative_is_an_error(lab: Lab) -> None:
    """As a misspelled overflow is: with what was probably meant."""
    lab.stack(NODE, alternatives=["api/plian"])
    assert (
        'alternatives[0]: no price for the API "api/plian". Did you mean api/plain?'
        in lab.refused()
    )
    lab.stack(NODE, alternatives={"only": ["api/plian"]})
    assert 'alternatives.only[0]: no price for the API "api/plian".' in lab.refused()


def test_all_look_ups_at_once(lab: Lab) -> None:
    """All four unknown names of a plan are reported."""
    lab.stack(
        {"main": {"instance": "x", "nodes": 1}, "more": {"offer": "y", "nodes": 1}},
        {"overflow": "z/z"},
        alternatives=["stack:w"],
    )
    text = lab.refused()
    for name in ('price for "x"', 'no offer "y"', 'API "z/z"', 'no stack "w"'):
        assert name in text


def test_a_class_routed_to_an_api(lab: Lab) -> None:
    """A quarter of the requests goes to an API by name; the fleet has the rest."""
    lab.workload(requests_per_month=4_000_000, classes=TWO_CLASSES)
    lab.stack({"main": {**ON_DEMAND, "nodes": 2}}, {"route": {"hard": {"api": "api/dear"}}})
    result = lab.evaluate()
    assert cost_by_category(result)["api"] == pytest.approx(1_000_000 * 0.01)
    assert result.utilization == pytest.approx(3_000_000 / (2 * 730 * 3600))
    assert result.alternatives[0].usd_per_month == pytest.approx(4_000)  # the rival bills all


def test_a_class_routed_to_a_pool_of_its_own(lab: Lab) -> None:
    """Each pool serves its own classes, and the nodes of both are the service's."""
    lab.workload(requests_per_month=4 * 730 * 3600, classes=TWO_CLASSES)
    pools: Keys = {"common": {**ON_DEMAND, "nodes": "auto"}, "own": {**ON_DEMAND, "nodes": "auto"}}
    lab.stack(pools, {"route": {"hard": {"pool": "own"}}})
    result = lab.evaluate()
    hours = {
        line.line.pool: line.quantity / 730
        for line in result.lines
        if line.line.category == "compute"
    }
    assert hours == pytest.approx({"common": 3, "own": 1})
    assert result.fleets[0].nodes == 4


def test_another_stack_as_alternative(lab: Lab) -> None:
    """Buying against renting: another stack on the same workload is a rival with its whole cost."""
    lab.plan({"chat": lab.service({"own": owned(48_000)})}, "bought", finance={"discount_rate": 0})
    lab.stack(NODE, alternatives=["stack:bought"], finance={"discount_rate": 0})
    [rival] = lab.evaluate().alternatives
    assert rival.usd_per_month == pytest.approx(1_000)


def test_two_stacks_may_name_each_other(lab: Lab) -> None:
    """Each of two stacks can be the other's rival."""
    lab.plan({"chat": lab.service(NODE)}, "two", alternatives=["stack:one"])
    lab.stack(NODE, alternatives=["stack:two"])
    assert lab.evaluate("one").alternatives[0].usd_per_month == pytest.approx(14_600)
    assert lab.evaluate("two").alternatives[0].usd_per_month == pytest.approx(14_600)


def test_another_stack_on_another_workload_is_no_alternative(lab: Lab) -> None:
    """Only the same requests can be compared."""
    lab.plan({"chat": lab.service(NODE, workload="more")}, "other")
    lab.stack(NODE, alternatives=["stack:other"])
    assert "stack:other serves the workloads more, this stack demand." in lab.refused()


def test_an_alternative_stack_that_refuses_requests_has_no_price(lab: Lab) -> None:
    """A stack that serves a fifth of the demand is no cheap rival for all of it."""
    lab.workload(requests_per_month=5 * 730 * 3600)
    lab.plan({"chat": lab.service(NODE)}, "small")
    lab.stack({"main": {**ON_DEMAND, "nodes": 5}}, alternatives=["stack:small"])
    [rival] = lab.evaluate().alternatives
    assert rival.usd_per_month is None
    assert lab.evaluate().verdict.decision == "UNKNOWN"


def test_the_pricing_day_is_the_plans_or_today(lab: Lab) -> None:
    """A plan without a day is priced today; one with a day stays on it."""
    lab.stack(NODE, pricing_day=None)
    assert lab.load().day == lab.day
    lab.stack(NODE, pricing_day="2026-06")
    assert lab.load().day == dt.date(2026, 6, 1)


def test_a_service_without_standby_is_warned_of(lab: Lab) -> None:
    """No standby is the default, and no one overlooks it."""
    lab.stack(NODE)
    assert any("chat has no standby" in text for text in lab.warned())
    lab.stack(NODE, {"standby": {"pool": "main", "nodes": 1}})
    assert not any("standby" in text for text in lab.warned())


def test_several_services_add_up(lab: Lab) -> None:
    """Two services of one stack have their own fleets, and one bill; a rival is billed for both."""
    lab.workload("small", requests_per_month=0.5 * 730 * 3600)
    lab.workload("large", requests_per_month=1.5 * 730 * 3600)
    services = {
        "a": lab.service({"p": {**ON_DEMAND, "nodes": "auto"}}, workload="small"),
        "b": lab.service({"q": {**ON_DEMAND, "nodes": "auto"}}, workload="large"),
    }
    mix: Keys = {"mix": {"a": "api/dear", "b": "api/plain"}}
    lab.plan(services, alternatives=["api/plain", mix])
    result = lab.evaluate()
    assert [fleet.nodes for fleet in result.fleets] == [1, 2]
    assert result.usd_per_month == pytest.approx(3 * 20 * 730)
    assert result.utilization == pytest.approx(2 / 3)
    assert result.requests_per_month == pytest.approx(2 * 730 * 3600)
    bills = [alternative.usd_per_month for alternative in result.alternatives]
    assert bills == pytest.approx([2 * 730 * 3.6, 0.5 * 730 * 36 + 1.5 * 730 * 3.6])


@pytest.mark.parametrize(
    ("service", "reported"),
    [
        (
            {"overflow": "api/plain"},
            f"{CHAT}.overflow: api/plain lacks eu-residency, which `require` asks for. Name an API",
        ),
        (
            {"standby": {"api": "api/plain"}},
            f"{CHAT}.standby.api: api/plain lacks eu-residency, which `require` asks for.",
        ),
        (
            {"route": {"hard": {"api": "api/plain"}}},
            f"{CHAT}.route.hard.api: api/plain lacks eu-residency, which `require` asks for.",
        ),
    ],
)
def test_the_stacks_own_apis_have_what_it_requires(lab: Lab, service: Keys, reported: str) -> None:
    """What overflows, is routed or waits out an outage goes nowhere that a requirement forbids."""
    lab.workload(classes=TWO_CLASSES)
    lab.stack(NODE, {"require": ["eu-residency"], **service}, alternatives=["api/dear"])
    assert reported in lab.refused()
    allowed = lab.folder / "Pulumi.one.yaml"
    allowed.write_text(allowed.read_text(encoding="utf-8").replace("api/plain", "api/dear"))
    assert lab.load().name == "one"


def test_the_stacks_own_api_takes_its_requests(lab: Lab) -> None:
    """An overflow API with a context too short for a class is refused, not billed."""
    row = {"api": "x/y", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1, "context_tokens": 999}
    lab.stack(NODE, {"overflow": "x/y"}, prices=[lab.book("x", prices=[row])])
    reported = f"{CHAT}.overflow: a request of class all has 1,000 tokens, x/y accepts at most 999."
    assert reported in lab.refused()


def test_a_rival_that_a_requirement_rules_out(lab: Lab) -> None:
    """An alternative that cannot be the rival is not named as one."""
    service = {"require": ["eu-residency"]}
    lab.stack(NODE, service, alternatives=["api/plain", "api/dear"], against="api/plain")
    reported = "tco:plan.against: api/plain lacks eu-residency, which `require` asks for. Name an"
    assert reported in lab.refused()


def test_a_model_of_ones_own_is_estimated_from_its_config(lab: Lab) -> None:
    """The config.json of a model that no one measured is enough for a plan, LEAN at most."""
    config = Path(__file__).parents[1] / "throughput" / "configs" / "llama-3.1-70b.json"
    lab.write("models/mine.json", config.read_text(encoding="utf-8"))
    lab.stack(NODE, {"serving": {"model": "mine", "config": "models/mine.json"}})
    [group] = lab.load().services[0].groups
    assert group.provenance is Provenance.ESTIMATED
    assert group.nodes[0].is_lean_at_most


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        (None, f'{CHAT}.serving.config: no file "models/mine.json".'),
        ("{", "models/mine.json: 1 problem\n  is not valid JSON: line 1, column 2: "),
        ("[]", "is not the config of a model. Point to the config.json"),
        ("{}", "num_hidden_layers: is missing. A model's config.json states num_hidden_layers"),
    ],
)
def test_a_faulty_config_is_refused(lab: Lab, text: str | None, reported: str) -> None:
    """What is wrong with the config of a model is named with its file."""
    if text is not None:
        lab.write("models/mine.json", text)
    lab.stack(NODE, {"serving": {"model": "mine", "config": "models/mine.json"}})
    assert reported in lab.refused()


def test_another_size_is_not_offered_as_a_typo(lab: Lab) -> None:
    """gpt-oss-121b is not a slip of gpt-oss-120b or gpt-oss-20b: sizes are meant as written."""
    lab.stack(NODE, {"serving": {"model": "gpt-oss-121b"}})
    reported = lab.refused()
    assert 'there are no figures for the model "gpt-oss-121b".' in reported
    assert "Did you mean" not in reported


def test_an_api_with_fees_of_every_request_is_unpriced(lab: Lab) -> None:
    """Searches and citations are part of every answer, and no workload states their number."""
    deep = "perplexity/sonar-deep-research"
    lab.stack(NODE, alternatives=[deep, "openai/gpt-4o"])
    unpriced, priced = lab.evaluate().alternatives
    assert unpriced.usd_per_month is None
    assert unpriced.alternative.unpriced == (
        f"{deep} charges every request for web searches at $5 per 1,000, citation tokens at "
        "$2 per million, which a workload cannot state"
    )
    assert priced.usd_per_month
    lab.stack(NODE, {"overflow": deep})
    with pytest.raises(BadInput, match=r"Name another API, or state its prices in a book\."):
        lab.evaluate()


def test_fees_of_tools_are_noted_once(lab: Lab) -> None:
    """An API stays priced without its tools; the plan says once that they are not counted."""
    lab.stack(NODE, {"overflow": "openai/gpt-4o"}, alternatives=["openai/gpt-4o"])
    noted = [text for text in lab.warned() if "web searches" in text]
    assert noted == [
        "openai/gpt-4o: the bill does not include web searches at $10 per 1,000, searches of "
        "stored files at $2.5 per 1,000."
    ]
