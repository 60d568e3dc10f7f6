"""What became of a command that was accepted for later, in the words of today: the newest version of every event."""

from orders_contracts.v1.commands import CommandAccepted, CommandEvent, CommandFailed, CommandSucceeded, Written

__all__ = ["CommandAccepted", "CommandEvent", "CommandFailed", "CommandSucceeded", "Written"]
