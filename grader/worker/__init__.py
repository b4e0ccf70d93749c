"""The UNTRUSTED side: it loads one answer, runs cases on it and sends numbers back, behind the sandbox.

May import: case.
"""
