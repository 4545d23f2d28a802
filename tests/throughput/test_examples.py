"""The examples in the docstrings of the throughput package give what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import tco.throughput

MODULES = [module.name for module in pkgutil.iter_modules(tco.throughput.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    """Every example of a module gives its stated result."""
    module = importlib.import_module(f"tco.throughput.{name}")
    assert doctest.testmod(module).failed == 0
