"""What an answer says of the end of a command."""

from dataclasses import dataclass

from tests.bench.client import Answer
from tests.drills.load.requests import header_of, json_of
from tests.drills.told import Command


@dataclass(frozen=True, slots=True)
class End:
    """With `known`: the aggregate that the command has changed, and to which version. Without: the command itself.

    `token` is the Consistency-Token that leads there; `shipment` the parcel that was made, if there was one.
    """

    subject: str
    version: int
    token: str
    shipment: str = ""
    known: bool = True


def end_of_answer(command: Command, answer: Answer) -> End | None:
    """The end, or that it is accepted; None where it was refused, or nothing is known."""
    token = header_of(answer, "consistency-token")
    if command.outcome == "accepted":
        return End(command.command_id, 1, token, known=False)
    if command.outcome == "done" and command.subject is not None:
        return End(command.subject, command.version, token, str(json_of(answer).get("shipment_id", "")))
    return None


def end_of_accepted(answer: Answer) -> End | None:
    """The end of an accepted command, from an answer about it. One that has failed has no version. None: none yet."""
    document = json_of(answer)
    if answer.status != 200 or document.get("status") == "accepted":
        return None
    result = document.get("result")
    if not isinstance(result, dict):
        return End("", 0, "", known=False)
    token = header_of(answer, "consistency-token")
    return End(str(result["order_id"]), int(result["version"]), token, str(result.get("shipment_id", "")))
