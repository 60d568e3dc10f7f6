"""Whether labels are selected: matchLabels and matchExpressions as Kubernetes reads them."""

from collections.abc import Mapping
from typing import Any, assert_never, cast, get_args
from typing import Literal as Either

Labels = Mapping[str, str]
Operator = Either["In", "NotIn", "Exists", "DoesNotExist"]


def selects(selector: Mapping[str, Any], labels: Labels) -> bool:
    """An empty selector selects everything."""
    wanted = selector.get("matchLabels", {})
    if any(labels.get(name) != value for name, value in wanted.items()):
        return False
    return all(_holds(expression, labels) for expression in selector.get("matchExpressions", ()))


def _holds(expression: Mapping[str, Any], labels: Labels) -> bool:
    if expression["operator"] not in get_args(Operator):
        raise ValueError(f"no operator of Kubernetes: {expression}")
    operator, value = cast("Operator", expression["operator"]), labels.get(expression["key"])
    match operator:
        case "In":
            return value in expression["values"]
        case "NotIn":
            return value not in expression["values"]
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case _:
            assert_never(operator)
