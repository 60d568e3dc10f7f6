"""Faults under load, and a checker that compares what clients were told, the log, the streams and the read models."""
