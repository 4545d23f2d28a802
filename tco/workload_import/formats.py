"""The formats of logs that are read, by name; a format is a file and its entry here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tco.files import unreadable
from tco.workload_import.anthropic_usage import AnthropicConsole, AnthropicUsage
from tco.workload_import.cloudflare import Cloudflare
from tco.workload_import.columns import ColumnLog
from tco.workload_import.langfuse import Langfuse
from tco.workload_import.litellm import LiteLLM
from tco.workload_import.log_format import LogFormat
from tco.workload_import.openai_usage import OpenAIUsage

__all__ = ["FORMATS", "format_of"]

FORMATS: Final[Mapping[str, LogFormat]] = {
    log.name: log
    for log in (
        *(LiteLLM(), OpenAIUsage(), AnthropicUsage(), AnthropicConsole(), Cloudflare()),
        *(Langfuse(), ColumnLog()),
    )
}
"""In the order in which they are tried."""
MOST_SHOWN: Final = 12
HOW: Final = (
    "Name the columns: --column timestamp=NAME --column prompt=NAME --column completion=NAME, "
    "with dots for a key inside another. Known formats: {known}."
)


def format_of(
    row: Mapping[str, Any], shown: str, name: str | None, columns: Mapping[str, str]
) -> LogFormat:
    """Return the format of a file by its first row. Raises BadInput where there is none."""
    tried = [ColumnLog(columns)] if columns else list(FORMATS.values())
    if name is not None and not columns:
        tried = [FORMATS[name]]
    found = next((log for log in tried if log.recognizes(row)), None)
    if found is None:
        names = [*map(str, row)]
        held = ", ".join(names[:MOST_SHOWN]) + (", …" if len(names) > MOST_SHOWN else "")
        wanted = "a log of requests" if name is None else f"of the format {name}"
        raise unreadable(shown, f"is not {wanted}: it has {held}.", HOW.format(known=_known()))
    return found


def _known() -> str:
    return ", ".join(FORMATS)
