"""The loop that keeps one occurrence in agreement with what is wanted: observe, decide, act."""
