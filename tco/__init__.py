"""tco: should a team self-host its model? The full monthly cost, before anything is bought.

>>> import tco
>>> stack = tco.load_stack("stacks", "aws-mixed")
>>> tco.evaluate(stack, scenarios=0).verdict.decision
'DO_NOT'

Names are loaded when they are first asked for, so that ``import tco`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tco.actual.actual import Actual
    from tco.actual.measured import Measured
    from tco.analysis.evaluation import Evaluation
    from tco.analysis.optimization.optimize import Optimum
    from tco.analysis.sweep.sweep import Point as SweepPoint
    from tco.analysis.sweep.sweep import Sweep
    from tco.api import (
        compare_with_bill,
        evaluate,
        load_catalog,
        load_stack,
        optimize,
        price_resources,
        sweep,
    )
    from tco.catalog.catalog import Catalog
    from tco.costing.stack import StackModel
    from tco.documents.actual import ActualDocument
    from tco.documents.diff import DiffDocument
    from tco.documents.error import ErrorDocument
    from tco.documents.gate import GateDocument
    from tco.documents.optimize import OptimizeDocument
    from tco.documents.plan import PlanDocument
    from tco.documents.price import PriceDocument
    from tco.documents.sweep import SweepDocument
    from tco.errors import BadInput, Problem, TcoError
    from tco.iac.estimate.pricing import PricedResource, Pricing

__all__ = [
    "Actual",
    "ActualDocument",
    "BadInput",
    "Catalog",
    "DiffDocument",
    "ErrorDocument",
    "Evaluation",
    "GateDocument",
    "Measured",
    "OptimizeDocument",
    "Optimum",
    "PlanDocument",
    "PriceDocument",
    "PricedResource",
    "Pricing",
    "Problem",
    "StackModel",
    "Sweep",
    "SweepDocument",
    "SweepPoint",
    "TcoError",
    "__version__",
    "compare_with_bill",
    "evaluate",
    "load_catalog",
    "load_stack",
    "optimize",
    "price_resources",
    "sweep",
]

__version__ = "0.1.0"

_PLACES: Final = {
    "Actual": "tco.actual.actual",
    "ActualDocument": "tco.documents.actual",
    "BadInput": "tco.errors",
    "Catalog": "tco.catalog.catalog",
    "DiffDocument": "tco.documents.diff",
    "ErrorDocument": "tco.documents.error",
    "Evaluation": "tco.analysis.evaluation",
    "GateDocument": "tco.documents.gate",
    "Measured": "tco.actual.measured",
    "OptimizeDocument": "tco.documents.optimize",
    "Optimum": "tco.analysis.optimization.optimize",
    "PlanDocument": "tco.documents.plan",
    "PriceDocument": "tco.documents.price",
    "PricedResource": "tco.iac.estimate.pricing",
    "Pricing": "tco.iac.estimate.pricing",
    "Problem": "tco.errors",
    "StackModel": "tco.costing.stack",
    "Sweep": "tco.analysis.sweep.sweep",
    "SweepDocument": "tco.documents.sweep",
    "SweepPoint": "tco.analysis.sweep.sweep:Point",
    "TcoError": "tco.errors",
    "compare_with_bill": "tco.api",
    "evaluate": "tco.api",
    "load_catalog": "tco.api",
    "load_stack": "tco.api",
    "optimize": "tco.api",
    "price_resources": "tco.api",
    "sweep": "tco.api",
}
"""The module of each public name, and its name there where that is another."""


def __getattr__(name: str) -> object:
    """Return a public name, loaded when a program asks for it."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  not needed to start the command line

    module, _, attribute = _PLACES[name].partition(":")
    value: object = getattr(import_module(module), attribute or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, also those that are not loaded yet."""
    return sorted({*globals(), *__all__})
