"""The memo: it renders as Markdown, and whatever a file names stays text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tco.analysis.evaluation import Evaluation
from tco.documents.memo import memo_document
from tco.documents.plan import stack_part
from tco.documents.stack import stack_summary
from tco.report.memo import markdown_text, memo
from tco.report.memo_view import memo_view
from tco.report.table import stack_text
from tco.report.view import stack_view
from tests.conftest import FOLLOWING, ON_DEMAND, Keys, Lab, owned

GOLDEN = Path(__file__).parents[1] / "golden"
MARKDOWN = MarkdownIt("commonmark").enable("table").enable("strikethrough")

HOSTILE = [
    "a|b",
    "`rm -rf`",
    "<img src=x onerror=alert(1)>",
    "@team",
    "**bold** _it_ ~~gone~~",
    "[click](javascript:alert(1))",
    "![x](http://evil/x.png)",
    "https://evil.example",
    "#1 & <b>",
    "back\\slash",
    "{{ 7 * 7 }}",
]


def rendered(text: str) -> str:
    return str(MARKDOWN.render(text))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_renders_as_its_own_text(name: str) -> None:
    """Markup in a name is shown, not obeyed: no tag, link, cell, code or mention comes of it."""
    page = rendered(f"| a | b |\n|---|---|\n| {markdown_text(name)} | x |\n")
    cell = page.split("<td>")[1].split("</td>")[0]
    assert "<" not in cell
    assert page.count("<td>") == 2
    shown = cell.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    assert shown.replace("&amp;", "&").replace("\u200b", "") == name
    assert "@team" not in page
    assert "://" not in cell


def test_line_breaks_in_a_text_do_not_end_a_row() -> None:
    """A text on two lines is one line, so that no row of a table is cut."""
    assert markdown_text("one\n| two |\r\n\n# three") == "one \\| two \\| \\# three"


def _hostile(lab: Lab, name: str) -> Evaluation:
    """A stack in which the service, the pool, the class, the API and the source have one name."""
    lab.workload(classes=[{"name": name, "share": 1, "input": 900, "output": 100}])
    price = {"api": name, "input_usd_per_mtok": 1, "output_usd_per_mtok": 1, "properties": [name]}
    book = lab.book("evil", prices=[price], source=name)
    lab.plan(
        {name: lab.service({name: {**ON_DEMAND, "nodes": 1}}, overflow=name, require=[name])},
        prices=[book],
        alternatives=[name, "api/plain"],
    )
    return lab.evaluate()


@pytest.mark.parametrize("name", [*HOSTILE, "```", "    code", "- x", "1. x", "+ x", "> x", "==="])
def test_a_memo_of_hostile_names_keeps_its_shape(lab: Lab, name: str) -> None:
    """Whatever the names are, the memo has the same headings, tables, rows and cells."""
    shape = _shape(memo(memo_document(_hostile(lab, "plain"))))
    found = _shape(memo(memo_document(_hostile(lab, name))))
    assert found == shape


def _shape(text: str) -> list[str]:
    """The blocks of a page, without their text."""
    return [token.type for token in MARKDOWN.parse(text) if token.type != "inline"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_memo_of_hostile_names_has_no_markup_of_theirs(lab: Lab, name: str) -> None:
    """No raw HTML, no link, no image and no mention is in a memo, whatever the names are."""
    page = rendered(memo(memo_document(_hostile(lab, name))))
    page = page.split("<pre>")[0] + page.split("</pre>")[1]  # no one is mentioned in code
    for tag in ("<img", "<a ", "<b>", "<del>", "<em>it", "<strong>bold", "@team"):
        assert tag not in page


def _everything(lab: Lab) -> Evaluation:
    """A stack with every kind of line, several rivals and ranges."""
    lab.workload(
        requests_per_month=6_500_000,
        shape={"kind": "office", "peak_to_mean": 2.5},
        burst={"quantile": 0.99},
        growth_per_year=0.3,
    )
    pools: Keys = {
        "own": owned(250_000, residual=0.15, maintenance_per_year=[0.02, 0.05, 0.1]),
        "burst": {**ON_DEMAND, "nodes": FOLLOWING},
    }
    service = {"standby": {"availability": 0.999}, "overflow": "api/dear", "egress": {}}
    lab.stack(
        pools,
        service,
        alternatives=["api/plain", "api/dear", "api/short"],
        ops={"fte": [0.25, 0.5, 1.0]},
        platform=None,
        outlook={"api_price_decay_per_year": [0.1, 0.3, 0.6]},
    )
    return lab.evaluate()


def _refusing(lab: Lab) -> Evaluation:
    """A stack that cannot serve its demand: a memo without a total."""
    lab.workload(requests_per_month=3 * 730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    return lab.evaluate()


def _simple(lab: Lab) -> Evaluation:
    """One rented node that wins."""
    lab.workload(requests_per_month=730 * 3600)
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=["api/dear"])
    return lab.evaluate()


STACKS = {"everything": _everything, "refusing": _refusing, "simple": _simple}


@pytest.mark.parametrize("name", STACKS)
def test_golden_memo(lab: Lab, name: str, request: pytest.FixtureRequest) -> None:
    """The memo reads as the one in tests/golden; `make golden` writes it again."""
    text = memo(memo_document(STACKS[name](lab)))
    path = GOLDEN / f"{name}.md"
    if request.config.getoption("--renew"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STACKS)
def test_a_memo_renders_its_tables(lab: Lab, name: str) -> None:
    """Each table of the memo is a table of the page: none has fallen apart into text."""
    text = memo(memo_document(STACKS[name](lab)))
    page = rendered(text)
    heads = sum(set(line) <= set("|-:") and line.startswith("|--") for line in text.splitlines())
    assert page.count("<table>") == heads
    assert heads >= 6
    assert "<p>|" not in page
    assert page.count("<h1>") == 1


def test_the_answer_is_in_the_first_line(lab: Lab) -> None:
    """A manager reads one line: the answer, in money."""
    result = _simple(lab)
    title, _, answer, *_ = memo(memo_document(result)).splitlines()
    assert title.startswith("# Should we self-host")
    assert answer.startswith(
        "**Yes.** Serving your 2.63 billion tokens per month costs $14,600, or $8,030 committed "
        "for one year (savings plan 1yr all upfront), vs. $26,300 at api/dear for the same tokens."
    )


def test_the_first_line_says_how_sure_it_is(lab: Lab) -> None:
    """The cost stands with what it is in 8 of 10 scenarios, and with what would turn the answer."""
    answer = memo(memo_document(_everything(lab))).splitlines()[2]
    assert re.search(r"costs \$69,800 \(\$6\S+ to \$8\S+ in 8 of 10 scenarios\) vs\.", answer)
    assert re.search(r"The answer would change if the API cost 1\S+ times as much\.$", answer)


def test_what_has_no_price_leaves_no_empty_sentence(lab: Lab) -> None:
    """Without a verdict the memo says why, and nothing of a horizon that was not judged."""
    text = memo(memo_document(_refusing(lab)))
    assert (
        "costs $14,600 plus unpriced items vs. $78,800 at api/dear: 66.7% of the requests find"
        in text
    )
    assert "discount rate" not in text


def test_no_alternatives_are_the_reason_of_their_own(lab: Lab) -> None:
    """A plan that compares with nothing is described so, not that nothing is eligible."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, alternatives=[])
    view = stack_view(stack_summary(lab.evaluate()))
    assert view.headline == "Unknown: $14,600/month; the plan declares no alternatives."
    assert view.opening.endswith("costs $14,600; the plan declares no alternatives.")


def test_people_read_one_spelling(lab: Lab) -> None:
    """A decision is words, and a percentage has no space, wherever a person reads it."""
    refusing, everything = _refusing(lab), _everything(lab)
    text = memo(memo_document(refusing)) + memo(memo_document(everything))
    text += stack_text(stack_summary(refusing))
    assert "DO_NOT" not in text.replace("\\", "")
    assert not re.search(r"\d %", text)


def test_a_failing_condition_stands_out(lab: Lab) -> None:
    """The template's own emphasis is markup, not escaped text."""
    assert "<strong>no</strong>" in rendered(memo(memo_document(_refusing(lab))))


def test_every_figure_has_its_source_and_its_age(lab: Lab) -> None:
    """The last table has each figure behind the memo with where it was seen, and when."""
    view = memo_view(stack_part(_everything(lab)))
    assert view.figures
    for figure in view.figures:
        assert figure.source == "made up for the tests"
        assert (figure.as_of, figure.age) == ("2026-11-01", "22 days")
    names = {figure.name for figure in view.figures}
    assert {"box.8x: on-demand", "api/plain: input", "usd_per_fte_year"} <= names


def test_a_source_may_read_like_the_plan(lab: Lab) -> None:
    """A price book keeps its rows in the table of sources whatever its source is called."""
    node = {"instance": "box.8x", "region": "r1", "usd_per_hour": 15}
    lab.book("own", prices=[node], source="this plan of the buyers, signed")
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}}, prices=["own.yaml"], ops={"fte": 0.5})
    rows = {row.name: row.source for row in stack_part(lab.evaluate()).figures}
    assert rows["box.8x: on-demand"] == "this plan of the buyers, signed"
    assert "ops.fte" not in rows


def test_a_memo_is_the_same_every_time(lab: Lab) -> None:
    """A memo of an unchanged plan has not changed a letter."""
    assert memo(memo_document(_everything(lab))) == memo(memo_document(_everything(lab)))


def test_a_confidential_rate_stands_nowhere(lab: Lab) -> None:
    """Totals are shown, the contract's rates are not: not in a line, a reason, or a rank."""
    node = {"instance": "box.8x", "region": "r1", "usd_per_hour": 12.3456}
    api = {"api": "own/api", "input_usd_per_mtok": 3.4567, "output_usd_per_mtok": 3.4567}
    for confidential in (False, True):
        book = lab.book("contract", prices=[node, api], confidential=confidential)
        pools: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
        lab.workload(requests_per_month=1.5 * 730 * 3600)
        lab.stack(pools, {"overflow": "own/api"}, prices=[book], alternatives=["own/api"])
        result = lab.evaluate()
        shown = memo(memo_document(result)) + stack_text(stack_summary(result))
        # $12.35 an hour, $3.46 a million tokens, $0.00346 a request, $12.44 a full node-hour
        rates = [rate for rate in ("$12.35", "$0.00346", "$12.44") if rate in shown]
        assert len(rates) == (0 if confidential else 3)
        assert "9,012" in shown


@pytest.mark.parametrize("idle", [("chat",), ("docs",), ("chat", "docs")])
def test_a_memo_of_a_service_without_nodes(lab: Lab, idle: tuple[str, ...]) -> None:
    """A fleet that serves nothing has no cost curve: the memo says so, and no figure is NaN."""
    services = {
        name: lab.service({f"{name}-nodes": {**ON_DEMAND, "nodes": 0 if name in idle else 1}})
        for name in ("chat", "docs")
    }
    lab.plan(services)
    text = memo(memo_document(lab.evaluate()))
    assert "No chart: a service of this stack has no nodes to serve it." in text
    assert "never: a service has no nodes to serve it" in text
    assert not re.search(r"\b(nan|inf|None)\b", text, re.IGNORECASE)
