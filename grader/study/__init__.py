"""Learning alone: a workspace, checks as one works, hints, progress.

May import: grading, report and all that they may.
"""
