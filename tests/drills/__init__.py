"""Faults under load, and a checker that compares what clients were told, the log, the streams and the read models.

`make drill` plays rounds of faults that a seed has chosen, then restores the write database to an earlier day and moves
it to another cluster. `python -m tests.drills --only poison` plays one kind, `--only recovery` just the end.
"""
