"""AWS: the managed chain. Only its facts are here; no role of it is built yet."""
