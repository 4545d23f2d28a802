"""The terms of documents that renderers read: decisions and categories, and their words."""

from __future__ import annotations

from tco.actual.effects import EffectKind
from tco.analysis.decision.verdict import Decision, in_words
from tco.catalog.node_price import CommitmentKind
from tco.costing.lines import CATEGORIES, NODE_CATEGORIES, Category, CommitmentStatus, Unit
from tco.costing.purchase import Option
from tco.costing.stack import Relation

__all__ = [
    "CATEGORIES",
    "NODE_CATEGORIES",
    "Category",
    "CommitmentKind",
    "CommitmentStatus",
    "Decision",
    "EffectKind",
    "Option",
    "Relation",
    "Unit",
    "in_words",
]
