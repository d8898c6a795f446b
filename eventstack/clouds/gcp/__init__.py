"""Google Cloud: our own machines behind Cloud CDN. Only its facts are here; no role of it is built yet."""
