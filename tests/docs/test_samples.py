"""The samples of the pages are files that can be copied."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from tco.catalog.book import Book
from tco.catalog.embedded import load_catalog
from tco.iac.enforce.limits import read_limits
from tco.plan.plan import Plan
from tco.plan.workload import Workload
from tco.resolve.resolver import load_stack
from tco.yaml_files import read_yaml
from tests.docs.pages import DOCS, PAGES, README, TODAY, name_of

SAMPLE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
FIRST_KEYS: dict[str, type[BaseModel]] = {
    "config": Plan,
    "timezone": Workload,
    "source": Book,
}
"""The first key of a whole file, and what reads the file."""


def samples(page: Path) -> list[str]:
    """Return the YAML blocks of a page."""
    return SAMPLE.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_samples_are_valid(page: Path, tmp_path: Path) -> None:
    """Every YAML block parses; whole stack files, workloads and price books are read as such."""
    for number, text in enumerate(samples(page)):
        yaml.safe_load(text)
        model = FIRST_KEYS.get(text.partition(":")[0])
        if model is None:
            continue
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
        content: Any = read_yaml(tmp_path / f"{number}.yaml", "sample")
        model.model_validate(content["config"]["tco:plan"] if model is Plan else content)


def test_files_of_the_readme_make_a_stack(tmp_path: Path) -> None:
    """The plan, the workload and the price book of the README can be copied and planned."""
    names = ("Pulumi.prod.yaml", "workloads/chat.yaml", "prices/contract.yaml")
    for name, text in zip(names, samples(README)[: len(names)], strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    stack = load_stack(tmp_path, "prod", load_catalog(), dt.date.fromisoformat(TODAY))
    [base, _] = [pool for _, _, _, pool in stack.pools()]
    assert base.supply.rate.value.likely == 33.10


def test_limits_of_the_policy_pack_can_be_read() -> None:
    """The sample configuration of the policy pack is one that its gate accepts."""
    page = (DOCS / "policy-pack.md").read_text(encoding="utf-8")
    [text] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert not read_limits(json.loads(text)["tco-gate"]).none
