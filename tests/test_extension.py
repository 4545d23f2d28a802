"""Adding a provider, a cost line, a forge and a format as CONTRIBUTING says, with dummies."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tco.analysis.evaluation import Evaluation
from tco.cli.comment import comment, forge_command
from tco.cli.plan import FORMATS, plan
from tco.costing.fleet_operation import FleetOperation
from tco.costing.ledger import BUILDERS, Shared
from tco.costing.lines import CostLine, LineKind
from tco.costing.stack import StackModel
from tco.documents.charges import charges_document
from tco.documents.diff import DiffDocument, Revision
from tco.documents.memo import memo_document
from tco.documents.plan import stack_part
from tco.forge.forge_command import ForgeCommand, ForgeOption
from tco.forge.http import Api
from tco.forge.registry import FORGES
from tco.forge.sticky import post
from tco.forge.thread import Place, Thread
from tco.forge.token import Token
from tco.providers.provider import EgressTier, Provider
from tco.providers.registry import PROVIDERS
from tco.report.focus import focus_rows
from tco.report.memo import memo
from tco.scenario import Scenario
from tests.conftest import DAY, ON_DEMAND, Lab, cost_by_category
from tests.forge.forge_server import serving

INSURANCE = LineKind("insurance", "platform", "month")


def insurance_lines(
    stack: StackModel, done: FleetOperation, scenario: Scenario
) -> Iterator[CostLine]:
    """One line of $77 per month, whatever the stack."""
    del stack, scenario
    yield CostLine(
        kind=INSURANCE,
        name="insurance",
        provider="Insurer",
        sku="insurance",
        quantity=done.none + 1.0,
        usd_per_unit=77.0,
    )


def test_a_provider_is_one_record(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more provider takes one record in the registry: recognition, egress, names follow."""
    dummy = Provider(
        id="dummy",
        name="Dummy Cloud",
        compute_service="Dummy Machines",
        vendors=("dummy",),
        egress_tiers=(EgressTier(figure="dummy_usd_per_gb"),),
        egress_from="Dummy",
    )
    monkeypatch.setitem(PROVIDERS, "dummy", dummy)
    price = {"offer": "dummy/8x", "gpu": "H100", "gpus": 8, "usd_per_hour": 20}
    figure = {"figure": "dummy_usd_per_gb", "value": 0.5, "unit": "USD/GB"}
    lab.stack(
        {"main": {"offer": "dummy/8x", "nodes": 1}},
        {"egress": {"gb_per_month": 10}},
        prices=[lab.book("dummy", prices=[price], figures=[figure])],
    )
    rows = {row["x_LineCategory"]: row for row in focus_rows(charges_document(lab.evaluate()))}
    assert rows["egress"]["EffectiveCost"] == pytest.approx(5)
    assert rows["egress"]["ChargeDescription"] == "Planned egress: Dummy to the internet"
    assert rows["compute"]["ProviderName"] == "Dummy Cloud"
    assert rows["compute"]["ServiceName"] == "Dummy Machines"


def test_a_cost_line_is_one_builder(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that joins the ledger is in the month, in JSON, in FOCUS and in the memo."""
    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    before = cost_by_category(lab.evaluate())["platform"]
    monkeypatch.setattr("tco.costing.ledger.BUILDERS", [*BUILDERS, Shared(insurance_lines)])
    result = lab.evaluate()
    assert cost_by_category(result)["platform"] == pytest.approx(before + 77)
    assert "insurance" in [line.kind for line in stack_part(result).lines]
    assert "Insurer" in [row["ProviderName"] for row in focus_rows(charges_document(result))]
    assert "insurance" in memo(memo_document(result))


def test_no_builder_of_lines_is_registered_twice() -> None:
    """A builder that is in the ledger twice would have its lines paid twice."""
    assert len(BUILDERS) == len(set(BUILDERS))


def test_an_output_format_is_one_entry(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A format that joins the registry is called with the evaluated stacks."""

    def names(results: Sequence[Evaluation]) -> None:
        click.echo(",".join(result.stack.name for result in results))

    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    monkeypatch.setitem(FORMATS, "names", names)
    [form] = [param for param in plan.params if param.name == "form"]
    monkeypatch.setattr(form, "type", click.Choice(list(FORMATS)))
    monkeypatch.setattr("tco.catalog.embedded.load_catalog", lambda: lab.catalog)
    arguments = ["--format", "names", "--stacks", str(lab.folder), "--today", DAY.isoformat()]
    answer = CliRunner().invoke(plan, [*arguments, "--scenarios", "0"])
    assert answer.output == "one\n"


class DummyForge(Thread):
    """A forge whose comments are all this token's."""

    NAME = "Dummy"
    USER_KEY = "login"
    UPDATE = "PATCH"
    NEEDS = "It needs to write."

    def _own(self, comment: Mapping[str, Any]) -> bool:
        del comment
        return True


def _connect(
    repository: str | None, number: int | None, url: str | None
) -> tuple[DummyForge, Place]:
    place = Place(url or "", repository or "", number or 1)
    api = Api(place.url, Token("secret", "Authorization", "Bearer"))
    issues = f"/repos/{place.repository}/issues"
    thread = f"{issues}/{place.number}/comments?per_page=100"
    return DummyForge(api, thread, f"{issues}/comments"), place


DUMMY = ForgeCommand(
    help="Create or update the comment on a dummy.",
    repository=ForgeOption(flag="--dummy", metavar="NAME", help="The repository."),
    number=ForgeOption(flag="--change", metavar="N", help="The change."),
    url=ForgeOption(flag="--api-url", metavar="URL", help="The address."),
    connect=_connect,
)


def test_a_forge_is_one_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more forge takes one record: `tco comment` has its command, and keeps one comment."""
    monkeypatch.setattr("tco.forge.sticky.post", functools.partial(post, sleep=lambda _: None))
    command = forge_command("dummy", DUMMY)
    answers: list[str] = []
    with serving() as server:
        for hour in (1, 2):
            document = DiffDocument(
                base=Revision(ref=f"main~{hour}"),
                head=Revision(ref="branch"),
                valid_at=dt.datetime(2026, 11, 25, hour, tzinfo=dt.UTC),
            )
            file = tmp_path / "diff.json"
            file.write_text(document.model_dump_json(), encoding="utf-8")
            options = ["--dummy", "octo/repo", "--change", "5", "--api-url", server.url]
            answer = CliRunner().invoke(command, [*options, "--always", str(file)])
            answers += answer.stderr.splitlines()
        assert len(server.bodies) == 1
    assert answers == ["octo/repo#5: commented.", "octo/repo#5: updated the comment."]


def test_the_command_line_has_every_forge() -> None:
    """A forge of the registry is a command."""
    assert set(FORGES) <= set(comment.commands)
