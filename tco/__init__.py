"""tco: should a team self-host its model? The full monthly cost, before anything is bought.

>>> import tco
>>> stack = tco.load_stack("stacks", "aws-mixed")
>>> tco.evaluate(stack, scenarios=0).verdict.decision
'DO_NOT'

Names are loaded when they are first used, so that ``import tco`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tco.actual.actual import Actual
    from tco.actual.measured import Measured
    from tco.analysis.commitments.renewal import Commitments
    from tco.analysis.evaluation import Evaluation
    from tco.analysis.optimization.optimize import Optimum
    from tco.analysis.sweep.sweep import Point as SweepPoint
    from tco.analysis.sweep.sweep import Sweep
    from tco.api import (
        commitments,
        compare_with_bill,
        diff,
        evaluate,
        optimize,
        price_resources,
        sweep,
    )
    from tco.api_documents import (
        actual_document,
        alerts_document,
        commitments_document,
        error_document,
        gate_document,
        memo,
        optimize_document,
        plan_document,
        price_document,
        sweep_document,
    )
    from tco.api_loading import load_catalog, load_stack, stack_from_plan
    from tco.api_measured import calibrate, curve_book, measure_workload, read_bill, workload_text
    from tco.billing.record import BilledLine
    from tco.calibration.curve import CalibratedCurve
    from tco.calibration.setup import Setup as BenchmarkSetup
    from tco.catalog.catalog import Catalog
    from tco.costing.stack import StackModel
    from tco.documents.actual import ActualDocument
    from tco.documents.alerts import AlertsDocument
    from tco.documents.calibrate import CalibrateDocument
    from tco.documents.commitments import CommitmentsDocument
    from tco.documents.diff import DiffDocument
    from tco.documents.error import ErrorDocument
    from tco.documents.gate import GateDocument
    from tco.documents.models import ModelsDocument
    from tco.documents.optimize import OptimizeDocument
    from tco.documents.plan import PlanDocument
    from tco.documents.price import PriceDocument
    from tco.documents.prices import PricesCheckDocument, PricesDocument
    from tco.documents.prices_import import PricesImportDocument
    from tco.documents.prices_refresh import PricesRefreshDocument
    from tco.documents.sweep import SweepDocument
    from tco.errors import BadInput, Problem, TcoError
    from tco.iac.estimate.pricing import PricedResource, Pricing
    from tco.workload_import.measure import Measurement as WorkloadMeasurement

__all__ = [
    "Actual",
    "ActualDocument",
    "AlertsDocument",
    "BadInput",
    "BenchmarkSetup",
    "BilledLine",
    "CalibrateDocument",
    "CalibratedCurve",
    "Catalog",
    "Commitments",
    "CommitmentsDocument",
    "DiffDocument",
    "ErrorDocument",
    "Evaluation",
    "GateDocument",
    "Measured",
    "ModelsDocument",
    "OptimizeDocument",
    "Optimum",
    "PlanDocument",
    "PriceDocument",
    "PricedResource",
    "PricesCheckDocument",
    "PricesDocument",
    "PricesImportDocument",
    "PricesRefreshDocument",
    "Pricing",
    "Problem",
    "StackModel",
    "Sweep",
    "SweepDocument",
    "SweepPoint",
    "TcoError",
    "WorkloadMeasurement",
    "__version__",
    "actual_document",
    "alerts_document",
    "calibrate",
    "commitments",
    "commitments_document",
    "compare_with_bill",
    "curve_book",
    "diff",
    "error_document",
    "evaluate",
    "gate_document",
    "load_catalog",
    "load_stack",
    "measure_workload",
    "memo",
    "optimize",
    "optimize_document",
    "plan_document",
    "price_document",
    "price_resources",
    "read_bill",
    "stack_from_plan",
    "sweep",
    "sweep_document",
    "workload_text",
]

__version__ = "0.1.0"

_PLACES: Final = {
    "Actual": "tco.actual.actual",
    "ActualDocument": "tco.documents.actual",
    "AlertsDocument": "tco.documents.alerts",
    "BadInput": "tco.errors",
    "BenchmarkSetup": "tco.calibration.setup:Setup",
    "BilledLine": "tco.billing.record",
    "CalibrateDocument": "tco.documents.calibrate",
    "CalibratedCurve": "tco.calibration.curve",
    "Catalog": "tco.catalog.catalog",
    "Commitments": "tco.analysis.commitments.renewal",
    "CommitmentsDocument": "tco.documents.commitments",
    "DiffDocument": "tco.documents.diff",
    "ErrorDocument": "tco.documents.error",
    "Evaluation": "tco.analysis.evaluation",
    "GateDocument": "tco.documents.gate",
    "Measured": "tco.actual.measured",
    "ModelsDocument": "tco.documents.models",
    "OptimizeDocument": "tco.documents.optimize",
    "Optimum": "tco.analysis.optimization.optimize",
    "PlanDocument": "tco.documents.plan",
    "PriceDocument": "tco.documents.price",
    "PricedResource": "tco.iac.estimate.pricing",
    "PricesCheckDocument": "tco.documents.prices",
    "PricesDocument": "tco.documents.prices",
    "PricesImportDocument": "tco.documents.prices_import",
    "PricesRefreshDocument": "tco.documents.prices_refresh",
    "Pricing": "tco.iac.estimate.pricing",
    "Problem": "tco.errors",
    "StackModel": "tco.costing.stack",
    "Sweep": "tco.analysis.sweep.sweep",
    "SweepDocument": "tco.documents.sweep",
    "SweepPoint": "tco.analysis.sweep.sweep:Point",
    "TcoError": "tco.errors",
    "WorkloadMeasurement": "tco.workload_import.measure:Measurement",
    "actual_document": "tco.api_documents",
    "alerts_document": "tco.api_documents",
    "calibrate": "tco.api_measured",
    "commitments": "tco.api",
    "commitments_document": "tco.api_documents",
    "compare_with_bill": "tco.api",
    "curve_book": "tco.api_measured",
    "diff": "tco.api",
    "error_document": "tco.api_documents",
    "evaluate": "tco.api",
    "gate_document": "tco.api_documents",
    "load_catalog": "tco.api_loading",
    "load_stack": "tco.api_loading",
    "measure_workload": "tco.api_measured",
    "memo": "tco.api_documents",
    "optimize": "tco.api",
    "optimize_document": "tco.api_documents",
    "plan_document": "tco.api_documents",
    "price_document": "tco.api_documents",
    "price_resources": "tco.api",
    "read_bill": "tco.api_measured",
    "stack_from_plan": "tco.api_loading",
    "sweep": "tco.api",
    "sweep_document": "tco.api_documents",
    "workload_text": "tco.api_measured",
}
"""The module of each public name, with its name there if that differs."""


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
