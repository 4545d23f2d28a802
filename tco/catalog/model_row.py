"""A model: its other names, the size of its weights, and its layout."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tco.catalog.fields import Name, PositiveInt
from tco.catalog.row import Row
from tco.catalog.specs import ModelSpec
from tco.ranges import PositiveAmount

__all__ = ["ModelRow"]

Billions = Annotated[float, Field(strict=True, gt=0, le=1e6)]
LAYOUT = (
    "active_params_b",
    "layers",
    "kv_elements_per_token",
    "kv_heads",
    "experts",
    "experts_per_token",
    "attention",
)
"""What says nothing without the number of parameters."""
ASSUMED_EXPERTS = 1000
"""Experts of a mixture whose row does not say how many: their share per token is active/total."""


class ModelRow(Row):
    """A model, its other names, the size of its weights by precision (GB), and its layout.

    ``kv_elements_per_token`` counts keys and values over all layers. A model without
    ``active_params_b`` is dense.
    """

    model: Name
    aliases: tuple[Name, ...] = ()
    weights_gb: dict[str, PositiveAmount] = Field(default_factory=dict)
    total_params_b: Billions | None = None
    active_params_b: Billions | None = None
    layers: PositiveInt | None = None
    kv_elements_per_token: PositiveInt | None = None
    kv_heads: PositiveInt | None = None
    experts: PositiveInt | None = None
    experts_per_token: PositiveInt | None = None
    attention: Literal["MLA", "GQA", "hybrid"] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.total_params_b is None:
            stated = next((key for key in LAYOUT if getattr(self, key) is not None), None)
            if stated is not None:
                raise ValueError(f"{stated} needs total_params_b, the parameters in billions.")
            return self
        if (self.active_params_b or 0) > self.total_params_b:
            active, total = self.active_params_b, self.total_params_b
            raise ValueError(f"active_params_b {active:g} is above total_params_b {total:g}.")
        if (self.layers is None) != (self.kv_elements_per_token is None):
            raise ValueError("layers and kv_elements_per_token go together.")
        if (self.experts is None) != (self.experts_per_token is None):
            raise ValueError("experts and experts_per_token go together.")
        if self.experts is not None and (self.experts_per_token or 0) >= self.experts:
            chosen, all_of = self.experts_per_token, self.experts
            raise ValueError(f"experts_per_token {chosen} is not below experts {all_of}.")
        if self.experts is not None and self.active_params_b in (None, self.total_params_b):
            raise ValueError("a model with experts needs active_params_b below total_params_b.")
        return self

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure."""
        return ("model", self.model)

    @property
    def spec(self) -> ModelSpec | None:
        """Return the spec of the model, or None if the row states no parameters."""
        if self.total_params_b is None:
            return None
        active = self.active_params_b or self.total_params_b
        experts, chosen = self.experts or 0, self.experts_per_token or 0
        if not experts and active < self.total_params_b:
            experts = ASSUMED_EXPERTS
            chosen = max(1, round(experts * active / self.total_params_b))
        return ModelSpec(
            model=self.model,
            total_params_b=self.total_params_b,
            active_params_b=active,
            experts=experts,
            experts_per_token=chosen,
            layers=self.layers or 0,
            kv_elements=float(self.kv_elements_per_token or 0),
            kv_heads=self.kv_heads or (1 if self.attention == "MLA" else 8),
            attention=self.attention or "",
            weights_gb=self.weights_of,
            source=self.source or "",
        )

    @property
    def weights_of(self) -> dict[str, float]:
        """Return the likely size of the weights in GB by precision."""
        return {precision: size.likely for precision, size in self.weights_gb.items()}
