"""What a user writes, and how it is read: events, profiles, quantities with units, YAML with places."""
