"""A service that joins later needs no more rights than the page for operators gives it."""

import re
from pathlib import Path
from typing import Final

import redis

from orders_contracts.streams import events_stream
from tests.contract.link.fifth_service import confirm_orders, notifier
from tests.contract.redis.test_users import PAGE
from tests.contract.redis.users import set_rules
from tests.integration.outbox_relay.checking import PARTITIONS, until
from tests.integration.outbox_relay.processes import running
from tests.integration.outbox_relay.relays import all_told

_RULES: Final = re.compile(r"^user notifier on >\$\{NOTIFIER_PASSWORD\} (.*)$", re.MULTILINE)
_NEVER_MIND: Final = "client|setinfo"
"""redis-py tells the server who it is, and does not mind a refusal."""


async def test_the_notifier_works_with_the_rights_that_the_page_shows(
    tmp_path: Path, write_database_url: str, redis_url: str
) -> None:
    (rules,) = _RULES.findall(PAGE.read_text())
    events = confirm_orders(write_database_url, 40)
    with (
        running(tmp_path / "relay.log", DATABASE_URL=write_database_url, REDIS_URL=redis_url),
        redis.Redis.from_url(redis_url, decode_responses=True) as admin,
    ):
        await until(lambda: all_told(write_database_url, redis_url))
        for partition in range(PARTITIONS):
            admin.xtrim(events_stream(1, partition), maxlen=0, approximate=False)
        set_rules(admin, "notifier", ["on", ">word", *rules.split()])
        admin.acl_log_reset()
        with notifier(tmp_path, redis_url.replace("//", "//notifier:word@")) as one:
            await one.until_told(events)
            refused = {entry["object"] for entry in admin.acl_log()}
    assert refused <= {_NEVER_MIND}
