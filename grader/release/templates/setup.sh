#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder's image: Python, PyTorch for the CPU, and the checker.
set -euo pipefail

base="${AUTOGRADER_ROOT:-}/autograder" # AUTOGRADER_ROOT stands in for / where this is tried elsewhere
wheels="${TORCH_WHEELS-https://download.pytorch.org/whl/cpu}"

find_python() {
  local name
  for name in python3.13 python3.12 python3.11 python3; do
    if "$name" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
      command -v "$name"
      return
    fi
  done
  return 1
}

if ! python=$(find_python); then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  for version in 3.13 3.12 3.11; do
    if apt-get install --yes --no-install-recommends "python$version" "python$version-venv"; then break; fi
  done
  if ! python=$(find_python); then
    echo "This image has no Python 3.11 or newer, and none can be installed: choose a newer base image." >&2
    exit 1
  fi
fi

"$python" -m venv "$base/venv"
"$base/venv/bin/pip" install --disable-pip-version-check --no-cache-dir ${wheels:+--extra-index-url "$wheels"} \
  --constraint "$base/source/constraints.txt" "$base/source/checker"

# What cannot be loaded should fail here, not when the first student hands in.
"$base/venv/bin/course" --root "$base/source/course" doctor
