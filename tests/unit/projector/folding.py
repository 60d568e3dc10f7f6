"""Events in, documents out."""

import json
from collections.abc import Iterable
from typing import Any

from projector.application.judgement import judge
from projector.application.log import Checkpoint
from projector.application.projections.fold import Writes, fold
from projector.application.projections.order_view import ORDER_VIEW
from tests.fakes.projector_events import Happening, NumberedLog

ADDRESS_DOC = {
    "recipient": "Ada Lovelace",
    "line1": "12 St James's Square",
    "line2": None,
    "city": "London",
    "region": None,
    "postal_code": "SW1Y 4JH",
    "country": "GB",
}


def folded(happenings: Iterable[Happening], documents: Iterable[bytes] = ()) -> Writes:
    judgement = judge(0, Checkpoint(0, ""), NumberedLog().append(0, happenings))
    assert judgement.finding is None
    return fold([judgement.slice], documents)


def view_after(happenings: Iterable[Happening]) -> dict[str, Any]:
    (row,) = folded(happenings).of(ORDER_VIEW)
    document: dict[str, Any] = json.loads(row.doc)
    assert row.version == document["version"]
    return document
