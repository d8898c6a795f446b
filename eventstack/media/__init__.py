"""Pure media arithmetic and writing: the grid, fMP4 boxes, manifests, protection headers; no world is touched."""
