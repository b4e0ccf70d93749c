"""The trusted side: it owns the worker, compares what it sends with the oracle and gives verdicts."""
