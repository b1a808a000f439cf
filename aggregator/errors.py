"""The one tree of errors of aggregator.

    AggregatorError                    code, detail: what is wrong, where, what to do
    ├── UsageError                     wrong use of a command or an argument (exit 2)
    │   └── ConfigurationError         sources.toml or the environment is wrong (exit 2)
    ├── SourceError                    one source failed at one stage; never stops another source
    │   ├── FetchError                 stage dns, connect, tls, http or decode
    │   │   └── Deferred               a quota, Retry-After or lease says: not before `retry_at`
    │   └── ParseError                 stage parse: the bytes are not what the source kind reads
    ├── StoreError                     the database: disk_full, db_busy, db_corrupt, schema_newer, …
    ├── NotFound                       an id or line that is not stored
    └── DeliveryError                  a channel did not take a digest

Nothing here imports anything of the package. Messages say what, which and what to do; they carry no secret
(`redact` is applied by whoever builds a message from foreign text).
"""

from __future__ import annotations

from datetime import datetime


class AggregatorError(Exception):
    """The root: every error that the package raises on purpose. `code` is a stable slug that scripts may match."""

    code = "error"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return self.detail


class UsageError(AggregatorError):
    """A command or an argument is wrong; nothing was done (exit status 2)."""

    code = "usage"


class ConfigurationError(UsageError):
    """sources.toml or an environment variable is wrong: `where` is `file: table.key` (or `file:line`)."""

    code = "configuration"

    def __init__(self, where: str, detail: str) -> None:
        super().__init__(f"{where}: {detail}")
        self.where = where


class SourceError(AggregatorError):
    """One source failed. `stage` is dns, connect, tls, http, decode, parse or store."""

    code = "source_failed"
    stage = "source"

    def __init__(
        self, detail: str, *, code: str | None = None, stage: str | None = None, retry_at: datetime | None = None
    ) -> None:
        super().__init__(detail, code=code)
        if stage is not None:
            self.stage = stage
        self.retry_at = retry_at


class FetchError(SourceError):
    """A fetch ended without a usable answer. Codes are those of docs/guarantees.md (dns_failed, deadline, too_large, …)."""

    code = "fetch_failed"
    stage = "http"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        stage: str | None = None,
        retry_at: datetime | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(detail, code=code, stage=stage, retry_at=retry_at)
        self.status = status


class Deferred(FetchError):
    """Not a failure: a quota, a Retry-After or somebody's lease forbids the request before `retry_at`."""

    code = "deferred"


class ParseError(SourceError):
    """The bytes are not what the kind reads: not_a_feed, parse_error, schema_unexpected, selector_empty, …"""

    code = "parse_error"
    stage = "parse"


class StoreError(AggregatorError):
    """The database refused: disk_full, db_busy, db_corrupt, db_readonly, schema_newer, …"""

    code = "store"


class NotFound(AggregatorError):
    """No stored item or line has this id or name."""

    code = "not_found"


class DeliveryError(AggregatorError):
    """A channel did not take a digest; the outbox keeps it for another try."""

    code = "delivery"
