"""The shipped throughput measurements and specs: complete, sourced, and in their one form."""

from __future__ import annotations

import csv
import io
import time
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from tco.catalog.build_curves import build, main
from tco.catalog.curve_coverage import coverage
from tco.catalog.curves import (
    Measurement,
    curve_files,
    curve_models,
    curve_sources,
    curves_version,
    index_text,
    measurements,
    measurements_text,
    read_measurements,
)
from tco.catalog.specs import figure, gpu_specs, model_specs
from tco.errors import TcoError
from tco.throughput.formats import is_native
from tco.throughput.limits import BANDWIDTH_CUTOFF, FLOPS_CUTOFFS, FOUR_BIT_FLOPS_CUTOFF

FOLDER = resources.files("tco.catalog") / "data" / "curves"
ENOUGH = 50
"""Measurements behind a 90th percentile."""
FRACTIONS = Path(__file__).with_name("achieved_fractions.csv")
LOAD_MS = 20
"""What reading one model's measurements on one GPU may take."""


def every_row() -> list[tuple[str, Measurement]]:
    return [(model, row) for model in curve_models() for row in measurements(model)]


def test_all_plausible_measurements_are_shipped() -> None:
    """5,919 rows: 4,941 closed-loop, 400 offline and 568 of MLPerf, of 32 models."""
    rows = every_row()
    assert len(rows) == 5919
    kinds = Counter(row.kind for _, row in rows)
    assert kinds == {"closed-loop": 4941, "offline": 643, "server": 323, "request-rate": 12}
    assert len(curve_models()) == 32


def test_every_row_has_its_source_and_statistics() -> None:
    """A row names a known source, the place in it, what its latencies are, and a license."""
    sources = curve_sources()
    for model, row in every_row():
        where = f"{model}: {row.record}"
        assert row.source in sources, where
        assert row.record or sources[row.source].title, where
        assert sources[row.source].license, where
        assert bool(row.ttft_ms) == bool(row.ttft_stat), where
        assert row.output_tok_s > 0, where
        assert row.gpus >= 1, where
        assert (row.concurrency is not None) == (row.kind == "closed-loop"), where


def test_no_row_is_shipped_twice() -> None:
    """The same record with the same result is in one file once."""
    seen = Counter((model, *row) for model, row in every_row())
    assert not [key for key, times in seen.items() if times > 1]


@pytest.mark.parametrize("model", curve_models())
def test_files_are_in_their_one_form(model: str) -> None:
    """Writing what was read gives the file again: a rebuilt file shows only what changed."""
    text = (FOLDER / f"{model}.csv").read_text(encoding="utf-8")
    assert measurements_text(read_measurements(text, model)) == text


def test_the_index_is_that_of_the_files() -> None:
    """Rows, newest day and digest of every file are in the index, and no file is missing there."""
    names = {file.name for file in FOLDER.iterdir()} - {"index.csv", "sources.csv"}
    texts = {
        name.removesuffix(".csv"): (FOLDER / name).read_text(encoding="utf-8") for name in names
    }
    assert (FOLDER / "index.csv").read_text(encoding="utf-8") == index_text(texts)
    assert sum(file.rows for file in curve_files()) == 5919
    assert curves_version().startswith("2026-09-")


def test_a_row_of_one_gpu_is_read_alone() -> None:
    """Asking for one GPU gives its rows of the whole file, no more and no fewer."""
    whole = [row for row in measurements("deepseek-r1") if row.gpu == "B200"]
    assert list(measurements("deepseek-r1", "B200")) == whole
    assert measurements("deepseek-r1", "no such GPU") == ()
    assert measurements("no such model") == ()


def test_one_models_measurements_are_read_in_time() -> None:
    """The largest pair, R1 on B200, takes less than 20 ms of processor time to read."""
    measurements.cache_clear()
    started = time.process_time()
    assert len(measurements("deepseek-r1", "B200")) == 545
    assert (time.process_time() - started) * 1e3 < LOAD_MS


def test_the_files_are_compact() -> None:
    """All curves together stay below 1.5 MB, the largest model below 400 kB."""
    sizes = [len((FOLDER / f"{model}.csv").read_bytes()) for model in curve_models()]
    assert sum(sizes) < 1_500_000
    assert max(sizes) < 400_000


def test_a_file_of_other_columns_is_refused() -> None:
    """A file that is no curve file is named, not misread."""
    with pytest.raises(TcoError, match=r"x\.csv: its columns differ from a curve file's\."):
        read_measurements("gpu,gpus\nB200,8\n", "x.csv")


TABLE = {
    **{"model": "deepseek-r1-0528", "model_hf": "deepseek-ai/DeepSeek-R1-0528"},
    **{"gpu": "A100-80GB-SXM", "gpus": "8", "precision": "fp8", "engine": "sglang"},
    **{"engine_version": "0.5.9", "parallelism": "TP8", "serving": "agg"},
    **{"spec_decoding": "none", "isl": "921.6", "osl": "921.6", "lengths": "mean"},
    **{"kind": "closed-loop concurrency", "concurrency": "8", "request_rate": ""},
    **{"output_tok_s": "400", "output_tok_s_derived": "true", "ttft_ms": "100"},
    **{"ttft_stat": "mean", "itl_ms": "19", "itl_stat": "mean (TPOT)", "ttft_p99_ms": ""},
    **{"itl_p99_ms": "", "measured_on": "2026-03-25", "licence": "Apache-2.0"},
    "source": "PyPI aiconfigurator-core==0.12.0 aiconfigurator_core/systems/silicon_sample.csv "
    "id row_1",
    **{"note": "undated in the source; kv cache fp8", "implausible": ""},
}


def test_the_build_leaves_out_the_implausible_and_names_as_the_catalog_does() -> None:
    """Implausible rows are dropped; models and GPUs have the catalog's names."""
    odd = {**TABLE, "implausible": "weights do not fit", "output_tok_s": "9999"}
    files = build([TABLE, odd])
    assert sorted(files) == ["deepseek-r1.csv", "index.csv", "sources.csv"]
    [row] = read_measurements(files["deepseek-r1.csv"], "deepseek-r1.csv")
    assert (row.gpu, row.source, row.record) == ("A100-SXM-80GB", "silicon-sample", "row_1")
    assert (row.derived, row.itl_stat, row.note) == (True, "mean", "kv cache fp8")


def test_the_build_reads_the_limits_of_mlperf() -> None:
    """MLPerf Server rows keep the p99 limits under which their rate holds."""
    note = "MLPerf Server; p99 ttft<=2000 ms, tpot<=200 ms; llama2-70b-99.9"
    files = build([{**TABLE, "kind": "mlperf-server", "note": note, "concurrency": ""}])
    [row] = read_measurements(files["deepseek-r1.csv"], "deepseek-r1.csv")
    assert (row.kind, row.ttft_limit_ms, row.itl_limit_ms) == ("server", 2000, 200)


def test_the_build_writes_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """As a program it reads a table and writes a folder; without a table it is an error."""
    folder = tmp_path_factory.mktemp("curves")
    table = io.StringIO()
    writer = csv.DictWriter(table, list(TABLE))
    writer.writeheader()
    writer.writerow(TABLE)
    (folder / "table.csv").write_text(table.getvalue(), encoding="utf-8")
    main([str(folder / "table.csv"), str(folder)])
    assert (folder / "deepseek-r1.csv").exists()
    with pytest.raises(TcoError, match="a table is missing"):
        main([])


def test_specs_are_sourced_and_possible() -> None:
    """Every GPU and model with specs has a source; active parameters are not above the total."""
    for gpu in gpu_specs().values():
        assert gpu.source, gpu.gpu
        assert gpu.memory_gb_s > gpu.memory_gb > 0, gpu.gpu
        assert gpu.step_factor.low <= gpu.step_factor.likely <= gpu.step_factor.high, gpu.gpu
    for model in model_specs().values():
        assert model.source, model.model
        assert 0 < model.active_params_b <= model.total_params_b * 1.001, model.model
        if model.has_layout:
            weights = model.nonexpert_b + model.routed_b
            assert weights == pytest.approx(model.total_params_b, rel=0.1), model.model


def test_what_is_measured_has_specs() -> None:
    """Every measured model has a spec, so that its lengths can be scaled."""
    assert set(curve_models()) <= set(model_specs())


def test_the_limits_of_plausible_throughput_exceed_what_is_measured() -> None:
    """Nine of ten measurements of a GPU and precision lie below the limits, all below physics.

    `achieved_fractions.csv` has the shares of the physical bounds that the shipped measurements
    reach, by GPU and precision; fifty of them are enough for a 90th percentile.
    """
    specs = gpu_specs()
    for row in csv.DictReader(io.StringIO(FRACTIONS.read_text(encoding="utf-8"))):
        native = is_native(row["precision"], specs[row["gpu"]])
        flops = FLOPS_CUTOFFS.get(row["precision"] if native else "bf16", FOUR_BIT_FLOPS_CUTOFF)
        for bound, cutoff in (("bandwidth", BANDWIDTH_CUTOFF), ("flops", flops)):
            if row[f"{bound}_rows"]:
                assert 0 < float(row[f"{bound}_max"]) < 1, (row, bound)
            if int(row[f"{bound}_rows"] or 0) >= ENOUGH:
                assert float(row[f"{bound}_p90"]) < cutoff, (row, bound)


def test_an_unknown_figure_is_a_fault_of_the_data() -> None:
    """A constant that the data lack is named with its file."""
    assert figure("bandwidth_share").likely == pytest.approx(0.9105)
    with pytest.raises(TcoError, match=r"figures\.csv lacks the figure speed of light"):
        figure("speed of light")


def test_coverage_by_gpu() -> None:
    """A model's coverage counts every row once, and names shapes, loads and the newest day."""
    found = {covered.gpu: covered for covered in coverage("kimi-k2.5")}
    assert sum(covered.points for covered in found.values()) == len(measurements("kimi-k2.5"))
    h200 = found["H200-SXM"]
    assert (h200.points, h200.closed_loop_points, h200.shapes) == (30, 30, 3)
    assert (h200.lowest_concurrency, h200.highest_concurrency) == (4, 64)
    assert (h200.gpus_per_replica, h200.precisions) == ((8,), ("int4",))
    assert h200.newest == "2026-03-27"
    assert coverage("no such model") == []
