"""Names of hardware with GPUs or other accelerators: instance types, families, patterns."""

from __future__ import annotations

import re
from typing import Final

from tco.iac.estimate.rates import Rates

__all__ = [
    "FAMILIES",
    "accelerated",
    "may_be_accelerated",
    "named_hardware",
    "named_machine",
    "without_accelerators",
]

FAMILIES: Final = ("p", "g", "gr", "trn", "inf", "dl", "vt")
"""First letters of the EC2 instance families that have an accelerator."""
STEM: Final = rf"(?:{'|'.join(FAMILIES)})\d[a-z0-9-]*"
FAMILY: Final = re.compile(STEM)
INSTANCE: Final = re.compile(rf"(?:ml\.)?{STEM}\.[a-z0-9-]+")
SIZE: Final = r"\.(?:metal(?:-[\w-]+)?|nano|micro|small|medium|\d*x?large)"
IN_TEXT: Final = re.compile(rf"(?<![\w.-])(?:[a-z]+\.)?{STEM}{SIZE}(?![\w-])")
ANY_INSTANCE: Final = re.compile(rf"[a-z][a-z-]*\d[a-z0-9-]*{SIZE}")
OF_A_CLOUD: Final = re.compile(
    r"standard_n[cdgpv]\w*"  # Azure
    r"|(?:bm|vm)\.gpu[\w.-]*"  # Oracle
    r"|ecs\.\w*gn\w*[\w.-]*"  # Alibaba
    r"|nvidia-(?:tesla|rtx|[a-z]{1,2}\d)[\w-]*|(?:ct\d\w*|tpu\w*)-\w+-\d+t"
    r"|a[2-9]x?-(?:high|mega|ultra|max|edge)gpu-\d+g?[\w-]*|g[2-9]-standard-\d+",  # Google
    re.IGNORECASE,
)
MACHINE: Final = re.compile(
    r"(?<![a-z])gpu|graphics|(?<![a-z0-9])(?:[ahv]100|h[12]00|g?b[23]00|l40s?|l4|t4|mi\d{3}x?)(?![a-z0-9])"
    r"|^g[xn]\d",
    re.IGNORECASE,
)
"""What machine types with GPUs are called elsewhere: ``gpu_8x_h100``, ``H100-1-80G``."""
LIKE_GOOGLE: Final = ("linode", "civo")
"""Packages whose machine types without GPUs have names like ``g6-standard-4``, ``g3.small``."""


def accelerated(instance: str, rates: Rates) -> bool:
    """Return whether an EC2 instance type has GPUs, by the catalog or by its family's name."""
    return rates.gpus(instance) is not None or INSTANCE.fullmatch(instance) is not None


def without_accelerators(instance: str, rates: Rates) -> bool:
    """Return whether an EC2 instance type, by its name, certainly has no accelerators."""
    return ANY_INSTANCE.fullmatch(instance) is not None and not accelerated(instance, rates)


def may_be_accelerated(pattern: str, rates: Rates) -> bool:
    """Return whether an instance type, a family (``p5``) or a pattern (``g6*``) may have GPUs."""
    name = pattern.strip().lower()
    if accelerated(name, rates) or MACHINE.search(name):
        return True
    family = name.removeprefix("ml.").partition(".")[0]
    fixed = re.split(r"[*?]", family)[0]
    if fixed == family:
        return FAMILY.fullmatch(family) is not None
    return FAMILY.match(fixed) is not None or any(family.startswith(fixed) for family in FAMILIES)


def named_hardware(text: str) -> str:
    """Return the first EC2 instance type with GPUs that a text names; empty without one."""
    found = IN_TEXT.search(text)
    return found[0] if found else ""


def named_machine(text: str, package: str, *, by_type: bool) -> bool:
    """Return whether a value names hardware with GPUs, of any cloud but those named alike.

    ``by_type`` says that the value is one of a field for machine types, where any name with a
    GPU's model counts.
    """
    name = text.rpartition("/")[2]
    if by_type and MACHINE.search(name):
        return True
    if package in LIKE_GOOGLE:
        return False
    return (OF_A_CLOUD.fullmatch(name) or IN_TEXT.fullmatch(name)) is not None
