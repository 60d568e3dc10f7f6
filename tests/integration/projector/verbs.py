"""What operators say to a projector. In this process: to start one takes a second."""

import asyncio
from typing import NamedTuple

from typer.testing import CliRunner

from projector.__main__ import app


class Ended(NamedTuple):
    """How a verb ended."""

    status: int
    out: str
    err: str


async def say(database_url: str, redis_url: str, *words: str) -> Ended:
    """One verb, to its end."""
    environment = {"PROJECTOR_DATABASE_URL": database_url, "PROJECTOR_REDIS_URL": redis_url}
    ended = await asyncio.to_thread(CliRunner().invoke, app, words, env=environment)
    return Ended(ended.exit_code, ended.stdout, ended.stderr)
