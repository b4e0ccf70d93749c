"""Renderers of reports: plain data in, text out; nothing here can change a score."""
