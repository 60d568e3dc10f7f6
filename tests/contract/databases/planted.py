"""A next version of an owner, with one migration more, run by its own verb as an operator would run it."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from tests.contract.databases.revisions import FOLDERS

_MIGRATION: Final = '''"""Planted."""

from alembic import op

revision = "9999"
down_revision = "{before}"


def upgrade() -> None:
    op.execute("""{statements}""")
'''


class NextVersion:
    """A copy of the owner of `side`, in `folder`, whose last migration runs `statements`."""

    def __init__(self, folder: Path, side: str, statements: str) -> None:
        package = FOLDERS[side].parent
        self.side = side
        self.prefix = package.name.upper()
        self.argv = [sys.executable, "-m", package.name, "migrate"]
        self._folder = folder
        copy = folder / package.name
        shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
        versions = copy / "migrations/versions"
        before = max(file.name[1:5] for file in versions.glob("r*.py"))
        (versions / "r9999_planted.py").write_text(_MIGRATION.format(before=before, statements=statements))

    def environment(self, database_url: str, **settings: object) -> dict[str, str]:
        """What the verb is told. `settings` are named without the prefix."""
        given = {"DATABASE_URL": database_url, **settings}
        own = {f"{self.prefix}_{name}": str(value) for name, value in given.items()}
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(self._folder)} | own
