"""Answers of a class that are alike: their forms, what is unusual about them, and layouts for tools that compare.

Nothing is run, and nothing is parsed here that the process which reads answers has not survived.

May import: grading, kit, answer, course and all that they may; no torch.
"""
