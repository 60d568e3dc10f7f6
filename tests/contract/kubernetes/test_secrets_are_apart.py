"""Each Secret is read by the process that it is for, and by nobody else; what is read is brought by somebody."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.contract.kubernetes.manifests import OVERLAYS, Document, Pod, of_kind, pods, rendered
from tests.contract.kubernetes.processes import documented_secrets, generated_secrets

Use = tuple[str, str, str]
"""Who, and which key of which Secret."""

SERVICES: Final[dict[str, set[tuple[str, str]]]] = {
    "command-api": {("command-api-write-db", "url")},
    "command-api-migrate": {("command-api-migrate-write-db", "url")},
    "outbox-relay": {("outbox-relay-write-db", "url"), ("outbox-relay-redis", "url")},
    "projector": {("projector-read-db", "url"), ("projector-redis", "url")},
    "query-api": {("query-api-read-db", "url"), ("query-api-page-token", "secret")},
    "query-api-migrate": {("query-api-migrate-read-db", "url")},
    "valkey": {("valkey-users", "relay"), ("valkey-users", "projector"), ("valkey-users", "monitor")},
    "write-db": {
        (f"write-db-orders-{user}", key) for user in ("owner", "command", "relay") for key in ("username", "password")
    },
    "read-db": {
        (f"read-db-orders-{user}", key) for user in ("owner", "projector", "query") for key in ("username", "password")
    },
}
WRITE_SIDE_CA: Final = {("write-db-ca", "ca.crt")}
READ_SIDE_CA: Final = {("read-db-ca", "ca.crt")}
MORE_IN_PRODUCTION: Final[dict[str, set[tuple[str, str]]]] = {
    "command-api": WRITE_SIDE_CA,
    "command-api-migrate": WRITE_SIDE_CA,
    "outbox-relay": WRITE_SIDE_CA,
    "projector": READ_SIDE_CA,
    "query-api": READ_SIDE_CA,
    "query-api-migrate": READ_SIDE_CA,
    "valkey": {("valkey-tls", key) for key in ("tls.crt", "tls.key", "ca.crt")},
    "write-db": {("write-db-orders-scaler", "username"), ("write-db-orders-scaler", "password")},
    "keda": {("keda-redis", "password"), ("keda-write-db", "password")},
}
MADE_BY_THE_OPERATOR: Final = {"write-db-ca", "read-db-ca"}


def expected(overlay: str) -> set[Use]:
    tables = [SERVICES, MORE_IN_PRODUCTION] if overlay == "production" else [SERVICES]
    return {(who, *use) for table in tables for who, uses in table.items() for use in uses}


def uses(documents: list[Document]) -> set[Use]:
    """Who reads what; the key is * where a whole Secret is handed over."""
    found = {(pod.name, *use) for pod in pods(documents) for use in _of_pod(pod)}
    for name, cluster in of_kind("Cluster", documents).items():
        spec = cluster["spec"]
        users = [spec["bootstrap"]["initdb"]["secret"], *(role["passwordSecret"] for role in spec["managed"]["roles"])]
        found |= {(name, user["name"], key) for user in users for key in ("username", "password")}
    for authentication in of_kind("TriggerAuthentication", documents).values():
        found |= {("keda", one["name"], one["key"]) for one in authentication["spec"]["secretTargetRef"]}
    return found


def _of_pod(pod: Pod) -> Iterator[tuple[str, str]]:
    for container in pod.containers:
        for entry in container.get("env", ()):
            if reference := entry.get("valueFrom", {}).get("secretKeyRef"):
                yield reference["name"], reference["key"]
        for source in container.get("envFrom", ()):
            yield str(source.get("secretRef", {}).get("name")), "*"
    for volume in pod.spec["volumes"]:
        if secret := volume.get("secret"):
            keys = [item["key"] for item in secret.get("items", ())] or _whole(secret["secretName"])
            yield from ((secret["secretName"], key) for key in keys)


def _whole(name: str) -> list[str]:
    return [key for secret, key in documented_secrets() if secret == name] or ["*"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_secret_is_read_by_whom_it_is_for_and_by_nobody_else(overlay: str) -> None:
    assert uses(rendered(overlay)) == expected(overlay)


def test_dev_makes_every_secret_that_it_reads_and_no_other() -> None:
    assert generated_secrets().keys() == {(name, key) for _, name, key in expected("dev")}


def test_production_brings_no_secret_and_the_handbook_names_each() -> None:
    assert of_kind("Secret", rendered("production")) == {}
    wanted = {(name, key) for _, name, key in expected("production") if name not in MADE_BY_THE_OPERATOR}
    assert documented_secrets().keys() == wanted


def test_the_passwords_of_dev_are_for_nothing_else_and_fit_their_urls() -> None:
    secrets = generated_secrets()
    passwords = {key: value for key, value in secrets.items() if key[1] not in {"url", "username"}}
    assert [value for value in passwords.values() if not value.startswith("dev-")] == []
    assert len(set(passwords.values())) == len(passwords)
    users = {
        f"{secrets[name, 'username']}:{value}@{name[:5].rstrip('-')}"
        for (name, key), value in passwords.items()
        if key == "password"
    }
    urls = [value for (_, key), value in secrets.items() if key == "url" and value.startswith("postgresql")]
    assert {url.removeprefix("postgresql://").partition("-db")[0] for url in urls} == users


@pytest.mark.parametrize(
    "change",
    [
        {"env": {"name": "X", "valueFrom": {"secretKeyRef": {"name": "outbox-relay-redis", "key": "url"}}}},
        {"envFrom": {"secretRef": {"name": "outbox-relay-redis"}}},
    ],
)
def test_a_secret_of_another_s_is_seen(change: dict[str, Any]) -> None:
    documents = rendered("production")
    container = of_kind("Deployment", documents)["query-api"]["spec"]["template"]["spec"]["containers"][0]
    for field, entry in change.items():
        container.setdefault(field, []).append(entry)
    (more,) = uses(documents) - expected("production")
    assert more[:2] == ("query-api", "outbox-relay-redis")


def test_the_key_of_an_authority_would_be_seen() -> None:
    documents = rendered("production")
    (pod,) = [pod for pod in pods(documents) if pod.name == "query-api"]
    (volume,) = [volume for volume in pod.spec["volumes"] if volume["name"] == "read-db-ca"]
    del volume["secret"]["items"]
    assert uses(documents) - expected("production") == {("query-api", "read-db-ca", "*")}
