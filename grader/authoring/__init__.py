"""Prove the course, and start a new exercise: verify, mutants, wrong answers, scaffold.

May import: release, and what judges (judge, host, suite, compare, answer, course, spec, model).
"""
