"""Puts the process together. The only place that knows which technology answers which port."""

from command_api.composition.commands import command_bus
from command_api.composition.service import application, refusal_to_start
from command_api.composition.serving import listen, serve

__all__ = ["application", "command_bus", "listen", "refusal_to_start", "serve"]
