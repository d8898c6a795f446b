"""Is a stream really there? One probe per hop, and a viewer who has nothing but an address."""
