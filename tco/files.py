"""One way to read a user's file and one way to write a result.

Reading: size, encoding and schema are checked here (YAML in ``yaml_files``), and every problem of
a file is collected. Writing: to a temporary file beside the target, renamed when it is whole.
"""

from __future__ import annotations

import os
import re
import stat
import types
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from tco.errors import BadInput, Problem, TcoError, one_of, printable
from tco.ranges import not_a_number

__all__ = [
    "BYTE_ORDER_MARK",
    "LARGEST_FILE_BYTES",
    "Strict",
    "as_list",
    "as_mapping",
    "problems_of",
    "read_exact_text",
    "read_text",
    "require_distinct",
    "too_large",
    "unreadable",
    "unwrapped",
    "validated",
    "write_text",
]

FIELD_WORDS = {
    r"a dictionary or instance of \w+": "a mapping",
    r"a dictionary": "a mapping",
    r"a tuple": "a list",
    r"a string": "a text",
}
"""Pydantic's names of types, and the names that YAML authors use."""
NUMBERS = {"float_type", "float_parsing", "int_type", "int_parsing", "int_from_float"}
LARGEST_FILE_BYTES = 1 << 20
BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets and Windows editors put it before the text."""
WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """What a user writes: immutable, no unknown keys, nothing infinite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    short_forms: ClassVar[tuple[dict[str, Any], ...]] = ()
    """What may be written instead of all the keys, as JSON Schema."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        """Return the schema of the keys, or of a short form in their place."""
        schema = handler(core_schema)
        return {"anyOf": [*cls.short_forms, schema]} if cls.short_forms else schema


def as_mapping(value: object) -> dict[str, Any] | None:
    """Return the value if it is a mapping, else None."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[Any] | None:
    """Return the value if it is a list, else None."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def read_text(path: Path, shown: str, most_bytes: int = LARGEST_FILE_BYTES) -> str:
    """Return the text of a user's file with lines that end in a line feed. Raises BadInput."""
    text = read_exact_text(path, shown, most_bytes)
    return text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n").replace("\r", "\n")


def read_exact_text(path: Path, shown: str, most_bytes: int = LARGEST_FILE_BYTES) -> str:
    """Return a file's text as it is. Raises BadInput for what is missing, huge or not UTF-8."""
    try:
        size = path.stat().st_size
        if size > most_bytes:
            raise unreadable(shown, too_large(size, most_bytes))
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise unreadable(
            shown, f"byte {error.start} is not UTF-8.", "Save the file as UTF-8."
        ) from None
    except IsADirectoryError:
        raise unreadable(shown, "is a folder, not a file.") from None
    except FileNotFoundError:
        raise unreadable(shown, "there is no such file.") from None
    except OSError as error:
        raise unreadable(shown, f"cannot be read: {error.strerror}.") from None


def too_large(size: int, most_bytes: int = LARGEST_FILE_BYTES) -> str:
    """Return what is wrong with a file of too many bytes."""
    return f"{size:,} bytes exceed the limit of {most_bytes:,}."


def unreadable(shown: str, message: str, hint: str = "", path: str = "") -> BadInput:
    """Return the error for a file that cannot be read."""
    return BadInput([Problem(shown, path, message, hint)])


def require_distinct(files: Iterable[Path]) -> None:
    """Raise BadInput where a file is named twice, also by another path: it would count twice."""
    seen: set[Path] = set()
    for file in files:
        if file.resolve() in seen:
            raise unreadable(f"{file}", "is named twice: it would count twice.", "Name it once.")
        seen.add(file.resolve())


def validated(model: type[Model], value: object, shown: str, prefix: str = "") -> Model:
    """Return the value as a model. Raises BadInput with every problem and its path."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise BadInput(problems_of(error, model, shown, prefix)) from None


def problems_of(
    error: ValidationError, model: type[BaseModel], shown: str, prefix: str = ""
) -> Iterator[Problem]:
    """Convert the errors that pydantic found to problems."""
    for detail in error.errors(include_url=False):
        if detail["type"] == "too_short" and detail.get("input"):
            continue  # not empty: its entries are what is wrong
        loc = _place(detail["loc"], unknown := detail["type"] == "extra_forbidden")
        path = prefix + "".join(
            f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc
        )
        message, hint = _format_violation(detail["type"], detail["msg"], detail.get("input")), ""
        if unknown:
            message, hint = f'unknown key "{loc[-1]}".', one_of(loc[-1], _keys_at(model, loc[:-1]))
        yield Problem(shown, path.lstrip("."), message, hint)


def _place(loc: tuple[int | str, ...], unknown: bool) -> tuple[int | str, ...]:
    """Return a path as the file has it, without what pydantic adds for unions.

    The last part of an unknown key's place is the key, whatever it looks like.
    """
    last = len(loc) - 1 if unknown else len(loc)
    return tuple(
        part
        for at, part in enumerate(loc)
        if at == last or not (str(part).startswith("<") or part == "[key]")
    )


def _format_violation(kind: str, message: str, given: object) -> str:
    if kind in ("range", "value_error", "tco"):
        return message.removeprefix("Value error, ")
    if kind == "missing":
        return "is missing."
    if given is None:
        return "is empty."
    if kind == "too_short":
        return "is empty: at least one is needed."
    return _no_number(given) if kind in NUMBERS else _other(kind, message, given)


def _other(kind: str, message: str, given: object) -> str:
    """Return pydantic's message about a value in plain words."""
    shown = repr(given) if isinstance(given, str | int | float | bool) else type(given).__name__
    if len(shown) > 60:
        shown = shown[:57] + "…'"
    if kind == "string_pattern_mismatch":
        return f"{shown} has a line break, a control or an invisible character."
    plain = message.replace("Input should be", "should be").replace("valid ", "", 1)
    for python, yaml_says in FIELD_WORDS.items():
        plain = re.sub(python, yaml_says, plain)
    return f"{shown} {plain}."


def _no_number(given: object) -> str:
    """Describe a value that is not a single number."""
    if isinstance(given, list):
        return "is one number: a range is not accepted here."
    if isinstance(given, float):
        return f"{given:g} is not a whole number."
    if isinstance(given, dict):
        return "is a number, not a mapping."
    return not_a_number(given)


def _keys_at(model: object, loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys a mapping may have at a path inside a model."""
    candidates: list[object] = [model]
    for part in loc:
        candidates = [inner for candidate in candidates for inner in _step(candidate, part)]
    return [
        field.alias or name
        for candidate in candidates
        if isinstance(candidate, type) and issubclass(candidate, BaseModel)
        for name, field in candidate.model_fields.items()
    ]


def _step(annotation: object, part: int | str) -> list[object]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(part))
        return unwrapped(field.annotation) if field else []
    arguments = get_args(annotation)
    if not arguments:
        return []  # None beside what an optional key holds
    return unwrapped(arguments[-1] if get_origin(annotation) is dict else arguments[0])


def unwrapped(annotation: object) -> list[object]:
    """Return the types behind Annotated, Optional and unions."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return unwrapped(get_args(annotation)[0])
    if origin is Union or origin is types.UnionType:
        return [inner for member in get_args(annotation) for inner in unwrapped(member)]
    if origin is tuple:
        return [list[get_args(annotation)[0]]]
    return [annotation]


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: a temporary file in the same folder, then a rename.

    A file that exists keeps its mode and its owner; a link is replaced, not followed. Raises
    TcoError where the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.lstat() if path.is_file() and not path.is_symlink() else None
        if before is not None and not (before.st_mode & WRITABLE and os.access(path, os.W_OK)):
            raise TcoError(f"{printable(path)} is read-only. Make it writable, or move it away.")
        _replace(path, text, before)
    except OSError as error:
        raise TcoError(f"{printable(path)} cannot be written: {error.strerror}.") from None


def _replace(path: Path, text: str, before: os.stat_result | None) -> None:
    """Write a temporary file, readable as the target is, and rename it to the path."""
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    mode = 0o666 if before is None else stat.S_IMODE(before.st_mode)
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        if before is not None:
            with suppress(PermissionError):  # only root gives files away
                os.chown(temporary, before.st_uid, before.st_gid)
            temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
