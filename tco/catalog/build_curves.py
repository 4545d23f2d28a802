"""Write ``data/curves`` from a table of measurements collected from public sources.

    python -m tco.catalog.build_curves TABLE.csv [FOLDER]

The table has one measurement per row and these columns, among others that are not read: model,
model_hf, gpu, gpus, precision, engine, engine_version, parallelism, serving, spec_decoding, isl,
osl, lengths, kind, concurrency, request_rate, output_tok_s, output_tok_s_derived, ttft_ms,
ttft_stat, itl_ms, itl_stat, ttft_p99_ms, itl_p99_ms, measured_on, source, licence, note,
implausible. It is collected from the repositories and packages that ``SOURCES`` names: the
silicon sample of aiconfigurator-core on PyPI, InferenceX's raw results, the MLPerf Inference
results, TensorRT-LLM's performance overview, and the result pages of GPUStack and deplodock.

Left out: what the table marks as implausible. Everything else is kept: what it may be used for is
decided where it is used, by its kind, its mode and its source.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import cast

from tco.catalog.curves import (
    INDEX_FILE,
    SOURCES_FILE,
    CurveSource,
    Kind,
    Measurement,
    Mode,
    Statistic,
    index_text,
    measurements_text,
)
from tco.errors import TcoError

__all__ = ["build", "main"]

NO_LICENSE = "not stated"
LENGTHS = "lengths drawn uniformly from [0.8, 1] x nominal, the mean is given"
SOURCES: tuple[tuple[str, CurveSource], ...] = (
    (
        r"PyPI aiconfigurator-core==0\.12\.0 \S+/silicon_sample\.csv id (?P<record>.*)",
        CurveSource(
            source="silicon-sample",
            title="PyPI aiconfigurator-core==0.12.0 aiconfigurator_core/systems/silicon_sample.csv",
            license="Apache-2.0",
            runs="tuned",
            as_of="2026-09",
            note=f"InferenceX rows: {LENGTHS}; latencies are means; speculative decoding is "
            "deduced. Rows without a day: NVIDIA's own runs",
        ),
    ),
    (
        r"github\.com/gminneci/mantile reconcile/sources/inferencemax/raw/(?P<record>run_\d+)/.*",
        CurveSource(
            source="inferencex",
            title="github.com/gminneci/mantile "
            "reconcile/sources/inferencemax/raw@72ff84eb agg_bmk.json",
            license="Apache-2.0 (InferenceX artifact); the mirroring repository states no license",
            runs="tuned",
            as_of="2026-01-14",
            note=LENGTHS,
        ),
    ),
    (
        r"github\.com/SemiAnalysisAI/InferenceX experimental/(?P<record>.*)",
        CurveSource(
            source="inferencex-day-0",
            title="github.com/SemiAnalysisAI/InferenceX experimental",
            license="Apache-2.0",
            runs="day-0",
            as_of="2026-02-16",
            note="nightly builds in the first days of a model",
        ),
    ),
    (
        r"ajith-sirra-amd/InferenceMAX_Rocm_Team (?P<record>.*)",
        CurveSource(
            source="inferencemax-rocm",
            title="github.com/ajith-sirra-amd/InferenceMAX_Rocm_Team",
            license=NO_LICENSE,
            runs="agentic",
            as_of="2026-06-03",
            note="agents' traces with cached prefixes: not comparable with the other rows",
        ),
    ),
    *(
        (
            rf"github\.com/{repository} {file}@{commit} (?P<record>.*)",
            CurveSource(
                source=f"mlperf-{version}",
                title=f"github.com/{repository} {file}@{commit}",
                license=terms,
                runs="mlperf",
                as_of=day,
                note="closed division; the whole system, replicas inside not stated; "
                "the day is that of the round's publication",
            ),
        )
        for version, day, repository, file, commit, terms in (
            (
                "5.1",
                "2025-09-09",
                "mlcommons/inference_results_v5.1",
                "summary_results.json",
                "965182b0",
                "none stated in the v5.1 repository (MLCommons results)",
            ),
            (
                "6.0",
                "2026-04-01",
                "gbeezybez/inference_results_v6.0",
                "summary_results.json",
                "232fbf90",
                "Apache-2.0",
            ),
            (
                "6.1",
                "2026-09",
                "mlcommons/inference_results_v6.1",
                "summary.json",
                "10ecdfff",
                "not checked",
            ),
        )
    ),
    (
        r"github\.com/NVIDIA/TensorRT-LLM (?P<record>.*)",
        CurveSource(
            source="tensorrt-llm",
            title="github.com/NVIDIA/TensorRT-LLM",
            license="Apache-2.0",
            runs="vendor",
            as_of="2025-12",
            note="offline maximum, output tok/s per GPU x GPUs; undated page",
        ),
    ),
    (
        r"github\.com/gpustack/gpustack docs/performance-lab/(?P<record>.*)",
        CurveSource(
            source="gpustack",
            title="github.com/gpustack/gpustack docs/performance-lab",
            license="Apache-2.0",
            runs="community",
            as_of="2026-07-12",
            note="the day is the last change of the page",
        ),
    ),
    (
        r"github\.com/cloudrift-ai/deplodock (?P<record>.*)",
        CurveSource(
            source="deplodock",
            title="github.com/cloudrift-ai/deplodock",
            license="Apache-2.0",
            runs="community",
            as_of="2026-06-10",
            note="one run per file, often short",
        ),
    ),
    (
        r"(?P<record>.*)",
        CurveSource(
            source="reports",
            title="issues and pages that the record names",
            license=NO_LICENSE,
            runs="community",
            as_of="2026-07",
            note="",
        ),
    ),
)
"""How a source of the table is recognized, and what its rows share; the first match counts."""
MODEL_NAMES = {
    "deepseek-r1-0528": "deepseek-r1",
    "qwen3-coder-30b-a3b": "qwen3-coder-30b",
    "qwen3-coder-480b-a35b": "qwen3-coder-480b",
}
GPU_NAMES = {"A100-80GB-SXM": "A100-SXM-80GB"}
"""The catalog's name of what the table calls otherwise; the checkpoint keeps the exact one."""
KINDS: dict[str, Kind] = {
    "closed-loop concurrency": "closed-loop",
    "request rate": "request-rate",
    "offline": "offline",
    "mlperf-offline": "offline",
    "mlperf-server": "server",
}
KEPT_NOTES = re.compile(
    r"wip=True|server limit|burst|in flight|token times of the tool|short run|Virtualized"
    r"|index excerpt|kv cache|precision (?:not stated|deduced)|flags:|table says"
)
"""The remarks that change what a row means; the rest is in the note of the source."""
LONGEST_NOTE = 120


def build(table: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the text of every file of the folder by its name, sources and index included."""
    by_model: defaultdict[str, list[Measurement]] = defaultdict(list)
    for row in table:
        if not row["implausible"]:
            model = MODEL_NAMES.get(row["model"], row["model"])
            by_model[model].append(_measurement(row))
    texts = {model: measurements_text(rows) for model, rows in by_model.items()}
    files = {f"{model}.csv": text for model, text in texts.items()}
    files[INDEX_FILE] = index_text(texts)
    used = {row.source for rows in by_model.values() for row in rows}
    files[SOURCES_FILE] = _sources_text(source for _, source in SOURCES if source.source in used)
    return files


def _measurement(row: Mapping[str, str]) -> Measurement:
    source, record = _source(row["source"])
    limits = re.search(r"p99 ttft<=(\d+) ms, tpot<=(\d+) ms", row["note"])
    return Measurement(
        gpu=GPU_NAMES.get(row["gpu"], row["gpu"]),
        gpus=int(row["gpus"]),
        precision=row["precision"],
        engine=row["engine"],
        version=row["engine_version"],
        parallelism=row["parallelism"].lower(),
        mode=cast("Mode", {"disagg": "disaggregated"}.get(row["serving"], "aggregated")),
        speculative=row["spec_decoding"],
        kind=KINDS[row["kind"]],
        input=_number(row["isl"]),
        output=_number(row["osl"]),
        lengths=row["lengths"],
        concurrency=_number(row["concurrency"]),
        request_rate=_number(row["request_rate"]),
        output_tok_s=float(row["output_tok_s"]),
        derived=row["output_tok_s_derived"] == "true",
        ttft_ms=_number(row["ttft_ms"]),
        ttft_stat=_statistic(row["ttft_stat"]),
        ttft_p99_ms=_number(row["ttft_p99_ms"]),
        itl_ms=_number(row["itl_ms"]),
        itl_stat=_statistic(row["itl_stat"]),
        itl_p99_ms=_number(row["itl_p99_ms"]),
        ttft_limit_ms=float(limits[1]) if limits else None,
        itl_limit_ms=float(limits[2]) if limits else None,
        measured_on=row["measured_on"],
        checkpoint=row["model_hf"].removeprefix("- "),
        source=source.source,
        record=record,
        note=_note(row["note"]),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _statistic(text: str) -> Statistic:
    return cast("Statistic", text.partition(" ")[0])


def _source(text: str) -> tuple[CurveSource, str]:
    """Return the source that a row of the table names, and where in it the row stands."""
    for pattern, source in SOURCES:
        found = re.fullmatch(pattern, text)
        if found:
            return source, found["record"]
    raise AssertionError("the last pattern fits everything")


def _note(text: str) -> str:
    kept = (part.strip() for part in text.split(";"))
    return "; ".join(part for part in kept if KEPT_NOTES.search(part))[:LONGEST_NOTE]


def _sources_text(sources: Iterator[CurveSource]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CurveSource._fields)
    writer.writerows(sources)
    return out.getvalue()


def main(arguments: Sequence[str]) -> None:
    """Write the curve files of a table into a folder, by default the catalog's own."""
    if not arguments:
        raise TcoError("build_curves: a table is missing. Give the path of a CSV file.")
    shipped = Path(str(resources.files("tco.catalog") / "data" / "curves"))
    folder = Path(arguments[1]) if len(arguments) > 1 else shipped
    with Path(arguments[0]).open(encoding="utf-8", newline="") as table:
        files = build(csv.DictReader(table))
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
