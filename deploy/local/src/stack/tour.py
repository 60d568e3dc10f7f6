"""Three lines for a terminal that show an order travel from one side to the other."""

from collections.abc import Mapping

CUSTOMER = "019a0000-0000-7000-8000-000000000001"
JSON = "-H 'Content-Type: application/json'"
ADDRESS = (
    '{"recipient":"Ada Lovelace","line1":"12 St James Square","city":"London","postal_code":"SW1Y 4JH","country":"GB"}'
)
ORDER_ID = r"""sed 's/.*"order_id": *"\([^"]*\)".*/\1/'"""
CONSISTENCY = r"""tr -d '\r' | awk 'tolower($1)=="consistency-token:"{print $2}'"""


def curl_tour(urls: Mapping[str, str]) -> list[str]:
    """List a product with stock; order it and confirm; read it back. `urls` holds the gateway's base address.

    The last line sends the token of the last command along, so that it waits until that is visible.
    """
    api = urls["gateway"] + "/api/v1"
    product = '{"name":"Mug","unit_price_cents":1250,"currency":"EUR"}'
    stock = '{"delta":100,"reason":"delivery"}'
    order = f'{{"customer_id":"{CUSTOMER}","items":[{{"sku":"MUG","quantity":2}}],"shipping_address":{ADDRESS}}}'
    list_product = (
        f"curl -sX PUT {api}/products/MUG {JSON} -d '{product}'"
        f" && curl -sX POST {api}/products/MUG/stock-adjustments {JSON} -d '{stock}' && echo"
    )
    place_order = (
        f"ORDER=$(curl -sX POST {api}/orders {JSON} -d '{order}' | {ORDER_ID})"
        f" && TOKEN=$(curl -s -o /dev/null -D - -X POST {api}/orders/$ORDER/confirm | {CONSISTENCY})"
        " && echo $ORDER"
    )
    read_back = (
        f'curl -s -H "Consistency-Token: $TOKEN" {api}/orders/$ORDER'
        f" && curl -s {api}/orders/$ORDER/history && curl -s {api}/customers/{CUSTOMER}/orders && echo"
    )
    return [list_product, place_order, read_back]
