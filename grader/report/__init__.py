"""Render reports: plain data in, text out; nothing here can change a score.

May import: model.
"""
