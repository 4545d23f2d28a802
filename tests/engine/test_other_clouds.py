"""The closed gate and updates of what tco does not price, of any cloud, in the real engine.

The resources are raw ones, of the table that the fast tests use; one stand-in provider takes them
all, so that what reaches it can be counted.
"""

from __future__ import annotations

import json
import sys

import pytest
import yaml

from tests.engine.plans import Keys, on_demand, opened, plan
from tests.engine.project import EQUIPMENT, Project
from tests.iac.enforce.test_unread_changes import GROWS, PASSES

UP = ("up", "--yes", "--stack", "dev", "--skip-preview", "--continue-on-error")
PROGRAM = """
import json, pathlib, pulumi
for name, (kind, inputs) in json.loads(pathlib.Path("resources.json").read_text()).items():
    pulumi.CustomResource(kind, name, inputs)
"""
IN_CODE = ("pulumi-python",)
"""A provider that is code of the program itself."""
Case = tuple[str, str, Keys, Keys]


def cases(table: list[tuple[str, str, Keys, Keys, str]] | list[Case]) -> list[Case]:
    """The rows of a table that can be written into a program's file."""
    found = [(row[0], row[1], row[2], row[3]) for row in table]
    return [row for row in found if row[1].partition(":")[0] not in IN_CODE and _plain(row[3])]


def _plain(inputs: Keys) -> bool:
    try:
        json.dumps(inputs)
    except TypeError:
        return False
    return True


def lay_providers(project: Project, packages: set[str]) -> None:
    """One stand-in for every package, in the place of the AWS one as well."""
    script = EQUIPMENT / "any_provider.py"
    folder = project.folder / "providers"
    for package in packages:
        file = project.write(
            f"providers/{package}/pulumi-resource-{package}",
            f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n',
        )
        file.chmod(0o755)
    settings = yaml.safe_load((project.folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    settings["plugins"]["providers"] = [
        {"name": package, "path": str(folder / package)} for package in sorted(packages)
    ]
    project.write("Pulumi.yaml", settings)


@pytest.mark.parametrize(("table", "refused"), [(GROWS, True), (PASSES, False)])
def test_updates_of_any_cloud_reach_no_provider_where_they_may_start_nodes(
    project: Project, table: list[Case], *, refused: bool
) -> None:
    """Each row of the fast table holds in the engine: refused with no call, or applied."""
    rows = cases(table)
    given = plan({"main": on_demand(1)}, ["subnet-1"], guardrails=False)
    del given["provision"]
    project.append(PROGRAM)
    lay_providers(project, {"aws", *(row[1].partition(":")[0] for row in rows)})

    def declare(side: int) -> None:
        project.write(
            "resources.json",
            json.dumps({f"r{index}": (row[1], row[side]) for index, row in enumerate(rows)}),
        )

    declare(2)
    allowed = {row[1] for row in rows}
    given["gate"] = {"allow_types": sorted(allowed)}  # what cannot be priced may be made
    project.stack(opened(given))
    project.init()
    project.done(*UP)
    assert len(project.calls("create")) == len(rows)
    given["gate"] = {}
    project.stack(given)
    declare(3)
    run = project.run(*UP)
    updated = {call["name"] for call in project.calls("update")}
    if refused:
        assert run.code != 0
        assert updated == set()
        for index, row in enumerate(rows):
            assert f"r{index} was not updated: it would grow" in run.text, row[0]
    else:
        assert run.code == 0, run.text
        assert updated == {f"r{index}" for index in range(len(rows))}
