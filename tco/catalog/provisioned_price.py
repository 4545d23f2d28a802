"""What provisioned throughput of a hosted API costs: units by the hour, whether used or not."""

from typing import Annotated, Final, Literal

from pydantic import Field

from tco.catalog.fields import Name, PositiveInt
from tco.catalog.row import Row
from tco.ranges import Amount

__all__ = ["ProvisionedPrice", "ProvisionedTerm", "provisioned_key"]

ProvisionedTerm = Literal["1wk", "1mo", "3mo", "6mo", "1yr"]
PROVISIONED: Final = "provisioned"
TokenRate = Annotated[float, Field(strict=True, gt=0, le=1e9)]
Weight = Annotated[float, Field(strict=True, ge=0, le=1)]


class ProvisionedPrice(Row):
    """Units of throughput of an API: their price, and the tokens that one of them takes."""

    api: Name
    purchase: Literal["provisioned"]
    unit: Name
    usd_per_unit_hour: Amount
    input_tok_s_per_unit: TokenRate
    output_tok_s_per_unit: TokenRate
    cached_input_weight: Weight = 1.0
    min_units: PositiveInt = 1
    unit_step: PositiveInt = 1
    term: ProvisionedTerm | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What names this figure, apart from its day."""
        return _key(self.api, self.term)

    @property
    def name(self) -> str:
        """What an alternative with these units is called."""
        return f"{self.api} {PROVISIONED}" + (f" {self.term}" if self.term else "")


def provisioned_key(name: str) -> tuple[object, ...] | None:
    """Return the key of the units that a plan names, or None where it names no units.

    >>> provisioned_key("azure/gpt-4.1 provisioned 1mo")
    ('provisioned', 'azure/gpt-4.1', '1mo')
    """
    api, provisioned, rest = name.partition(f" {PROVISIONED}")
    return _key(api, rest.removeprefix(" ") or None) if provisioned else None


def _key(api: str, term: str | None) -> tuple[object, ...]:
    return (PROVISIONED, api, term)
