"""The clients of AWS, and what went wrong with them in plain words.

The only module that imports boto3, which is installed with the extra ``aws``.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

from tco.errors import TcoError, one_of

__all__ = ["AwsClients", "aws_errors"]

ATTEMPTS: Final = 8
PRICED_PARTITIONS: Final = frozenset({"aws", "aws-us-gov"})
"""The parts of AWS whose prices the one public price list has."""
RENEW: Final = (
    "Renew them (`aws sso login`, or new keys) and check with `aws sts get-caller-identity`, "
    "then run the command again."
)
NO_CREDENTIALS: Final = (
    "no AWS credentials were found. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, and check with `aws sts get-caller-identity`."
)
EXPLAINED: Final = (
    (
        {"ProfileNotFound"},
        "AWS_PROFILE names a profile that the AWS configuration does not have. "
        "`aws configure list-profiles` lists those that it has.",
    ),
    ({"NoCredentialsError", "PartialCredentialsError"}, NO_CREDENTIALS),
    (
        {
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired",
            "CredentialRetrievalError",
            "SSOTokenLoadError",
            "TokenRetrievalError",
            "UnauthorizedSSOTokenError",
        },
        f"the AWS credentials have expired. {RENEW}",
    ),
    (
        {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"},
        f"AWS does not accept the credentials. {RENEW}",
    ),
    (
        {"AuthFailure", "OptInRequired"},
        "AWS rejects this account in the region. Enable the region in the account, or leave "
        "it out.",
    ),
    (
        {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"},
        "the credentials lack the permission {action}. Add it to their IAM policy.",
    ),
    (
        {
            "LimitExceededException",
            "RequestLimitExceeded",
            "Throttling",
            "ThrottledException",
            "ThrottlingException",
            "TooManyRequestsException",
        },
        f"AWS still throttles after {ATTEMPTS} attempts. Run the command again later, with fewer "
        "regions or instance types.",
    ),
    (
        {"DataUnavailableException"},
        "Cost Explorer has no data of the account. Enable it under Billing and Cost Management; "
        "the first figures take a day.",
    ),
    (
        {"BillExpirationException"},
        "Cost Explorer no longer keeps that month. Use an export: --billing FILE.",
    ),
    (
        {
            "ConnectTimeoutError",
            "ConnectionClosedError",
            "EndpointConnectionError",
            "ReadTimeoutError",
        },
        "AWS cannot be reached. Check the network and run the command again.",
    ),
)
"""What an error code of AWS, or an error of botocore by its name, means for the user."""


class AwsClients:
    """Clients of the user's own session, each made once, with retries that slow down."""

    def __init__(self) -> None:
        try:
            boto3: Any = import_module("boto3")
        except ModuleNotFoundError:
            raise TcoError(
                "asking AWS needs boto3, which is not installed. "
                "Install it with the extra: pip install 'gpu-tco[aws]'."
            ) from None
        with aws_errors("credentials"):
            self._session: Any = boto3.Session()
            if self._session.get_credentials() is None:
                raise TcoError(NO_CREDENTIALS)
        self._clients: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, region: str) -> Any:
        """Return the client of a service in a region."""
        key = (service, region)
        if key not in self._clients:
            config: Any = import_module("botocore.config").Config(
                retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS}
            )
            self._clients[key] = self._session.client(service, region_name=region, config=config)
        return self._clients[key]

    def regions(self, asked: tuple[str, ...]) -> tuple[str, ...]:
        """Return the regions asked for, else the session's. Raises TcoError for an unknown one."""
        own: str | None = self._session.region_name
        regions = asked or ((own,) if own else ())
        if not regions:
            raise TcoError("no region is set. Pass --region, such as --region us-east-1.")
        partitions: dict[str, str] = {
            name: partition
            for partition in self._session.get_available_partitions()
            for name in self._session.get_available_regions("ec2", partition)
        }
        for region in regions:
            if region not in partitions:
                raise TcoError(f'"{region}" is not a region of AWS. {one_of(region, partitions)}')
            if partitions[region] not in PRICED_PARTITIONS:
                raise TcoError(
                    f"{region} has a separate price list (in China, in CNY), which tco does "
                    "not read. Write its prices into a price book, with `currency` for the "
                    "exchange rate."
                )
        return tuple(dict.fromkeys(regions))


@contextmanager
def aws_errors(action: str) -> Generator[None]:
    """Turn what botocore raises into a TcoError that says what to do."""
    exceptions: Any = import_module("botocore.exceptions")
    known: tuple[type[Exception], ...] = (exceptions.ClientError, exceptions.BotoCoreError)
    try:
        yield
    except known as error:
        raise TcoError(_explained(error, action)) from None


def _explained(error: Exception, action: str) -> str:
    response: dict[str, Any] = getattr(error, "response", {})
    names = {str(response.get("Error", {}).get("Code", "")), type(error).__name__}
    for known, text in EXPLAINED:
        if known & names:
            return text.format(action=action)
    return f"{action} failed: {str(error).splitlines()[0].rstrip('.')}."
