"""Logs and metrics: one JSON line per thing worth knowing, with the same keys in every service."""

import logging
import sys
from typing import Final, Literal

import orjson
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

SERVICE: Final = "projector"


def configure_logging(level: str, style: Literal["auto", "json", "console"]) -> None:
    """Send every log line of this process to standard output.

    `auto` renders for people on a terminal and as JSON anywhere else. Keys: timestamp (RFC 3339, UTC, microseconds),
    level, service, event, and what the line is about.
    """
    readable = style == "console" or (style == "auto" and sys.stdout.isatty())
    renderer: Processor = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(_dumps)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _name_service,
        structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%S.%fZ", utc=True),
        structlog.processors.format_exc_info,
    ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # Libraries log through the standard library; their warnings join the same stream.
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[_drop_meta, renderer], foreign_pre_chain=shared)
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


def _name_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["service"] = SERVICE
    return event


def _drop_meta(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(_logger, _method, event)


def _dumps(event: EventDict, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()
