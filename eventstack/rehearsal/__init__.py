"""The whole life of one event on this machine, driven by the scheduler's loop and watched from outside."""
