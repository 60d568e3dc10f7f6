"""How the code reads, as far as it can be measured. Every check answers with what it found, as `file:line what`."""

import ast
import io
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.architecture.tree import files_of_tests, functions, parsed, python_files

Check = Callable[[Path], list[str]]

FILE_LINES: Final = 300
FUNCTION_LINES: Final = 40
BANNED_NAMES: Final = frozenset({"utils", "common", "helpers", "base", "manager", "misc"})
WITHOUT_KUBECTL: Final = Path("tests/contract/kubernetes/test_rendered.py")
"""May be left out where its program is not: no package registry has it. What it holds up to date is committed."""
UNFINISHED: Final = ("TO" + "DO", "FIX" + "ME", "X" * 3)


def long_files(root: Path) -> list[str]:
    """Files of more than 300 lines."""
    counted = ((file, len(file.read_text("utf-8").splitlines())) for file in python_files(root))
    return [_at(root, file, 1, f"{lines} lines") for file, lines in counted if lines > FILE_LINES]


def long_functions(root: Path) -> list[str]:
    """Functions of more than 40 lines, from `def` to the end."""
    return [
        _at(root, file, node.lineno, f"{node.name} {lines} lines")
        for file in python_files(root)
        for node in functions(parsed(file))
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]


def banned_names(root: Path) -> list[str]:
    """Modules and packages whose name says nothing."""
    return [
        _at(root, file, 1, "a name that says nothing")
        for file in python_files(root)
        if BANNED_NAMES & {*file.relative_to(root).parts[:-1], file.stem}
    ]


def undocumented_modules(root: Path) -> list[str]:
    """Modules that do not say why they exist. An empty one marks a package and says nothing."""
    return [
        _at(root, file, 1, "no docstring")
        for file in python_files(root)
        if (tree := parsed(file)).body and ast.get_docstring(tree) is None
    ]


def unfinished_work(root: Path) -> list[str]:
    """Comments that put something off."""
    return [
        _at(root, file, token.start[0], "unfinished")
        for file in python_files(root)
        if any(word in (text := file.read_text("utf-8")) for word in UNFINISHED)
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and any(word in token.string for word in UNFINISHED)
    ]


def sleeping_tests(root: Path) -> list[str]:
    """Sleeps in tests. A wait ends when something has come true: it stands in a function called `until...`.

    A benchmark is no test: it keeps a pace.
    """
    tests = (file for file in files_of_tests(root) if root / "tests/bench" not in file.parents)
    return [_at(root, file, line, "sleeps") for file in tests for line in _sleeps(parsed(file), "")]


def dodging_tests(root: Path) -> list[str]:
    """Tests that may be left out or fail unnoticed, and parts that are only pretended.

    `patch.object` and `patch.dict` say what stands in; `patch` alone invents it.
    """
    return [
        _at(root, file, getattr(node, "lineno", 1), "dodges")
        for file in files_of_tests(root)
        if file.relative_to(root) != WITHOUT_KUBECTL
        for node in ast.walk(parsed(file))
        if _dodges(node)
    ]


def mumbling_tests(root: Path) -> list[str]:
    """Tests whose name is no sentence: fewer than three words."""
    return [
        _at(root, file, node.lineno, node.name)
        for file in files_of_tests(root)
        if file.name.startswith("test_")
        for node in functions(parsed(file))
        if node.name.startswith("test_") and node.name.count("_") < 3
    ]


def _sleeps(node: ast.AST, inside: str) -> Iterator[int]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _sleeps(child, child.name)
            continue
        if isinstance(child, ast.Call) and _is_sleep(child) and not inside.lstrip("_").startswith("until"):
            yield child.lineno
        yield from _sleeps(child, inside)


def _is_sleep(call: ast.Call) -> bool:
    """`sleep(0)` only gives way to others."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    gives_way = bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0
    return name == "sleep" and not gives_way


def _dodges(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr="skip" | "skipif" | "xfail" | "importorskip"):
            return True
        case ast.Import(names=names):
            return any(name.name in {"mock", "unittest.mock"} for name in names)
        case ast.ImportFrom(module="mock" | "unittest.mock", names=names):
            return any(name.name != "patch" for name in names)
        case ast.Call(func=ast.Name(id="patch")):
            return True
        case ast.ImportFrom(module="unittest", names=names):
            return any(name.name == "mock" for name in names)
        case _:
            return False


def _at(root: Path, file: Path, line: int, what: str) -> str:
    return f"{file.relative_to(root)}:{line} {what}"
