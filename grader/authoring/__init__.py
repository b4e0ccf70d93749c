"""The course proves itself, and a new exercise begins: verify, mutants, wrong answers, scaffold.

May import: release, and what judges (judge, host, suite, compare, answer, course, spec, model).
"""
