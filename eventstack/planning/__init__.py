"""Pure: from an event, a profile and a cloud's facts to a frozen, hashed plan. No I/O, no clock, no engine."""
