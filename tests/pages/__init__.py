"""Pages and golden files that are written from the code, so that they say what it does; tests keep them."""
