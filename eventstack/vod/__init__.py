"""Recordings after the event: read, check and serve them with their sealed keys."""
