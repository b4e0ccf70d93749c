"""The UNTRUSTED side: it loads one answer, runs cases on it and sends numbers back, inside the sandbox.

May import: case.
"""
