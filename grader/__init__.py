"""The engine of the course kit: compile suites, judge submissions, report."""
