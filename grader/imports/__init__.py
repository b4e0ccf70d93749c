"""Bulk downloads of schools' systems made into students' folders, each student once and under a name that stays.

May import: model, course, answer and the rooms below them.
"""
