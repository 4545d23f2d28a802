"""AWS as botocore's Stubber plays it, a small catalog, and `tco prices refresh` on both.

The Stubber checks each call against the service's own model, and the answers have the shapes that
AWS sends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tco.catalog.book import Book
from tco.catalog.catalog import Catalog
from tests.cli.conftest import Answer, Tco, tco_command

__all__ = ["tco_command"]

boto3: Any = import_module("boto3")  # neither has types
stub: Any = import_module("botocore.stub")
json_files: Any = import_module("botocore.loaders").JSONFileLoader
read_file: Callable[[str], Any] = cache(json_files().load_file)
"""A file of what botocore knows of AWS, which no session changes."""

TODAY = "2026-11-23"
CATALOG: dict[str, Any] = {
    "source": "made up for the tests",
    "as_of": "2026-11-01",
    "hardware": [{"gpu": "H100-SXM", "memory_gb": 80}],
    "instances": [
        {"instance": "p5.48xlarge", "gpu": "H100-SXM", "gpus": 8},
        {"instance": "p5.4xlarge", "gpu": "H100-SXM", "gpus": 1},
        {"instance": "a3-highgpu-8g", "gpu": "H100-SXM", "gpus": 8},
    ],
    "prices": [
        {"instance": "p5.48xlarge", "region": "us-east-1", "usd_per_hour": 98.32},
        {"instance": "p5.4xlarge", "region": "us-east-1", "usd_per_hour": 6.88},
        {"instance": "p5.4xlarge", "region": "eu-west-1", "usd_per_hour": 9},
        *(
            {
                "instance": name,
                "region": "us-east-2",
                "purchase": "reserved",
                "kind": "capacity-block",
                "usd_per_hour": usd,
            }
            for name, usd in (("p5.48xlarge", 31), ("p5.4xlarge", 4))
        ),
    ],
}


class Aws:
    """Services of AWS that answer what a test has recorded, in that order."""

    def __init__(self) -> None:
        self.stubs: dict[tuple[str, str], Any] = {}
        self.clients: dict[tuple[str, str], Any] = {}

    def _stub(self, service: str, region: str) -> Any:
        key = (service, region)
        if key not in self.stubs:
            client = boto3.client(
                service,
                region_name=region,
                aws_access_key_id="none",
                aws_secret_access_key="none",
            )
            self.clients[key] = client
            self.stubs[key] = stub.Stubber(client)
            self.stubs[key].activate()
        return self.stubs[key]

    def answers(
        self, service: str, region: str, method: str, response: Any, params: Any = None
    ) -> None:
        """The next answer to a call with these parameters."""
        self._stub(service, region).add_response(method, response, params)

    def fails(self, service: str, region: str, method: str, code: str) -> None:
        """The next answer to a call is an error."""
        self._stub(service, region).add_client_error(method, code, "said by the service")

    def __call__(self, service: str, region: str) -> Any:
        self._stub(service, region)
        return self.clients[service, region]

    def all_asked(self) -> None:
        """Every recorded answer was asked for."""
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """AWS, with credentials that are never sent."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    services = Aws()

    def load_file(own: object, path: str) -> Any:
        return read_file(path)

    monkeypatch.setattr(json_files, "load_file", load_file)

    def client(own: object, service: str, region: str) -> Any:
        return services(service, region)

    monkeypatch.setattr("tco.refresh.clients.AwsClients.__call__", client)
    yield services
    services.all_asked()


Refresh = Callable[..., Answer]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Where the user's book is or will be."""
    return tmp_path / "aws.yaml"


@pytest.fixture
def refresh(aws: Aws, book: Path, monkeypatch: pytest.MonkeyPatch, tco_command: Tco) -> Refresh:
    """`tco prices refresh` on the small catalog, with the user's book."""
    catalog = Catalog(books=(Book.model_validate(CATALOG),))
    monkeypatch.setattr("tco.catalog.embedded.load_catalog", lambda: catalog)
    monkeypatch.setenv("XDG_CACHE_HOME", str(book.parent / "cache"))

    def run(*options: str, today: str = TODAY, book: Path | None = book) -> Answer:
        named = () if book is None else ("--book", book)
        return tco_command("prices", "refresh", *named, "--today", today, *options)

    return run
