"""Instants as a person reads them."""

from datetime import datetime


def told(instant: datetime) -> str:
    """An instant in UTC, to the second."""
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
