"""Build, observe and remove stacks, safely: the only storey that drives the engine."""
