"""The embedded books as `make` compiled them: JSON beside the data, to start without parsing YAML.

The file is read only while it belongs to the data and to the code that reads them, and only whole:
its first line holds the SHA-256 of both and of the rest. Otherwise the YAML files are read.
`python -m tco.catalog.compiled` writes it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel

from tco.catalog.api_price import ApiPrice, Peak, Tier
from tco.catalog.benchmark import Benchmark, BenchmarkPoint, Latency
from tco.catalog.book import Book
from tco.catalog.figure import Figure
from tco.catalog.hardware import Hardware, Instance, SpotBand
from tco.catalog.model_row import ModelRow
from tco.catalog.node_price import NodePrice
from tco.catalog.provisioned_price import ProvisionedPrice
from tco.catalog.score import Score
from tco.files import as_list, as_mapping, write_text
from tco.ranges import Range

__all__ = ["compiled_books", "write_compiled"]

NAME: Final = "compiled.json"
READERS: Final = (
    "catalog/api_price.py",
    "catalog/benchmark.py",
    "catalog/book.py",
    "catalog/compiled.py",
    "catalog/fields.py",
    "catalog/figure.py",
    "catalog/hardware.py",
    "catalog/model_row.py",
    "catalog/node_price.py",
    "catalog/price_row.py",
    "catalog/provisioned_price.py",
    "catalog/row.py",
    "catalog/score.py",
    "files.py",
    "ranges.py",
    "yaml_files.py",
    "yaml_reader.py",
)
"""The modules that decide which rows the data give."""
MODELS: Final[Mapping[str, type[BaseModel]]] = {
    model.__name__: model
    for model in (
        *(ApiPrice, Benchmark, BenchmarkPoint, Book, Figure, Hardware, Instance, Latency),
        *(ModelRow, NodePrice, Peak, ProvisionedPrice, Score, SpotBand, Tier),
    )
}
"""The records that a book holds, by name."""
MODEL: Final = "$"
"""The key that names what an object was; no field has this name."""


def compiled_books(folder: Traversable, files: Sequence[Traversable]) -> tuple[Book, ...] | None:
    """Return the books of a data folder's YAML files; None where they are not compiled as is."""
    try:
        head, _, body = (folder / NAME).read_bytes().partition(b"\n")
        if head != _head(files, body):
            return None
    except OSError:
        return None
    return tuple(json.loads(body, object_hook=_object))


def write_compiled(path: Path, files: Sequence[Traversable], books: Sequence[Book]) -> None:
    """Write the books of YAML files where ``compiled_books`` finds them."""
    text = json.dumps([_plain(book) for book in books], ensure_ascii=False, separators=(",", ":"))
    body = text.encode()
    write_text(path / NAME, f"{_head(files, body).decode()}\n{text}")


def _head(files: Sequence[Traversable], body: bytes) -> bytes:
    """Return the digests of what the books were made from, and of the books."""
    digest = hashlib.sha256()
    package = resources.files("tco")
    for file in (*files, *(package / name for name in READERS)):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return f"{digest.hexdigest()} {hashlib.sha256(body).hexdigest()}".encode()


def _plain(value: object) -> Any:
    """Return a value of a row as JSON has it."""
    if isinstance(value, BaseModel):
        fields = {name: _plain(getattr(value, name)) for name in sorted(value.model_fields_set)}
        digest = {"digest": value.digest} if isinstance(value, Book) else {}
        return {MODEL: type(value).__name__, **fields, **digest}
    if isinstance(value, Range):
        return {MODEL: "Range", "of": [value.low, value.likely, value.high, value.share]}
    if isinstance(value, dt.date):
        return {MODEL: "date", "of": value.isoformat()}
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[object, ...]", value)]
    mapping = as_mapping(value)
    return value if mapping is None else {key: _plain(inner) for key, inner in mapping.items()}


def _object(given: dict[str, Any]) -> Any:
    """Return what was an object before it was JSON: validated then, it is not validated again."""
    kind = given.pop(MODEL, None)
    if kind is None:
        return given
    if kind == "Range":
        return Range(*given["of"])
    if kind == "date":
        return dt.date.fromisoformat(given["of"])
    digest = given.pop("digest", None)
    values: dict[str, Any] = {
        name: value if as_list(value) is None else tuple(value) for name, value in given.items()
    }
    made = _restored(MODELS[kind], values)
    if digest is not None:
        vars(made)["digest"] = digest
    return made


def _restored(model: type[BaseModel], values: dict[str, Any]) -> BaseModel:
    """Return a row as unpickling restores one, which is five times as fast as constructing it."""
    made = model.__new__(model)
    made.__setstate__(
        {
            "__dict__": _unset(model) | values,
            "__pydantic_fields_set__": set(values),
            "__pydantic_extra__": None,
            "__pydantic_private__": None,
        }
    )
    return made


@cache
def _unset(model: type[BaseModel]) -> dict[str, Any]:
    """Return every field of a row by its default, in order; None for one that has to be set."""
    return {
        name: None if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
    }


def main() -> None:
    """Compile the data of this installation."""
    from tco.catalog.embedded import data_files, parsed_books  # noqa: PLC0415  which reads this file

    folder = resources.files("tco.catalog") / "data"
    with resources.as_file(folder) as path:
        files = data_files(folder)
        write_compiled(path, files, parsed_books(files))


if __name__ == "__main__":
    main()
