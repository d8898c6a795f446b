"""Rules across a profile's fields: each says what is wrong, why, and what would do. One module a subject."""

from eventstack.models.rules import care, delivery, keys, notes, pictures, sound

__all__ = ["care", "delivery", "keys", "notes", "pictures", "sound"]
