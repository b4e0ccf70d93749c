"""Learning alone: a workspace, checks while one works, hints, progress.

May import: grading, report and all that they may.
"""
