"""What was measured: a model on a replica's GPUs at a precision, by an engine, in a mode."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tco.catalog.curves import Mode, Runs

__all__ = ["Configuration", "Parallelism", "Pins", "parallelism_of"]


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """One way to serve a model with one replica of ``gpus``."""

    model: str
    gpu: str
    gpus: int
    precision: str
    engine: str
    version: str = ""
    parallelism: str = ""
    mode: Mode = "aggregated"
    speculative: str = "none"
    runs: Runs = "tuned"
    checkpoint: str = ""

    def __str__(self) -> str:
        """Return the configuration as a reader names it."""
        engine = f"{self.engine} {self.version}".strip()
        extras = [self.parallelism] if self.parallelism else []
        if self.mode == "disaggregated":
            extras.append("disaggregated")
        if self.speculative not in ("none", "unknown"):
            extras.append(f"speculative decoding ({self.speculative})")
        precision = self.precision or "unstated precision"
        return ", ".join([f"{self.model} {precision} on {self.gpus} x {self.gpu}", engine, *extras])


@dataclass(frozen=True, kw_only=True)
class Pins:
    """What a plan fixes of the configuration; None leaves it open to the best measured one.

    The mode is aggregated and there is no speculative decoding unless the plan pins them.
    """

    precision: str | None = None
    engine: str | None = None
    version: str | None = None
    parallelism: str | None = None
    gpus_per_replica: int | None = None
    mode: Mode = "aggregated"
    speculative: str = "none"

    def admit(self, configuration: Configuration, *, any_count: bool = False) -> bool:
        """Return whether a configuration is one that the plan allows.

        ``any_count`` leaves the GPUs of a replica open, to scale from another count.
        """
        parallelism = self.parallelism and self.parallelism.lower()
        pairs = (
            (self.precision, configuration.precision),
            (self.engine, configuration.engine),
            (self.version, configuration.version),
            (parallelism, configuration.parallelism),
        )
        if any(wanted is not None and wanted != has for wanted, has in pairs):
            return False
        if not any_count and self.gpus_per_replica not in (None, configuration.gpus):
            return False
        speculative = (
            "none" if configuration.speculative == "unknown" else configuration.speculative
        )
        return configuration.mode == self.mode and speculative == self.speculative


@dataclass(frozen=True, slots=True)
class Parallelism:
    """How a replica's GPUs share a model: tensor and pipeline width, attention by data."""

    tensor: int
    pipeline: int = 1
    data_attention: bool = False


def parallelism_of(text: str, gpus: int) -> Parallelism:
    """Return what a text such as ``tp8 ep8 dp-attn`` or ``tp8 pp2`` says of a replica's GPUs.

    >>> parallelism_of("tp4 ep4", 4)
    Parallelism(tensor=4, pipeline=1, data_attention=False)
    """
    pipeline = _width("pp", text) or 1
    data_attention = "dp-attn" in text or bool(re.search(r"\bdep\d", text))
    tensor = _width("tp", text) or max(1, gpus // pipeline)
    return Parallelism(min(tensor, gpus), pipeline, data_attention)


def _width(name: str, text: str) -> int | None:
    found = re.search(rf"\b{name}(\d+)", text)
    return int(found[1]) if found else None
