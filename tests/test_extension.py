"""A provider, a cost line, a forge and a format are one file each, and one entry in a registry.

The files are in `tests/extension/`; the entries are what CONTRIBUTING says to add.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tco.analysis.evaluation import Evaluation
from tco.cli.comment import comment, forge_command
from tco.cli.options import print_text
from tco.cli.plan import FORMATS, plan
from tco.costing.ledger import BUILDERS, Shared
from tco.documents.charges import charges_document
from tco.documents.diff import DiffDocument, Revision
from tco.documents.memo import memo_document
from tco.documents.plan import stack_part
from tco.documents.stack import stack_summary
from tco.forge.registry import FORGES
from tco.forge.sticky import post
from tco.providers.registry import PROVIDERS, provider_of
from tco.report.focus import focus_rows
from tco.report.memo import memo
from tests.conftest import DAY, ON_DEMAND, Lab, cost_by_category
from tests.extension.dummy_cost_line import insurance_lines
from tests.extension.dummy_forge import COMMAND
from tests.extension.dummy_format import names_text
from tests.extension.dummy_provider import DUMMY
from tests.forge.forge_server import serving


def test_a_provider_is_one_file(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recognition, region names, egress, FOCUS names and provisioning follow from its record."""
    monkeypatch.setitem(PROVIDERS, DUMMY.id, DUMMY)
    node = {"instance": "dm-8x", "region": "zone-1"}
    instance = {"instance": "dm-8x", "gpu": "H100", "gpus": 8}
    price = {**node, "usd_per_hour": 20}
    figure = {"figure": "dummy_usd_per_gb", "value": 0.5, "unit": "USD/GB"}
    book = lab.book("dummy", prices=[price], figures=[figure], instances=[instance])
    lab.stack({"main": {**node, "nodes": 1}}, {"egress": {"gb_per_month": 10}}, prices=[book])
    assert provider_of("dm-8x") is DUMMY
    [(_, _, _, pool)] = lab.load().pools()
    assert not pool.provisioned
    rows = {row["x_LineCategory"]: row for row in focus_rows(charges_document(lab.evaluate()))}
    assert rows["egress"]["EffectiveCost"] == pytest.approx(5)
    assert rows["egress"]["ChargeDescription"] == "Planned egress: Dummy to the internet"
    assert rows["compute"]["ProviderName"] == "Dummy Cloud"
    assert rows["compute"]["ServiceName"] == "Dummy Machines"
    lab.stack({"main": {**node, "region": "elsewhere", "nodes": 1}}, prices=[book])
    assert "Regions of Dummy Cloud are named like zone-1." in lab.refused()


def test_a_cost_line_is_one_file(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_an_output_format_is_one_file(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A format that joins the registry prints what its file renders of the evaluated stacks."""

    def print_names(results: Sequence[Evaluation]) -> None:
        print_text(names_text([stack_summary(result) for result in results]))

    lab.stack({"main": {**ON_DEMAND, "nodes": 1}})
    monkeypatch.setitem(FORMATS, "names", print_names)
    [form] = [param for param in plan.params if param.name == "form"]
    monkeypatch.setattr(form, "type", click.Choice(list(FORMATS)))
    monkeypatch.setattr("tco.catalog.embedded.load_catalog", lambda: lab.catalog)
    arguments = ["--format", "names", "--stacks", str(lab.folder), "--today", DAY.isoformat()]
    answer = CliRunner().invoke(plan, [*arguments, "--scenarios", "0"])
    assert answer.output == "one\n"


def test_a_forge_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`tco comment` has the command of its record, and keeps one comment."""
    monkeypatch.setattr("tco.forge.sticky.post", functools.partial(post, sleep=lambda _: None))
    command = forge_command("dummy", COMMAND)
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
