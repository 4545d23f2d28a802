"""Options of `tco actual`: the bill, and measurements besides it."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import click

from tco.cli.log_column import Column
from tco.cli.options import DAY, Number, max_bad_share_option, with_options

if TYPE_CHECKING:
    from tco.actual.measured import Measured
    from tco.actual.period import Period

__all__ = ["BillOptions", "Stated", "bill_options", "measured_options"]

MOST_LABOR_HOURS = 100_000


class _Month(click.ParamType[dt.date]):
    """A month on the command line, as its first day."""

    name = "YYYY-MM"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date:
        from tco.actual.period import month_start

        try:
            return value if isinstance(value, dt.date) else month_start(str(value))
        except ValueError as error:
            self.fail(f"{error}", param, ctx)


class _Served(click.ParamType[tuple[str, "float | Path"]]):
    """Tokens served by one service, or by all of them: a count in millions, or a file."""

    name = "[SERVICE=]TOKENS|FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float | Path]:
        from tco.actual.measured import is_token_count, mtok_of

        service, _, figure = str(value).rpartition("=")
        path = Path(figure)
        if not is_token_count(figure) and path.exists():
            return service, path
        try:
            return service, mtok_of(figure)
        except ValueError as error:
            self.fail(f"{error} There is no file with that name.", param, ctx)


class _ByService(click.ParamType[tuple[str, float]]):
    """A figure of one service, or of all of them."""

    def __init__(self, name: str, read: Callable[[str], float]) -> None:
        self.name = f"[SERVICE=]{name}"
        self._read = read

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        service, _, figure = str(value).rpartition("=")
        try:
            return service, self._read(figure)
        except ValueError as error:
            self.fail(f"{error}", param, ctx)


def _above_zero(text: str) -> float:
    from tco.actual.measured import speed_of

    return speed_of(text)


def _share(text: str) -> float:
    from tco.actual.measured import share_of

    return share_of(text)


def measured_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the options of what was measured besides the bill, handed over as ``stated``."""

    @functools.wraps(command)
    def asked(
        *,
        served: Sequence[tuple[str, float | Path]],
        model: str | None,
        columns: Sequence[tuple[str, str]],
        throughput: Sequence[tuple[str, float]],
        utilization: Sequence[tuple[str, float]],
        labor_hours: float | None,
        **options: Any,
    ) -> None:
        stated = Stated(
            served=served,
            model=model,
            columns=dict(columns),
            output_tok_s=_each_once("--throughput", throughput),
            utilization=_each_once("--utilization", utilization),
            labor_hours=labor_hours,
        )
        command(stated=stated, **options)

    return with_options(
        asked,
        click.option(
            "--column",
            "columns",
            type=Column(),
            multiple=True,
            help="Name a column of the log: timestamp=, prompt= or completion=.",
        ),
        click.option(
            "--model",
            metavar="NAME",
            help="Count only the metrics of this model in the files of --served.",
        ),
        click.option(
            "--served",
            type=_Served(),
            multiple=True,
            help="Input and output tokens served in the month, such as 5.1B, or a file that "
            "tco workload import reads (a request log, a usage export or metrics). May "
            "be repeated.",
        ),
        click.option(
            "--throughput",
            type=_ByService("TOK_S", _above_zero),
            multiple=True,
            help="Measured output tokens per second per node under load. With this or "
            "--utilization, the two effects are reported separately.",
        ),
        click.option(
            "--utilization",
            type=_ByService("SHARE", _share),
            multiple=True,
            help="Measured share of node-hours in which nodes served requests, such as 0.55.",
        ),
        click.option(
            "--labor-hours",
            type=Number(0, MOST_LABOR_HOURS),
            metavar="N",
            help="Hours of engineering work on the stack in the month, beyond what an API "
            "would need. No bill lists them; by default the planned hours count.",
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What was measured besides the bill, as the command line states it."""

    served: Sequence[tuple[str, float | Path]]
    model: str | None
    columns: Mapping[str, str]
    output_tok_s: Mapping[str, float]
    utilization: Mapping[str, float]
    labor_hours: float | None

    def within(self, period: Period, max_bad_share: float) -> Measured:
        """Return the figures, with what files say of a period. Raises BadInput."""
        from tco.actual.measured import Measured

        mtok = dict(_each_once("--served", [pair for pair in self.served if _is_count(pair)]))
        files: dict[str, list[Path]] = {}
        for service, path in self.served:
            if isinstance(path, Path):
                files.setdefault(service, []).append(path)
        notes: list[str] = []
        for service, paths in files.items():
            from tco.actual.served_files import served_in

            if service in mtok:
                raise click.UsageError(
                    "--served is given as a count and as a file for the same service."
                )
            found = served_in(paths, period, self.model, self.columns, max_bad_share=max_bad_share)
            mtok[service] = found.mtok
            notes += found.notes
        return Measured(
            served_mtok=mtok,
            output_tok_s=self.output_tok_s,
            utilization=self.utilization,
            labor_hours=self.labor_hours,
            notes=tuple(notes),
        )


def _is_count(pair: tuple[str, float | Path]) -> TypeGuard[tuple[str, float]]:
    return not isinstance(pair[1], Path)


def _each_once(option: str, given: Sequence[tuple[str, float]]) -> Mapping[str, float]:
    names = [name for name, _ in given]
    if len(set(names)) < len(names):
        raise click.UsageError(f"{option} is given twice for the same service.")
    return dict(given)


@dataclass(frozen=True, kw_only=True)
class BillOptions:
    """Where the bill is, and which of its lines count."""

    month: dt.date
    through: dt.date | None
    exports: Sequence[Path]
    """Empty for Cost Explorer."""
    untagged: bool
    max_bad_share: float


def bill_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return the options of the bill, handed over as one ``billed``."""

    @functools.wraps(command)
    def asked(
        *,
        month: dt.date,
        through: dt.date | None,
        exports: Sequence[Path],
        cost_explorer: bool,
        untagged: bool,
        max_bad_share: float,
        **options: Any,
    ) -> None:
        if bool(exports) == cost_explorer:
            raise click.UsageError("no bill is given. Pass --billing FILE or --cost-explorer.")
        billed = BillOptions(
            month=month,
            through=through,
            exports=exports,
            untagged=untagged,
            max_bad_share=max_bad_share,
        )
        command(billed=billed, **options)

    return with_options(
        asked,
        click.option(
            "--month", type=_Month(), required=True, help="The month, UTC, such as 2026-10."
        ),
        click.option(
            "--billing",
            "exports",
            type=click.Path(path_type=Path),
            multiple=True,
            help="The billing export: FOCUS or an AWS Cost and Usage Report, as CSV or "
            "CSV.gz. May be repeated if the export has several files.",
        ),
        click.option(
            "--cost-explorer",
            is_flag=True,
            help="Query AWS Cost Explorer by the stack's tags instead; needs gpu-tco[aws].",
        ),
        click.option(
            "--through",
            type=DAY,
            help="Compare the month only through this day; the plan is scaled to the same days.",
        ),
        click.option(
            "--untagged",
            is_flag=True,
            help=(
                "Count lines without a tco:stack tag toward this stack; nodes are matched "
                "by instance type."
            ),
        ),
        max_bad_share_option("an export or a log"),
    )
