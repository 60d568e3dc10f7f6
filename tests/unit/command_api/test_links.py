"""Links of the OpenAPI document lead from operation to operation, or the document is not made."""

from typing import Any

import pytest

from command_api.entrypoints.links import LINKS, with_links


def document(*names: str) -> dict[str, Any]:
    """Operations that FastAPI would name like that, each with one good answer and one problem."""
    return {
        "paths": {
            f"/api/v1/{name}": {
                "post": {
                    "operationId": f"{name}_api_v1_{name}_post",
                    "summary": name.title(),
                    "responses": {"201": {}, "422": {}},
                }
            }
            for name in names
        }
    }


EVERY = {*LINKS, *(link.operation for links in LINKS.values() for link in links)}


def test_a_good_answer_tells_where_to_go_on_and_a_problem_does_not() -> None:
    responses = with_links(document(*EVERY))["paths"]["/api/v1/ship_items"]["post"]["responses"]
    (link,) = responses["201"]["links"].values()
    assert link["operationId"] == "deliver_shipment_api_v1_deliver_shipment_post"
    assert link["parameters"]["shipment_id"] == "$response.body#/shipment_id"
    assert responses["422"] == {}


@pytest.mark.parametrize("missing", sorted(EVERY))
def test_a_link_that_leads_nowhere_is_caught(missing: str) -> None:
    with pytest.raises(LookupError):
        with_links(document(*(EVERY - {missing})))
