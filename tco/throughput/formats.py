"""Number formats: what a parameter and a KV element take, and which tensor cores run them."""

from __future__ import annotations

from typing import NamedTuple

from tco.catalog.specs import GpuSpec

__all__ = ["FORMATS", "SCALED_FP4", "WeightFormat", "is_native", "peak_tflops", "weight_format"]


class WeightFormat(NamedTuple):
    """Bytes of a parameter outside the experts, of an expert's, and of a KV element."""

    nonexpert_bytes: float
    expert_bytes: float
    kv_bytes: float


FORMATS: dict[str, WeightFormat] = {
    "bf16": WeightFormat(2.0, 2.0, 2.0),
    "fp8": WeightFormat(1.0, 1.0, 1.0),
    "int8": WeightFormat(1.0, 1.0, 2.0),
    "nvfp4": WeightFormat(1.0, 0.5625, 1.0),
    "fp4": WeightFormat(1.0, 0.5625, 1.0),
    "mxfp4": WeightFormat(2.0, 0.53125, 1.0),
    "int4": WeightFormat(2.0, 0.5625, 1.0),
    "awq-int4": WeightFormat(0.53, 0.53, 2.0),
}
"""The layout of published checkpoints: 4-bit ones with experts keep the rest wider."""
ALL_FOUR_BIT = frozenset({"nvfp4", "fp4", "mxfp4", "int4"})
"""What quantizes every parameter of a dense model."""
DENSE_FOUR_BIT_BYTES = 0.5625
"""Bytes of a 4-bit parameter of a dense model, its scales included."""
SCALED_FP4 = frozenset({"nvfp4", "fp4", "mxfp4"})
"""Floating 4-bit formats with block scales, which FP4 cores run."""
INTEGER_WEIGHTS = frozenset({"awq-int4", "int4"})
"""Weights that are converted before they are multiplied, on every GPU."""


def weight_format(precision: str, *, has_experts: bool) -> WeightFormat:
    """Return the layout of a precision; KeyError for one that ``FORMATS`` does not hold."""
    layout = FORMATS[precision]
    if not has_experts and precision in ALL_FOUR_BIT:
        return layout._replace(nonexpert_bytes=DENSE_FOUR_BIT_BYTES)
    return layout


def is_native(precision: str, gpu: GpuSpec) -> bool:
    """Return whether the tensor cores of a GPU run a format without conversion."""
    if precision in INTEGER_WEIGHTS:
        return False
    if precision in ALL_FOUR_BIT:
        return gpu.fp4_tflops > 0
    return precision != "fp8" or gpu.fp8_tflops > 0


def peak_tflops(precision: str, gpu: GpuSpec) -> float:
    """Return the dense TFLOPS that a GPU offers to a format."""
    if precision == "bf16" or not is_native(precision, gpu):
        return gpu.bf16_tflops
    if precision in ALL_FOUR_BIT:
        return gpu.fp4_tflops
    return gpu.fp8_tflops or gpu.bf16_tflops
