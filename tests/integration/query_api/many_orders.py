"""As many orders as make a page of a list dear, where more is read than is answered."""

from os import environ
from typing import Final

ORDERS: Final = int(environ.get("LISTED_ORDERS", "100000"))

FILL: Final = """
INSERT INTO g1.order_summary
SELECT gen_random_uuid(), ('00000000-0000-7000-8000-' || lpad(buyer::text, 12, '0'))::uuid, status,
    CASE WHEN n % 3 = 0 THEN 'R' || n % 100 END, total, skus,
    timestamptz '2026-01-01' + n * interval '20 seconds', '{}'
FROM (
    SELECT n, CASE WHEN n % 20 = 0 THEN 0 ELSE 1 + n::bigint * 7919 % 5000 END AS buyer,
        CASE WHEN n % 1000 = 1 THEN 'REJECTED' WHEN n > 0.9 * {orders} THEN 'CONFIRMED' ELSE 'COMPLETED' END AS status,
        CASE WHEN n <= 0.01 * {orders} THEN 1 WHEN n % 5000 = 2 THEN 90000000 ELSE 1000 + n % 9973 END AS total,
        ARRAY['S' || n % 500] || CASE WHEN n % 3 = 0 THEN ARRAY['OFTEN'] ELSE '{}' END
            || CASE WHEN n <= 0.05 * {orders} THEN ARRAY['OLD'] ELSE '{}' END AS skus
    FROM generate_series(1, {orders}) AS n
) AS made
""".replace("{orders}", str(ORDERS)).encode()
"""The oldest have a SKU and a total that no later order has, the newest a status of their own: nothing is even."""
