"""Learning alone: a workspace, checks as one works, hints, progress."""
