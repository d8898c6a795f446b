"""Azure: our own machines behind Front Door. Only its facts are here; no role of it is built yet."""
