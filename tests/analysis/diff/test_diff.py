"""What a branch changes, and who is to blame for it: the plan, the demand or the prices."""

from __future__ import annotations

import copy
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

import tco.forge.branch
from tco.catalog.catalog import Catalog
from tco.catalog.embedded import load_catalog
from tco.catalog.node_files import NodeFiles
from tco.errors import BadInput
from tco.report.diff.change_text import change_text
from tco.report.diff.totals import change_in_words, headline
from tests.conftest import BOOK, FOLLOWING, Keys
from tests.repository import Repo

HOURS = 730


def test_one_more_node_costs_its_hours(repo: Repo) -> None:
    """A changed node count is the plan's doing: the whole rise stands under `plan`."""
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    found = repo.changed()
    assert (found.status, found.changed_because) == ("changed", ("stack",))
    assert found.delta.plan == pytest.approx(20 * HOURS)
    assert found.delta.prices == 0
    [change] = found.changes
    assert change.path == "tco:plan.services.chat.pools.main.nodes"
    assert (change.before, change.after) == (1, 2)


def test_a_higher_max_is_a_change(repo: Repo) -> None:
    """A pool that may grow further costs nothing more today; the ceiling and the headline rise."""
    repo.pool({"min": 1, "max": 16, "follow": "load"})
    repo.branch()
    repo.pool({"min": 1, "max": 5000, "follow": "load"})
    found = repo.changed()
    assert found.before is not None
    assert found.after is not None
    assert found.before.usd_per_month == found.after.usd_per_month
    assert found.before.ceiling_usd_per_month == pytest.approx(16 * 20 * HOURS)
    assert found.after.ceiling_usd_per_month == pytest.approx(5000 * 20 * HOURS)
    assert (found.delta.plan, found.delta.plan_ceiling) == (0, pytest.approx(4984 * 20 * HOURS))
    lead, _ = headline([found])
    assert lead == "GPU plan: no change in cost, ceiling +$72,766,400/month"


def test_before_after_and_delta_add_up(repo: Repo) -> None:
    """A branch that moves plan and pricing day: after - before = plan + prices, exactly."""
    row = {"instance": "box.8x", "region": "r1"}
    rows = [
        {**row, "usd_per_hour": 10, "valid_from": "2026-01-01"},
        {**row, "usd_per_hour": 16, "valid_from": "2026-11-01"},
    ]
    repo.book("own", prices=rows)
    repo.pool(1, prices=["own.yaml"], pricing_day="2026-06-01")
    repo.branch()
    repo.pool(3, prices=["own.yaml"], pricing_day="2026-11-23")
    found = repo.changed()
    assert set(found.changed_because) == {"stack", "prices"}
    assert found.delta.prices == pytest.approx(6 * HOURS)  # one node, 10 -> 16
    assert found.delta.plan == pytest.approx(2 * 16 * HOURS)  # two nodes more at the new price
    assert found.before is not None
    assert found.after is not None
    assert found.before.usd_per_month is not None
    assert found.after.usd_per_month is not None
    moved = found.after.usd_per_month - found.before.usd_per_month
    assert moved == pytest.approx((found.delta.plan or 0) + (found.delta.prices or 0))


def test_an_edited_price_book_is_the_plans_change(repo: Repo) -> None:
    """The author's own price is no newer price: the whole change stands under `plan`."""
    row = {"instance": "box.8x", "region": "r1", "usd_per_hour": 10}
    repo.book("own", prices=[row])
    repo.pool(1, prices=["own.yaml"])
    repo.branch()
    repo.book("own", prices=[{**row, "usd_per_hour": 12}])
    found = repo.changed()
    assert found.changed_because == ("book",)
    assert (found.delta.plan, found.delta.prices) == (pytest.approx(2 * HOURS), 0)
    assert found.delta.books == pytest.approx(2 * HOURS)
    assert [change_text(change) for change in found.changes] == [
        "own.yaml: box.8x r1 on-demand: usd per hour 10 → 12"
    ]


def test_a_refreshed_price_stands_apart_from_the_plan(repo: Repo) -> None:
    """A branch with the rows of a refresh and a node more: what the book makes, and what the
    author does at its prices. Together they are the plan's change."""
    row = {"instance": "box.8x", "region": "r1"}
    old = {**row, "usd_per_hour": 10}
    repo.book("own", prices=[old])
    repo.pool(1, prices=["own.yaml"])
    repo.branch()
    new = {**row, "usd_per_hour": 16, "valid_from": "2026-11-20", "as_of": "2026-11-20"}
    repo.book("own", prices=[old, new])
    alone = repo.changed()
    assert (alone.delta.books, alone.delta.plan) == (pytest.approx(6 * HOURS),) * 2
    assert "+$4,380/month (+60%), all of it by price books" in change_in_words(alone)
    repo.pool(3, prices=["own.yaml"])
    both = repo.changed()
    assert both.changed_because == ("stack", "book")
    assert both.delta.books == pytest.approx(6 * HOURS)  # one node, 10 -> 16
    assert both.delta.plan == pytest.approx((3 * 16 - 10) * HOURS)
    assert both.delta.prices == 0
    assert "+$4,380 of it by price books" in change_in_words(both)


def test_books_that_do_not_price_the_old_plan(repo: Repo) -> None:
    """Plan and book move to another node at once: what the book alone makes is unknown."""
    row = {"offer": "lab/8x", "gpu": "H100", "gpus": 8, "usd_per_gpu_hour": 2}
    repo.book("own", prices=[row])
    pool = {"offer": "lab/8x", "purchase": "on-demand", "nodes": 1}
    repo.stack({"main": pool}, prices=["own.yaml"])
    repo.branch()
    repo.book("own", prices=[{**row, "offer": "lab/8y"}])
    repo.stack({"main": {**pool, "offer": "lab/8y"}}, prices=["own.yaml"])
    found = repo.changed()
    assert set(found.changed_because) == {"stack", "book"}
    assert (found.problems, found.delta.plan, found.delta.books) == ((), 0, None)


def test_a_row_that_no_stack_reads_changes_nothing(repo: Repo) -> None:
    """A refresh of other prices is listed, and makes no part of a bill."""
    row = {"instance": "box.8x", "region": "r1", "usd_per_hour": 10}
    repo.book("own", prices=[row])
    repo.pool(1, prices=["own.yaml"])
    repo.branch()
    repo.book("own", prices=[row, {**row, "region": "r2"}])
    found = repo.changed()
    assert (found.delta.plan, found.delta.books) == (0, 0)
    assert "price books" not in change_in_words(found)


def test_a_new_price_book_is_listed_row_by_row(repo: Repo) -> None:
    """A book that a branch adds is the plan's change, its rows are listed, a far price is named."""
    repo.pool(1)
    repo.branch()
    repo.book("own", prices=[{"instance": "box.8x", "region": "r1", "usd_per_hour": 0.01}])
    repo.pool(1, prices=["own.yaml"])
    found = repo.changed()
    assert found.changed_because == ("stack", "book")
    assert (found.delta.plan, found.delta.prices) == (pytest.approx(-19.99 * HOURS), 0)
    texts = [change_text(change) for change in found.changes]
    assert "own.yaml: box.8x r1 on-demand: added (usd per hour 0.01)" in texts
    assert found.after is not None
    [implausible] = found.after.implausible
    assert "prices/own.yaml" in implausible
    assert "0.01" in implausible


def test_an_edited_benchmark_is_the_plans_change(repo: Repo) -> None:
    """A faster measurement of one's own is no newer price: the nodes it saves are the plan's."""
    measured = {
        **{"model": "unit", "gpu": "H100", "gpus": 8, "precision": "fp8", "engine": "own"},
        **{"input": 900, "output": 100},
    }
    serving = {"serving": {"model": "unit", "engine": "own"}}
    repo.book("own", benchmarks=[{**measured, "points": [{"concurrency": 15, "output_tok_s": 25}]}])
    repo.workload(requests_per_month=730 * 3600)
    repo.pool(FOLLOWING, prices=["own.yaml"], service=serving)
    repo.branch()
    repo.book("own", benchmarks=[{**measured, "points": [{"concurrency": 15, "output_tok_s": 50}]}])
    found = repo.changed()
    assert found.changed_because == ("book",)
    assert (found.delta.plan, found.delta.prices) == (pytest.approx(-2 * 20 * HOURS), 0)


def test_a_row_of_a_book_may_be_named_like_a_stack(repo: Repo) -> None:
    """What a change is about comes from where it was written, not from how its name begins."""
    row = {"api": "stack:cheap", "input_usd_per_mtok": 1, "output_usd_per_mtok": 1}
    repo.book("own", prices=[row])
    repo.pool(1, prices=["own.yaml"])
    repo.branch()
    repo.book("own", prices=[{**row, "output_usd_per_mtok": 2}])
    [change] = repo.changed().changes
    assert change.path == "stack:cheap.output_usd_per_mtok"
    assert (change.subject, change.what) == ("stack:cheap", "output usd per mtok")


def test_a_later_pricing_day_is_a_price(repo: Repo) -> None:
    """Moving the pricing day to a cheaper day is `prices`, not a saving of the plan."""
    row = {"instance": "box.8x", "region": "r1"}
    rows = [
        {**row, "usd_per_hour": 30, "valid_from": "2026-01-01"},
        {**row, "usd_per_hour": 10, "valid_from": "2026-11-01"},
    ]
    repo.book("own", prices=rows)
    repo.pool(1, prices=["own.yaml"], pricing_day="2026-06-01")
    repo.branch()
    repo.pool(1, prices=["own.yaml"], pricing_day="2026-11-23")
    found = repo.changed()
    assert found.changed_because == ("prices",)
    assert (found.delta.plan, found.delta.prices) == (0, pytest.approx(-20 * HOURS))


def test_confidential_prices_stay_confidential(repo: Repo) -> None:
    """A comment is public: a confidential book's rates never leave it, only the totals move."""
    row = {"instance": "box.8x", "region": "r1", "usd_per_hour": 10.123}
    repo.book("own", confidential=True, prices=[row])
    repo.pool(1, prices=["own.yaml"])
    repo.branch()
    repo.book("own", confidential=True, prices=[{**row, "usd_per_hour": 12.789}])
    text = repo.compare().model_dump_json()
    assert "10.123" not in text
    assert "12.789" not in text
    [change] = repo.changed().changes
    assert (change.before, change.after) == ("confidential", "confidential")


def test_a_workload_marks_every_stack_that_uses_it(repo: Repo) -> None:
    """More demand is reported on each stack that serves it, and on no other."""
    repo.workload("chat", requests_per_month=1e6)
    repo.workload("other")
    for name, workload in (("a", "chat"), ("b", "chat"), ("c", "other")):
        repo.pool(FOLLOWING, name, service={"workload": workload})
    repo.branch()
    repo.workload("chat", requests_per_month=2e6)
    found = {stack.stack: stack for stack in repo.compare().stacks}
    assert [found[name].changed_because for name in "abc"] == [("workload",), ("workload",), ()]
    assert found["c"].status == "unchanged"
    assert found["a"].same_workload == ("b",)


def test_added_and_removed(repo: Repo) -> None:
    """A new stack costs all it costs; a removed one saves all it cost."""
    repo.pool(1, "old", gate={"level": "advisory"})
    repo.branch()
    (repo.folder / "Pulumi.old.yaml").unlink()
    repo.workload("more", requests_per_month=5e6)
    repo.pool(4, "new", service={"workload": "more"}, alternatives=["api/dear"])
    new, old = repo.compare().stacks
    assert (new.status, new.before, new.delta.plan) == ("added", None, pytest.approx(80 * HOURS))
    assert (old.status, old.after, old.delta.plan) == ("removed", None, pytest.approx(-20 * HOURS))


def test_renamed_and_changed_at_once(repo: Repo) -> None:
    """A rename is no removal and no addition, even with a change in it."""
    repo.pool(1, "old")
    repo.branch()
    (repo.folder / "Pulumi.old.yaml").unlink()
    repo.pool(2, "new")
    [found] = repo.compare().stacks
    assert (found.stack, found.renamed_from, found.status) == ("new", "old", "renamed")
    assert found.delta.plan == pytest.approx(20 * HOURS)


def test_comments_and_order_change_nothing(repo: Repo) -> None:
    """Rewriting a file without changing what it says leaves the stack unchanged."""
    repo.pool(1)
    repo.branch()
    file = repo.folder / "Pulumi.one.yaml"
    file.write_text("# A comment.\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert repo.changed().status == "unchanged"


def test_lines_of_a_pool_stand_side_by_side(repo: Repo) -> None:
    """From spot to on demand is one line with two names, not one gone and one new."""
    repo.pool(1, purchase={"purchase": "spot"})
    repo.branch()
    repo.pool(1)
    compute = [line for line in repo.changed().lines if line.category == "compute"]
    assert len(compute) == 1
    assert " → " in compute[0].name
    assert None not in (compute[0].before, compute[0].after)


def test_an_alternative_stack_that_changes_is_reported(repo: Repo) -> None:
    """A stack measured against another one changes with it, and says whose change it is."""
    repo.pool(1, "rented", alternatives=[])
    repo.pool(1, "mine", alternatives=["stack:rented"])
    repo.branch()
    repo.pool(2, "rented", alternatives=[])
    mine = repo.changed("mine")
    assert mine.status == "changed"
    assert mine.changes[0].path.startswith("stack:rented.")
    assert mine.delta.plan == 0


def test_broken_on_the_base_only(repo: Repo) -> None:
    """A branch that repairs a stack is shown with what was wrong, and no invented change."""
    repo.write("Pulumi.one.yaml", "config: {tco:plan: {services: 3}}")
    repo.branch()
    repo.pool(1)
    found = repo.changed()
    assert (found.status, found.before, found.delta.plan) == ("changed", None, None)
    assert found.problems
    assert "tco-base-" not in found.problems[0].file


def test_broken_on_the_head_only(repo: Repo) -> None:
    """A branch that breaks a stack is refused with the file and the path."""
    repo.pool(1)
    repo.branch()
    repo.pool(1, against="nobody")
    with pytest.raises(BadInput, match="nobody"):
        repo.compare()


def test_broken_on_both_sides_hides_nothing_else(repo: Repo) -> None:
    """What was broken before the branch and still is keeps no other change from being read."""
    repo.write("Pulumi.broken.yaml", "config: {}")
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    assert [stack.stack for stack in repo.compare().stacks] == ["one"]


def test_added_pool_is_one_change(repo: Repo) -> None:
    """A new pool is reported once, with what it declares, not key by key."""
    repo.pool(1)
    repo.branch()
    pools = {
        "main": {"instance": "box.8x", "nodes": 1},
        "burst": {"instance": "box.8x", "nodes": 1},
    }
    repo.stack(pools)
    [change] = repo.changed().changes
    assert (change.path.rpartition(".")[2], change.before) == ("burst", None)
    assert change.after["instance"] == "box.8x"


def more_expensive(book: Keys) -> Keys:
    """The tests' catalog with the node on demand at $22 instead of $20 an hour."""
    newer = copy.deepcopy(book)
    newer["prices"][0]["usd_per_hour"] = 22
    return newer


@pytest.fixture
def catalog_data(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository holds tco itself, with its catalog."""
    data = repo.top / "tco" / "catalog" / "data"

    def load(folder: Path | None = None) -> Catalog:
        return load_catalog(folder or data)

    monkeypatch.setattr(tco.forge.branch, "_data_folder", lambda: data)
    monkeypatch.setattr(tco.forge.branch, "load_catalog", load)
    repo.write("../tco/catalog/data/all.yaml", BOOK)
    return data


def test_a_newer_catalog_is_distinguished(repo: Repo, catalog_data: Path) -> None:
    """Where tco lives in the repository, its figures of the base price the base."""
    repo.pool(1)
    repo.pool(1, "elsewhere", purchase={"purchase": "spot", "spot": {"fallback": "none"}})
    repo.branch()
    repo.write("../tco/catalog/data/all.yaml", more_expensive(BOOK))
    found = repo.changed()
    assert (found.status, found.changed_because, found.changes) == ("changed", ("catalog",), ())
    assert (found.delta.plan, found.delta.prices) == (0, pytest.approx(2 * HOURS))
    assert repo.changed("elsewhere").status == "unchanged"


def test_plan_and_catalog_at_once(repo: Repo, catalog_data: Path) -> None:
    """Both sides of the plan's share stand at the head's prices."""
    repo.pool(1)
    repo.branch()
    repo.pool(3)
    repo.write("../tco/catalog/data/all.yaml", more_expensive(BOOK))
    found = repo.changed()
    assert set(found.changed_because) == {"stack", "catalog"}
    assert found.delta.plan == pytest.approx(2 * 22 * HOURS)
    assert found.delta.prices == pytest.approx(2 * HOURS)


def test_the_base_has_the_prices_of_nodes_too(
    repo: Repo, catalog_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They lie in a folder of the catalog; without it no node of the base had a price."""
    shipped = Path(str(files("tco.catalog") / "data" / "nodes"))
    shutil.copytree(shipped, catalog_data / "nodes")
    prices_of_base: list[int] = []

    def load(folder: Path | None = None) -> Catalog:
        if folder is not None:
            prices_of_base.append(len(NodeFiles(folder / "nodes").rows("p5.48xlarge")))
        return load_catalog(folder or catalog_data)

    monkeypatch.setattr(tco.forge.branch, "load_catalog", load)
    repo.pool(1)
    repo.branch()
    repo.pool(2)
    assert repo.changed().status == "changed"
    [prices] = prices_of_base
    assert prices == len(NodeFiles(catalog_data / "nodes").rows("p5.48xlarge")) > 0


def test_a_catalog_of_another_form_prices_nothing(repo: Repo, catalog_data: Path) -> None:
    """Figures that this tco cannot read are left alone: the head's price both sides."""
    repo.write("../tco/catalog/data/all.yaml", {"rows": "of an older form"})
    repo.pool(1)
    repo.branch()
    repo.write("../tco/catalog/data/all.yaml", BOOK)
    assert repo.changed().status == "unchanged"
