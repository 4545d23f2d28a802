"""The runs of several files as one benchmark row: one model, one shape, one replica."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any, Literal, NamedTuple

from tco.calibration.checks import point_checks
from tco.calibration.point_check import PointCheck
from tco.calibration.result_files import Results
from tco.calibration.run import Run, Statistics
from tco.calibration.setup import Setup
from tco.catalog.benchmark import Benchmark
from tco.catalog.catalog import Catalog
from tco.catalog.model_row import ModelRow
from tco.errors import BadInput, Problem, TcoError, did_you_mean, one_of
from tco.files import unreadable, validated
from tco.throughput.check import benchmark_findings
from tco.throughput.formats import FORMATS
from tco.throughput.limits import Finding

__all__ = ["CalibratedCurve", "calibrated_curve"]

SAME_SHAPE = 0.1
"""Mean lengths within this share of each other are one shape, as drawn lengths differ by run."""
SPECULATIVE = ("mtp", "eagle")
PERCENTILES = ("p50", "p90", "p95", "p99")
ROUNDING = 1e-6
DIGITS = 5
LONGEST_SOURCE = 300


class CalibratedCurve(NamedTuple):
    """A benchmark row as a price book holds it, and the checks of its points."""

    keys: dict[str, Any]
    row: Benchmark
    checks: tuple[PointCheck, ...]
    files: tuple[str, ...]
    """The file of each point."""


def calibrated_curve(results: Results, setup: Setup, catalog: Catalog) -> CalibratedCurve:
    """Return the curve of the results. Raises for what is mixed, missing or implausible."""
    setup = _named(setup, catalog)
    runs = sorted(results.runs, key=lambda run: (run.concurrency or 0.0, run.request_rate or 0.0))
    _require_one_model(runs, setup, catalog)
    _require_one_replica(runs, setup)
    _require_ascending(runs)
    length = {name: _length(runs, name, getattr(setup, name)) for name in ("input", "output")}
    keys: dict[str, Any] = {
        "model": setup.model,
        "gpu": setup.gpu,
        "gpus": setup.gpus,
        "precision": setup.precision,
        "engine": setup.engine,
        "engine_version": setup.engine_version or _version(runs),
        "parallelism": setup.parallelism,
        "mode": next((run.mode for run in runs if run.mode is not None), None),
        "speculative": _speculative(runs, setup.speculative),
        **length,
        "source": _source(results.tools, runs),
        "as_of": _day(runs, setup.as_of).isoformat(),
        "confirm": setup.confirm,
        "points": [_point(run) for run in runs],
    }
    keys = {key: value for key, value in keys.items() if value is not None}
    row = validated(Benchmark, keys, runs[0].file)
    spec = next(
        (found.spec for found, _ in catalog.rows(ModelRow) if found.model == row.model), None
    )
    _require_plausible(list(benchmark_findings(row, spec)), runs, confirmed=bool(setup.confirm))
    files = tuple(run.file for run in runs)
    return CalibratedCurve(keys, row, tuple(point_checks(row, spec)), files)


def _named(setup: Setup, catalog: Catalog) -> Setup:
    """Return the setup with the catalog's names. A model of one's own may be unknown to it."""
    gpu = catalog.gpu(setup.gpu)
    if gpu is None:
        raise TcoError(f'--gpu "{setup.gpu}" is not known. {one_of(setup.gpu, catalog.gpu_names)}')
    model = catalog.model(setup.model)
    near = "" if model else did_you_mean(setup.model, catalog.model_names)
    if near:
        raise TcoError(
            f'--model "{setup.model}" is not known. {near} Add a model of your own to a '
            "price book under models:, and pass --book."
        )
    if setup.precision not in FORMATS:
        raise TcoError(
            f'--precision "{setup.precision}" is not known. {one_of(setup.precision, FORMATS)}'
        )
    return replace(setup, gpu=gpu, model=model or setup.model)


def _require_one_model(runs: Sequence[Run], setup: Setup, catalog: Catalog) -> None:
    """Raise where the files name more than one model, or another one than is stated."""
    stated = {run.model: run for run in runs if run.model is not None}
    if len(stated) > 1:
        raise BadInput(
            Problem(run.file, "", f'measures "{model}".', "Calibrate one model at a time.")
            for model, run in stated.items()
        )
    for name, run in stated.items():
        found = catalog.model(name) or catalog.model(name.rpartition("/")[2])
        if found is not None and found != setup.model:
            hint = f"Pass --model {found}, or files that measure {setup.model}."
            raise unreadable(run.file, f'measures "{name}", not {setup.model}.', hint)


def _require_one_replica(runs: Sequence[Run], setup: Setup) -> None:
    for run in runs:
        if run.gpus is not None and run.gpus != setup.gpus:
            message = f"was measured on {run.gpus} GPUs, not on {setup.gpus}."
            raise unreadable(run.file, message, f"Pass --gpus {run.gpus}.")
    systems = {run.configuration: run.file for run in runs if run.configuration is not None}
    if len(systems) > 1:
        raise BadInput(
            Problem(file, "", f"measures {system}.", "Calibrate one configuration at a time.")
            for system, file in systems.items()
        )
    versions = {run.engine_version: run for run in runs if run.engine_version is not None}
    if setup.engine_version is None and len(versions) > 1:
        shown = ", ".join(versions)
        raise TcoError(f"The files are of several engine versions: {shown}. Calibrate one of them.")


def _require_ascending(runs: Sequence[Run]) -> None:
    """Raise where a latency's percentiles contradict each other."""
    for run in runs:
        latencies = {"itl_ms": run.itl_ms, "ttft_ms": run.ttft_ms, "e2e_ms": run.e2e_ms}
        for name, found in latencies.items():
            for lower, upper in itertools.pairwise(key for key in PERCENTILES if key in found):
                if found[lower] > found[upper] * (1 + ROUNDING):
                    message = f"{lower} is {found[lower]:g} ms, above {upper}, {found[upper]:g} ms."
                    raise unreadable(run.file, message, "Is the file damaged?", name)


def _speculative(runs: Sequence[Run], stated: str | None) -> str | None:
    """Return the speculative decoding of the files, or the stated one where they have none."""
    run = next((run for run in runs if run.speculative is not None), None)
    if run is None:
        drafted = next((run for run in runs if run.is_drafted), None)
        if drafted is not None and stated is None:
            kinds = f"Pass --speculative {' or '.join(SPECULATIVE)}."
            raise unreadable(
                drafted.file, "used speculative decoding without stating the method.", kinds
            )
        return stated
    if run.speculative not in SPECULATIVE or stated not in (None, run.speculative):
        message = f'used the speculative decoding "{run.speculative}".'
        raise unreadable(run.file, message, f"Accepted: {', '.join(SPECULATIVE)}.")
    return run.speculative


def _version(runs: Sequence[Run]) -> str | None:
    return next((run.engine_version for run in runs if run.engine_version is not None), None)


def _length(runs: Sequence[Run], name: Literal["input", "output"], stated: int | None) -> int:
    """Return the mean length of all runs in tokens, or the stated one where no file has it."""
    found = [(length, run.file) for run in runs if (length := _of(run, name)) is not None]
    if not found:
        if stated is None:
            raise unreadable(
                runs[0].file, f"does not state the {name} length.", f"Pass --{name} TOKENS."
            )
        return stated
    (low, shortest), (high, longest) = min(found), max(found)
    if high > low * (1 + SAME_SHAPE):
        hint = "A curve has one shape. Calibrate each shape separately."
        raise BadInput(
            Problem(file, "", f"its requests have {length:,.0f} {name} tokens.", hint)
            for length, file in ((low, shortest), (high, longest))
        )
    mean = round(sum(length for length, _ in found) / len(found))
    if stated is not None and abs(stated - mean) > SAME_SHAPE * mean:
        message = f"its requests have {mean:,} {name} tokens, not {stated:,}."
        raise unreadable(shortest, message, f"Omit --{name}: the files state it.")
    return max(mean, 1)


def _of(run: Run, name: Literal["input", "output"]) -> float | None:
    return run.input if name == "input" else run.output


def _day(runs: Sequence[Run], stated: dt.date | None) -> dt.date:
    """Return the day of the last run, or the stated one where a file has none."""
    days = [run.day for run in runs if run.day is not None]
    if stated is not None:
        return stated
    if len(days) < len(runs):
        undated = next(run.file for run in runs if run.day is None)
        raise unreadable(undated, "does not state its date.", "Pass --as-of YYYY-MM-DD.")
    return max(days)


def _source(tools: Sequence[str], runs: Sequence[Run]) -> str:
    """Return the tools and the names of their files, shortened to what a row may hold."""
    names = list(dict.fromkeys(PurePath(run.file).name for run in runs))
    shown, length = names[:1], len(names[0])
    for name in names[1:]:
        length += len(name) + 2
        if length > LONGEST_SOURCE:
            break
        shown.append(name)
    rest = len(names) - len(shown)
    more = f" and {rest} more" if rest else ""
    return f"{' and '.join(tools)}: {', '.join(shown)}{more}"


def _point(run: Run) -> dict[str, Any]:
    values: dict[str, float | None] = {
        "concurrency": run.concurrency,
        "request_rate": run.request_rate,
        "output_tok_s": run.output_tok_s,
    }
    latencies: dict[str, Statistics] = {
        "itl_ms": run.itl_ms,
        "ttft_ms": run.ttft_ms,
        "e2e_ms": run.e2e_ms,
    }
    return {
        **{key: _rounded(value) for key, value in values.items() if value is not None},
        **{
            key: {name: _rounded(value) for name, value in statistics.items()}
            for key, statistics in latencies.items()
            if statistics
        },
    }


def _rounded(value: float) -> float | int:
    """Return a figure to five digits; a whole number is written as one."""
    rounded = float(f"{value:.{DIGITS}g}")
    return int(rounded) if rounded.is_integer() else rounded


def _require_plausible(
    findings: Sequence[Finding], runs: Sequence[Run], *, confirmed: bool
) -> None:
    """Raise for what is impossible, and for what is implausible unless it is confirmed."""
    problems = list(_problems(findings, runs, confirmed=confirmed))
    if problems:
        raise BadInput(problems)


def _problems(
    findings: Sequence[Finding], runs: Sequence[Run], *, confirmed: bool
) -> Iterator[Problem]:
    for finding in findings:
        if finding.severity == "implausible" and confirmed:
            continue
        run = runs[finding.point or 0]
        where = "" if finding.point is None or run.concurrency is None else "output_tok_s"
        confirm_hint = (
            "" if finding.severity == "rejected" else " If it is right, pass --confirm REASON."
        )
        yield Problem(run.file, where, finding.message, f"{finding.mistake}{confirm_hint}")
