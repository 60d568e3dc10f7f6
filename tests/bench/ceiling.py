"""How fast the client is by itself: a ratio is worth nothing where the client is what limits it."""

from itertools import repeat
from typing import Final

from tests.bench.bench import Bench
from tests.bench.client import write_request
from tests.bench.closed_loop import drive
from tests.bench.rounds import Spread, spread
from tests.bench.sides import running, trivial

ROUNDS: Final = 5
SECONDS: Final = 1.0
MARGIN: Final = 1.5


async def measure_ceiling(bench: Bench) -> Spread:
    """Answers per second from a server that does nothing."""
    request = write_request("GET", "/api/v1/orders/018f4e2a-7c1e-7c3a-9d55-0c8f6e2b1a10")
    async with running([trivial()], bench.logs, bench.cores.server) as (side,):
        rates = [(await drive(side.port, repeat(request), SECONDS, 200)).rate for _ in range(ROUNDS)]
    return spread(rates)


def judge(ceiling: Spread, bench: Bench) -> str:
    """The ceiling beside the fastest side, and whether the client was in the way."""
    times = ceiling.middle / bench.fastest
    verdict = "[green]enough[/green]" if times >= MARGIN else "[red]too little: the ratios above are suspect[/red]"
    return (
        f"client alone: {ceiling.middle:,.0f}/s ({ceiling.low:,.0f} to {ceiling.high:,.0f}), {times:.1f} times the"
        f" fastest side's {bench.fastest:,.0f}/s; at least {MARGIN} are wanted: {verdict}."
        f" It used at most {bench.busiest:.0%} of its core."
    )
