"""The Valkey of the manifests, run for real: who gets in, what it keeps and refuses, whether its memory is enough."""

from pathlib import Path
from string import Template
from typing import Final
from uuid import uuid4

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from orders_contracts.streams import NO_EVENT, events_stream
from outbox_relay.adapters.redis_stream import RedisStream, connect
from outbox_relay.application.ports import Batch, Last
from outbox_relay.settings import Settings
from projector.application.replay import CHUNK
from stack.redis_users import RULES
from tests.conftest import PARTITIONS
from tests.contract.events.goldens import TYPES, golden
from tests.contract.kubernetes import valkeys
from tests.contract.kubernetes.manifests import OVERLAYS, named
from tests.contract.kubernetes.processes import our_pods

ENTRY_BYTES: Final = 1_100
"""What an event takes in a stream, and what the sizes of the manifests are reckoned with."""
UNITS: Final = {"mb": 1024**2, "gb": 1024**3, "Mi": 1024**2, "Gi": 1024**3}


def size(text: str) -> int:
    """2gb, 384Mi."""
    return int(text[:-2]) * UNITS[text[-2:]]


def test_every_password_gets_into_the_users_file_as_it_is(tmp_path: Path) -> None:
    file = valkeys.filled_in("dev", tmp_path)
    words = {f"{name.upper()}_PASSWORD": word for name, word in valkeys.PASSWORDS.items()}
    assert file.read_text() == Template(RULES.read_text()).substitute(words)
    assert file.stat().st_mode & 0o077 == 0


def test_users_get_in_by_password_and_nobody_else_does(tmp_path: Path) -> None:
    with valkeys.running("dev", tmp_path) as port:
        for name in valkeys.PASSWORDS:
            with valkeys.client(port, name) as user, pytest.raises(redis.exceptions.NoPermissionError):
                user.flushall()
        with (
            redis.Redis(port=port, retry=Retry(NoBackoff(), 0)) as stranger,
            pytest.raises(redis.exceptions.AuthenticationError),
        ):
            stranger.ping()


def test_it_keeps_what_it_has_on_disk_and_evicts_nothing(tmp_path: Path) -> None:
    with valkeys.running("dev", tmp_path) as port, valkeys.client(port, "monitor") as monitor:
        told = {**monitor.info("memory"), **monitor.info("persistence")}
    assert told["maxmemory_policy"] == "noeviction"
    assert told["maxmemory"] == size(str(valkeys.pod("dev").settings["MAXMEMORY"]))
    assert told["aof_enabled"] == 1
    assert (tmp_path / "appendonlydir").is_dir()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_its_memory_holds_every_stream_at_its_longest_twice(overlay: str) -> None:
    valkey, relay = valkeys.pod(overlay), our_pods(overlay)["outbox-relay"]
    length = int(relay.settings.get("OUTBOX_RELAY_STREAM_LENGTH", Settings.model_fields["stream_length"].default))
    needed = PARTITIONS * (length + CHUNK) * ENTRY_BYTES
    memory = size(str(valkey.settings["MAXMEMORY"]))
    assert memory >= 2 * needed
    assert size(valkey.main["resources"]["limits"]["memory"]) >= 1.5 * memory
    disk = named("StatefulSet", "valkey", overlay)["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]
    assert size(disk["storage"]) >= 2 * memory  # the file, and the one that it is rewritten into


async def test_an_event_takes_as_much_memory_as_was_reckoned_with(redis_url: str) -> None:
    many = 3_600
    rows = [(0, str(uuid4()), type_, golden(type_)) for _ in range(many // len(TYPES)) for type_ in TYPES]
    with redis.Redis.from_url(redis_url) as admin:
        before = admin.info("memory")["used_memory"]
        async with connect(redis_url) as client:
            batch = Batch(0, Last("0-0", ""), 1, NO_EVENT, rows)
            assert await RedisStream(client, length=many).publish(1, [batch]) == [None]
        taken = admin.info("memory")["used_memory"] - before
        assert admin.xlen(events_stream(1, 0)) == len(rows)
    assert 0.8 * ENTRY_BYTES < taken / len(rows) <= ENTRY_BYTES


def test_in_production_it_speaks_tls_alone() -> None:
    words = valkeys.server_words("production")
    said = dict(zip(words[::2], words[1::2], strict=True))
    (port,) = valkeys.pod("production").main["ports"]
    assert (said["--port"], said["--tls-port"], said["--tls-auth-clients"]) == ("0", str(port["containerPort"]), "no")
    mounts = [mount["mountPath"] for mount in valkeys.pod("production").main["volumeMounts"]]
    files = [said[f"--tls-{name}-file"] for name in ("cert", "key", "ca-cert")]
    assert [file for file in files if str(Path(file).parent) not in mounts] == []
