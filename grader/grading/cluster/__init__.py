"""Grading on a Dask cluster: what travels (`parcel`), what a Dask worker does with it (`remote`), and who sends it."""
