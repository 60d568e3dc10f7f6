"""The steps that were released stay as they were: databases have gone through them."""

import hashlib
from collections.abc import Mapping
from typing import Final

from tests.contract.databases.revisions import migrations
from tests.contract.releases.records import releases

OF_RELEASE_1: Final = {
    "migrations/write/r0001_orders_products_and_the_log.py": (
        "b286e375d05205ed738c3c97fde1336924411334fe577fb326672d429aa5c7d4"
    ),
    "migrations/read/r0001_generation_1.py": "4c4a4bd4a6c653ceb356e349e763ba61326cd9b0e194e5b3a62d4897c2b2e6b7",
    "migrations/read/r0002_parked_events.py": "4c1b6256ccaf62e0ad94cf1f180b21240281202a12b6307f8a86e11234721602",
}
"""Release 1 did not record its migrations."""


def changed(past: Mapping[str, str], present: Mapping[str, bytes]) -> list[str]:
    """Files whose digests are not those that were released."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in present.items()}
    return [name for name, digest in past.items() if digests.get(name) != digest]


def released_migrations() -> dict[str, str]:
    """Digests by file, of all releases."""
    found = dict(OF_RELEASE_1)
    for release in releases():
        digests: dict[str, str] = release.json("digests.json")
        found |= {name: digest for name, digest in digests.items() if name.startswith("migrations/")}
    return found


def test_released_migrations_are_as_they_were_released() -> None:
    assert changed(released_migrations(), migrations()) == []


def test_every_release_but_the_first_records_its_migrations() -> None:
    for release in releases()[1:]:
        assert any(name.startswith("migrations/") for name in release.json("digests.json")), release.number


def test_a_change_of_a_released_migration_is_caught() -> None:
    present = migrations()
    assert set(present) >= set(OF_RELEASE_1)
    for name in OF_RELEASE_1:
        assert changed(released_migrations(), {**present, name: present[name] + b"\n"}) == [name]
        assert changed(released_migrations(), {one: present[one] for one in present if one != name}) == [name]
