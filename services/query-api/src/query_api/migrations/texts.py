"""Statements that are written down for any generation: `{g}` stands for its name, and a semicolon ends a line."""


def statements(text: str, generation: str) -> list[str]:
    """The statements of `text` for `generation`, in order."""
    return [one.strip() for one in text.replace("{g}", generation).split(";\n") if one.strip()]
