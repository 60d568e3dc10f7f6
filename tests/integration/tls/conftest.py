"""Engines behind TLS, an authority that signed for them, and one that did not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from tests.integration.tls.terminator import Terminator, tls_before

NAMED = "localhost"
"""What the certificates say. Clients that go to 127.0.0.1 by that address go to another name."""


@dataclass(frozen=True)
class Tls:
    """Where the engines are encrypted, and the files of two authorities: theirs and a stranger's."""

    write: Terminator
    read: Terminator
    redis: Terminator
    databases: tuple[str, str]
    authority: Path
    stranger: Path

    def write_url(self, *, host: str = NAMED, authority: Path | None = None) -> str:
        """The write database, its certificate and its name to be verified."""
        return self._postgres(self.write, self.databases[0], host, authority)

    def read_url(self, *, host: str = NAMED, authority: Path | None = None) -> str:
        """The same for the read database."""
        return self._postgres(self.read, self.databases[1], host, authority)

    def redis_url(self, *, host: str = NAMED, authority: Path | None = None) -> str:
        """The same for Redis."""
        return f"rediss://{host}:{self.redis.port}/0?ssl_ca_certs={authority or self.authority}"

    def _postgres(self, terminator: Terminator, database: str, host: str, authority: Path | None) -> str:
        options = f"sslmode=verify-full&sslrootcert={authority or self.authority}"
        return f"postgresql://postgres@{host}:{terminator.port}{database}?{options}"


@pytest.fixture
def tls(tmp_path: Path, write_database_url: str, read_database_url: str, redis_url: str) -> Iterator[Tls]:
    """TLS in front of the engines of this test."""
    ours, strange = trustme.CA(), trustme.CA()
    files = tmp_path / "ours.pem", tmp_path / "strange.pem"
    for authority, file in zip((ours, strange), files, strict=True):
        authority.cert_pem.write_to_path(str(file))
    certificate = ours.issue_cert(NAMED)
    write, read, redis = (urlsplit(url) for url in (write_database_url, read_database_url, redis_url))
    with (
        tls_before(port_of(write.port), certificate, postgres=True) as to_write,
        tls_before(port_of(read.port), certificate, postgres=True) as to_read,
        tls_before(port_of(redis.port), certificate, postgres=False) as to_redis,
    ):
        yield Tls(to_write, to_read, to_redis, (write.path, read.path), *files)


def port_of(port: int | None) -> int:
    """A port that is there."""
    assert port is not None
    return port
