"""Judge one part of one answer: run it, judge what comes back, explain what failed.

May import: host, suite, compare, answer, course, spec, case, model.
"""
