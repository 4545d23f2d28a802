"""The cache of EC2 prices, odd in any way: its prices are used, or why they are not is reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.catalog.price_cache import PriceCache, cache_folder
from tests.fuzz.mutations import Vocabulary, as_json, damaged, mutated
from tests.fuzz.oracle import Runner
from tests.fuzz.shares import share
from tests.iac.programs import INSTANCE, Program

CACHED: dict[str, Any] = {
    "schema": "tco.ec2-prices/1",
    "region": "us-east-1",
    "as_of": "2026-11-20",
    "source": "AWS Price List",
    "usd_per_hour": {"m7i.large": 0.1008, "p5.48xlarge": 55.04},
}
documents = mutated(CACHED, Vocabulary.of([CACHED]), 3)


@share(0.15)
@given(documents.map(as_json).flatmap(damaged), st.sampled_from(["table", "json"]))
def test_caches(runner: Runner, monkeypatch: pytest.MonkeyPatch, content: bytes, form: str) -> None:
    """Whatever the file holds, the program is priced."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(runner.folder))
    path = PriceCache(cache_folder()).path("us-east-1")
    assert isinstance(path, Path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    program = Program("us-east-1")
    for name in ("m7i.large", "p5.48xlarge"):
        program.add(INSTANCE, name, {"instanceType": name})
    preview = json.dumps(program.preview).encode()
    answer = runner("price", "-", "--format", form, "--today", "2026-11-28", stdin=preview)
    assert answer.code == 0
