"""Billing exports, whatever wrote them, as lines of one form."""

from tco.billing.reading import read
from tco.billing.record import BilledLine, CostCategory, LineKind

__all__ = ["BilledLine", "CostCategory", "LineKind", "read"]
