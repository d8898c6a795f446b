"""The local cloud: the whole chain as processes of this machine. Its role table is in `roles`."""
