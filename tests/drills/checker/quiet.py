"""Quiet: in the end nothing is parked, behind or left over; and where nothing was broken, nothing had to be healed."""

from collections.abc import Mapping

from tests.drills.checker.evidence import Log, ReadSide, Streams
from tests.drills.checker.finding import Finding


def check_quiet(log: Log, side: ReadSide, streams: Streams, healed: Mapping[str, float] | None) -> Finding:
    """`healed` are the figures of healing that grew in a round without faults; None where there were some."""
    finding = Finding("quiet")
    unseen = sum(event.tick is None for event in log.events)
    finding.expect(unseen == 0, f"no tick has seen {unseen} events")
    last = {(event.partition, event.sequence): event.event_id for event in log.events}
    for partition, head in enumerate(log.heads()):
        checkpoint = side.checkpoints.get(partition)
        at = (0, "") if checkpoint is None else (checkpoint.sequence, checkpoint.event_id)
        finding.expect(at[0] == head, f"the projection is at {at[0]} of {head} in partition {partition}")
        finding.expect(at[1] == last.get((partition, at[0]), ""), f"checkpoint {partition} names another event")
        finding.expect(checkpoint is None or checkpoint.epoch == log.epoch, f"checkpoint {partition}: other epoch")
        finding.counts["partitions"] += 1
    finding.expect(side.parked == 0, f"{side.parked} events are parked")
    finding.expect(log.waiting == 0, f"{log.waiting} accepted commands have not ended")
    for reply, seconds in streams.replies.items():
        finding.expect(0 <= seconds <= 60, f"{reply} is left for {seconds} s")
        finding.counts["replies"] += 1
    if healed is not None:
        finding.counts["calm"] += 1
        for name, grown in healed.items():
            finding.expect(grown == 0, f"nothing was broken, and {name} grew by {grown:g}")
    return finding
