"""Compare what an answer did with what the oracle did, criterion by criterion; narrow what came off the wire.

May import: spec, case, model.
"""
