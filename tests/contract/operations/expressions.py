"""What a PromQL expression asks for: samples, labels and their values; held against what is there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import promql_parser
from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    Call,
    Matcher,
    MatchOp,
    MatrixSelector,
    VectorSelector,
)

TARGET: Final = frozenset({"job", "instance"})
"""What Prometheus itself says of every sample it scrapes."""


class Known(NamedTuple):
    """`labels` of each sample, and the `values` that a label of a sample may have: ("commands_total", "outcome")."""

    labels: Mapping[str, frozenset[str]]
    values: Mapping[tuple[str, str], frozenset[str]]


def faults(text: str, known: Known) -> list[str]:
    """What the expression asks for that does not exist. Raises ValueError where it is no PromQL."""
    expression = promql_parser.parse(text)
    found = [fault for selector in selectors(expression) for fault in _unknown(selector, known)]
    return found or [f"nothing has {label}" for label in sorted(_grouped_by(expression) - _offered(expression, known))]


def selectors(expression: promql_parser.Expr) -> list[VectorSelector]:
    """All that the expression selects, wherever it stands."""
    found: list[VectorSelector] = []

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, VectorSelector):
            found.append(node)

    promql_parser.walk(expression, pre_visit=visit)
    return found


def matchers_of(selector: VectorSelector, label: str) -> list[Matcher]:
    """What the selector demands of the label."""
    return [matcher for matcher in selector.matchers.matchers if matcher.name == label]


def admits(matchers: Sequence[Matcher], value: str) -> bool:
    """Whether a label of this value passes all of them."""
    return all(_admits(matcher, value) for matcher in matchers)


def _admits(matcher: Matcher, value: str) -> bool:
    is_pattern = matcher.op in (MatchOp.Re, MatchOp.NotRe)
    fits = bool(re.fullmatch(matcher.value, value)) if is_pattern else matcher.value == value
    return fits is not (matcher.op in (MatchOp.NotEqual, MatchOp.NotRe))


def outcome(expression: promql_parser.Expr, known: Known) -> frozenset[str]:
    """The labels that the result carries for certain."""
    found: frozenset[str] = frozenset()
    match expression:
        case VectorSelector(name=str(name)):
            found = known.labels.get(name, frozenset()) | TARGET
        case MatrixSelector(vector_selector=inner) | promql_parser.ParenExpr(expr=inner):
            found = outcome(inner, known)
        case AggregateExpr(modifier=promql_parser.AggModifier() as by) if by.type == AggModifierType.By:
            found = frozenset(by.labels)
        case BinaryExpr(op=operator, lhs=left, rhs=right):
            found = outcome(left, known)
            if str(operator) == "or":
                found &= outcome(right, known)
        case Call(func=function, args=arguments):
            found = _outcome_of(function.name, arguments, known)
    return found


def _outcome_of(function: str, arguments: Sequence[promql_parser.Expr], known: Known) -> frozenset[str]:
    match function, arguments:
        case "absent", [VectorSelector(matchers=matchers)]:
            return frozenset(matcher.name for matcher in matchers.matchers if matcher.op == MatchOp.Equal)
        case "absent", _:
            return frozenset()  # only a plain selector lends its labels
        case "label_replace", [inner, promql_parser.StringLiteral(val=label), *_]:
            return outcome(inner, known) | {label}
        case _, [*_, last]:
            return outcome(last, known) - {"le"}
        case _:
            return frozenset()


def _unknown(selector: VectorSelector, known: Known) -> Iterator[str]:
    name = selector.name or ""
    if name not in known.labels:
        yield f"no service exports {name}"
        return
    for matcher in selector.matchers.matchers:
        if matcher.name not in known.labels[name] | TARGET:
            yield f"{name} has no label {matcher.name}"
        values = known.values.get((name, matcher.name), known.values.get(("", matcher.name)))
        if values is not None:
            yield from (f"{name}: {matcher.name} is never {value}" for value in _impossible(matcher, values))


def _impossible(matcher: Matcher, values: frozenset[str]) -> list[str]:
    if matcher.op == MatchOp.Equal or matcher.op == MatchOp.NotEqual:  # noqa: PLR1714 -- they cannot be hashed
        return [] if matcher.value in values else [matcher.value]
    return [one for one in matcher.value.split("|") if not any(re.fullmatch(one, value) for value in values)]


def _grouped_by(expression: promql_parser.Expr) -> set[str]:
    """Labels in `by (...)` and `on (...)`."""
    found: set[str] = set()

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, AggregateExpr) and node.modifier is not None:
            found.update(node.modifier.labels)
        elif isinstance(node, BinaryExpr) and node.modifier is not None and node.modifier.matching is not None:
            found.update(node.modifier.matching.labels)

    promql_parser.walk(expression, pre_visit=visit)
    return found


def _offered(expression: promql_parser.Expr, known: Known) -> set[str]:
    return {label for selector in selectors(expression) for label in known.labels[selector.name or ""] | TARGET}
