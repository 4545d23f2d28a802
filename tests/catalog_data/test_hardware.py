"""GPUs have one name, and everything that names one knows it."""

from __future__ import annotations

from collections import Counter

import pytest

from tco.catalog.benchmark import Benchmark
from tco.catalog.catalog import Catalog
from tco.catalog.hardware import Hardware, Instance
from tco.catalog.model_row import ModelRow
from tco.catalog.node_price import NodePrice


def test_every_gpu_named_is_known(shipped: Catalog) -> None:
    """Instances, offers and benchmarks name a GPU by its one name, never by an alias."""
    known = set(shipped.gpu_names)
    named = {row.gpu for row, _ in shipped.rows(Instance)}
    named |= {row.gpu for row, _ in shipped.rows(Benchmark)}
    named |= {row.gpu for row, _ in shipped.rows(NodePrice) if row.gpu}
    assert named <= known


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("H100", "H100-SXM"),
        ("h100-sxm5", "H100-SXM"),
        ("H100-80GB", "H100-SXM"),
        ("H200", "H200-SXM"),
        ("RTX 4090", "RTX-4090"),
        ("RTX5090", "RTX-5090"),
        ("A100-80GB", "A100-SXM-80GB"),
    ],
)
def test_usual_names_find_their_gpu(shipped: Catalog, alias: str, name: str) -> None:
    """The names that people write are found, whatever their case."""
    assert shipped.gpu(alias) == name


def test_a_bare_a100_is_ambiguous(shipped: Catalog) -> None:
    """An A100 has 40 or 80 GB: the catalog does not guess."""
    assert shipped.gpu("A100") is None


def test_no_name_belongs_to_two(shipped: Catalog) -> None:
    """An alias names one GPU, or one model."""
    gpus = [
        alias.casefold() for row, _ in shipped.rows(Hardware) for alias in (row.gpu, *row.aliases)
    ]
    models = [
        alias.casefold() for row, _ in shipped.rows(ModelRow) for alias in (row.model, *row.aliases)
    ]
    assert [name for name, count in Counter(gpus + models).items() if count > 1] == []


def test_every_benchmarked_model_has_weights(shipped: Catalog) -> None:
    """A model that can be planned has a size in the precision it was measured in."""
    weights = {row.model: row.weights_gb for row, _ in shipped.rows(ModelRow)}
    missing = {
        (row.model, row.precision)
        for row, _ in shipped.rows(Benchmark)
        if row.precision not in weights.get(row.model, {})
    }
    assert missing == set()


def test_benchmarked_models_fit_their_gpus(shipped: Catalog) -> None:
    """No one measured a model on cards that cannot hold its weights."""
    memory = {row.gpu: row.memory_gb.likely for row, _ in shipped.rows(Hardware)}
    weights = {row.model: row.weights_gb for row, _ in shipped.rows(ModelRow)}
    for row, _ in shipped.rows(Benchmark):
        held = memory[row.gpu] * row.gpus
        assert weights[row.model][row.precision].likely < held, (row.model, row.gpu, row.gpus)


@pytest.mark.parametrize(
    ("instance", "gpu", "gpus"),
    [
        ("p5.48xlarge", "H100-SXM", 8),
        ("p5.4xlarge", "H100-SXM", 1),
        ("p5en.48xlarge", "H200-SXM", 8),
        ("p4d.24xlarge", "A100-SXM-40GB", 8),
        ("g6e.xlarge", "L40S", 1),
    ],
)
def test_known_instances(shipped: Catalog, instance: str, gpu: str, gpus: int) -> None:
    """Instance types carry the GPUs that AWS documents."""
    row = shipped.instance(instance)
    assert row is not None
    assert (row.gpu, row.gpus) == (gpu, gpus)
