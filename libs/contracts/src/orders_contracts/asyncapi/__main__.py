"""`python -m orders_contracts.asyncapi [folder]` writes the document and its page, into docs/api unless told."""

import sys
from pathlib import Path

from orders_contracts.asyncapi.document import FILE, document, printed
from orders_contracts.asyncapi.page import PAGE, page


def write(folder: Path) -> None:
    """Make both files in `folder`."""
    content = document()
    (folder / FILE).write_bytes(printed(content))
    (folder / PAGE).write_text(page(content), "utf-8")


if __name__ == "__main__":
    write(Path(*sys.argv[1:] or ["docs/api"]))
