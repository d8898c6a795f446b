"""What runs on a machine of ours: the supervisor, its parts, and the marks by which they are found again."""
