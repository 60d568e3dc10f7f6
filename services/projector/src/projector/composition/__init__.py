"""Builds the projector out of its parts: the only room that knows concrete types."""
