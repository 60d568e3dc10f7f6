"""What stands in the table of commands beside the documents."""

from orders_contracts.consistency import ConsistencyToken, encode_token
from tests.fakes.projector_commands import CommandLife
from tests.fakes.projector_events import NumberedLog, an_id
from tests.integration.projector.conftest import RealStoreWorld
from tests.suites.projector_read_store import apply, slice_of


async def test_the_token_of_what_a_command_did_is_stored_beside_its_document(store_world: RealStoreWorld) -> None:
    await store_world.store.open(1, 1)
    one, two = CommandLife(1), CommandLife(2)
    events = [one.accepted(), one.succeeded(5), two.accepted()]
    await apply(store_world.store, slice_of(NumberedLog().append(0, events)))
    token = encode_token(ConsistencyToken("order", one.order_id, 5))
    rows = await store_world.rows("SELECT command_id, version, token FROM command_status ORDER BY version DESC")
    assert rows == [(an_id("command", 1), 2, token), (an_id("command", 2), 1, None)]
