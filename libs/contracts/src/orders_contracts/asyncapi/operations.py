"""What outbox-relay does with the channels. Readers do the reverse."""

from typing import Any

from orders_contracts.asyncapi.channels import REPLY_KEY
from orders_contracts.asyncapi.messages import event_names


def operations() -> dict[str, Any]:
    """By name."""
    return {
        "publishEvents": _operation("send", "events", event_names(), "Carry the numbered log over, in its order."),
        "announceHeads": _operation("send", "heads", ["Heads"], "Tell once a second what has been seen published."),
        "serveReplays": _operation(
            "receive", "replayRequests", ["ReplayRequest"], "Write again what a reader cannot find."
        )
        | {
            "reply": {
                "address": {
                    "location": "$message.payload#/reply_to",
                    "description": f"A stream that is made for this one request. Its name is `{REPLY_KEY}`.",
                },
                "channel": {"$ref": "#/channels/replies"},
                "messages": _of("replies", event_names()),
            }
        },
        "beHeardOf": _operation("send", "members", ["Heartbeat"], "Say that this replica lives, to share the work."),
    }


def _operation(action: str, channel: str, messages: list[str], summary: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "messages": _of(channel, messages),
    }


def _of(channel: str, messages: list[str]) -> list[dict[str, str]]:
    return [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages]
