"""Hosts of the weights that a service runs are alternatives by default."""

from __future__ import annotations

from pathlib import Path

import pytest

from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tco.catalog.hosts import Hosts
from tests.conftest import BOOK, ON_DEMAND, Keys, Lab

HEADER = (
    "model,api,input,cached_input,output,cache_write,batch_discount,context,precision,properties,"
    "valid_from,until,source,as_of,estimate\n"
)
NODE: Keys = {"main": {**ON_DEMAND, "nodes": 1}}
HOSTS = (
    "unit,middle/unit,2,,2,,,,,,,,a list,2026-11-01,",
    "unit,cheap/unit,1,,1,,,,,,,,a list,2026-11-01,yes",
    "unit,local/unit,3,,3,,,,fp8,eu-residency,,,a list,2026-11-01,",
    "unit,short/unit,0.1,,0.1,,,500,,,,,a list,2026-11-01,",
    "unit,gone/unit,0.1,,0.1,,,,,,,2026-11-23,a list,2026-11-01,",
    "unit,soon/unit,0.1,,0.1,,,,,,2026-11-24,,a list,2026-11-01,",
    "unit-2,cheap/unit-2,0.5,,0.5,,,,,,,,a list,2026-11-01,",
    "unit-2,local/unit-2,0.7,,0.7,,,,,eu-residency,,,a list,2026-11-01,",
    "half,cheap/half,4,,4,,,,,,,,a list,2026-11-01,",
)


@pytest.fixture
def hosted(tmp_path: Path) -> Lab:
    """A folder of stacks, with a catalog that has hosts."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "hosts.csv").write_text(HEADER + "\n".join(HOSTS) + "\n", encoding="utf-8")
    (data / "newer_versions.csv").write_text("model,newer\nunit,unit-2\n", encoding="utf-8")
    return Lab(
        tmp_path, Catalog(books=(Book.model_validate(BOOK),), name="tests", hosts=Hosts(data))
    )


def names(lab: Lab) -> list[str]:
    """The alternatives of the stack."""
    return [alternative.name for alternative in lab.load().alternatives]


def test_hosts_come_after_what_the_plan_names_the_cheapest_first(hosted: Lab) -> None:
    """A host too short for the requests, withdrawn, or without a price yet is none."""
    hosted.stack(NODE)
    assert names(hosted) == [
        "api/plain",
        "cheap/unit",
        "middle/unit",
        "local/unit",
        "cheap/unit-2",
    ]


def test_a_host_decides_without_being_named(hosted: Lab) -> None:
    """Without any alternative in the plan the cheapest host is compared with."""
    hosted.stack(NODE, alternatives=[])
    assert hosted.evaluate().verdict.against == "cheap/unit"


def test_a_newer_version_is_shown_and_never_decides(hosted: Lab) -> None:
    """However cheap it is; named by the plan, it is an alternative like any other."""
    hosted.stack(NODE, alternatives=[])
    newer = hosted.load().alternatives[-1]
    assert (newer.name, newer.relation, newer.eligible) == ("cheap/unit-2", "newer-version", False)
    hosted.stack(NODE, alternatives=["cheap/unit-2"])
    assert hosted.evaluate().verdict.against == "cheap/unit-2"
    assert names(hosted).count("cheap/unit-2") == 1
    hosted.stack(NODE, alternatives=[], against="cheap/unit-2")
    assert "hosts a newer version of the model" in hosted.refused()


def test_require_filters_hosts_too(hosted: Lab) -> None:
    """The hosts that have what is required come first, of a newer version as well."""
    hosted.stack(NODE, {"require": ["eu-residency"]}, alternatives=[])
    stack = hosted.load()
    assert [(alternative.name, alternative.eligible) for alternative in stack.alternatives] == [
        ("local/unit", True),
        ("cheap/unit", False),
        ("middle/unit", False),
        ("local/unit-2", False),
    ]
    assert hosted.evaluate().verdict.against == "local/unit"


def test_only_leaves_hosts_out_and_the_answer_says_what_they_cost(hosted: Lab) -> None:
    """A host that would cost less than self-hosting is named, though it does not decide."""
    hosted.workload(requests_per_month=730 * 3600)
    hosted.stack(NODE, alternatives={"only": ["api/dear"]})
    assert names(hosted) == ["api/dear"]
    result = hosted.evaluate()
    assert result.verdict.decision == "RECOMMEND"
    assert [host.name for host in result.stack.left_out][:2] == ["cheap/unit", "middle/unit"]
    assert result.hosted is not None
    assert (result.hosted.host, result.hosted.role) == ("cheap/unit", "left-out")


def test_against_may_name_a_host(hosted: Lab) -> None:
    """And a name that is no one's is refused, with what was probably meant."""
    hosted.stack(NODE, against="middle/unit")
    assert hosted.evaluate().verdict.against == "middle/unit"
    hosted.stack(NODE, against="midle/unit")
    text = hosted.refused()
    assert "against: midle/unit is not one of the alternatives" in text
    assert "Did you mean middle/unit?" in text


def test_a_host_serves_as_overflow_and_in_a_jump(hosted: Lab) -> None:
    """Its name is known wherever an API is named."""
    jump = {"api": "middle/unit", "month": 3, "factor": 0.5}
    hosted.stack(NODE, {"overflow": "cheap/unit"}, outlook={"jumps": [jump]})
    assert hosted.load().services[0].apis == {"cheap/unit"}


def test_services_have_their_cheapest_hosts_together(hosted: Lab) -> None:
    """With several services an alternative is a host for each."""
    services = {
        "a": hosted.service({"p": {**ON_DEMAND, "nodes": 1}}),
        "b": hosted.service({"q": {**ON_DEMAND, "nodes": 1}}, serving={"model": "half"}),
    }
    hosted.plan(services, alternatives=[])
    assert names(hosted) == ["cheap/unit + cheap/half"]


def test_a_books_price_of_a_host_wins(hosted: Lab) -> None:
    """A contract with a host replaces its list price; a host of one's own is added."""
    own = {"input_usd_per_mtok": 0.2, "output_usd_per_mtok": 0.2}
    book = hosted.book("own", prices=[{"api": "middle/unit", **own}, {"api": "acme/unit", **own}])
    hosted.stack(NODE, alternatives=[], prices=[book])
    assert names(hosted)[:3] == ["acme/unit", "middle/unit", "cheap/unit"]
