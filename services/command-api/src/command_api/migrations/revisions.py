"""Which revision this code needs, told without loading Alembic, which `serve` can do without."""

import re
from pathlib import Path
from typing import Final

_FILE: Final = re.compile(r"r(\d{4})_\w+\.py")


def newest() -> str:
    """The newest revision that this code knows, such as `0001`: revisions are numbered by the names of their files."""
    names = (_FILE.fullmatch(file.name) for file in (Path(__file__).parent / "versions").iterdir())
    return max(name[1] for name in names if name is not None)
