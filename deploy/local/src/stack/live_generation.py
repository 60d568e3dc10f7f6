"""Which generation of read models questions are answered from: the one that projectors are started for."""

from typing import Final

import psycopg

_LIVE: Final = "SELECT generation FROM public.live_generation"


def live_generation(read_database_url: str) -> str:
    """Its name, `g1` for instance. Raises RuntimeError when the database does not say."""
    try:
        with psycopg.connect(read_database_url, connect_timeout=5) as connection:
            found = connection.execute(_LIVE).fetchone()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise RuntimeError(f"which generation is live, the read database does not say: {reason}") from error
    if found is None:
        raise RuntimeError("no generation of read models is live")
    return str(found[0])
