"""What an instructor would write into a notebook's tests: a suite's cases on the answer and on `torch.nn`, compared."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from benchmarks.bare import run_case

FOLDER = "BENCH_CASES"
"""The variable that names the folder with the cases, ``PART.json`` each."""


def check(symbol: str, target: Any) -> None:
    """Raise where an answer is not what `torch.nn` has."""
    for case in json.loads((Path(os.environ[FOLDER]) / f"{symbol}.json").read_text(encoding="utf-8")):
        expected = _outcome(case, {symbol: getattr(torch.nn, symbol)})
        got = _outcome(case, {symbol: target})
        if isinstance(expected, type) or isinstance(got, type):
            assert expected == got, f"{symbol}: expected {expected}, got {got}"
        else:
            torch.testing.assert_close(got, expected, rtol=1e-8, atol=1e-8)


def _outcome(case: Mapping[str, Any], namespace: Mapping[str, Any]) -> Any:
    """What came out, or the type of the exception."""
    torch.manual_seed(0)
    try:
        return run_case(case, namespace, simulated=False)
    except Exception as error:
        return type(error)
