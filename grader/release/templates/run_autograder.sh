#!/usr/bin/env bash
# Gradescope runs this for each submission. Whatever happens, results.json is there at the end; where it was not the
# answer that failed, it holds no score: Gradescope then reports the run as failed and enters none.

base="${AUTOGRADER_ROOT:-}/autograder" # AUTOGRADER_ROOT stands in for / where this is tried elsewhere
seconds=@SECONDS@ # all parts at their limits; Gradescope's own limit has to be longer
results="$base/results/results.json"
# The least level of the sandbox in which answers are graded: at L1 they could read the hidden cases, at L2 they cannot.
export COURSE_MIN_SANDBOX="${COURSE_MIN_SANDBOX:-L1}"

not_graded() {
  echo "Not graded: $1"
  printf '{"output": "Not graded, and no points are lost by it: %s Your instructor can run the autograder again.", "stdout_visibility": "hidden"}\n' "$1" > "$results.new"
  mv -f "$results.new" "$results"
}

mkdir -p "$base/results"
cd "$base" || exit 1
not_graded "the autograder was stopped before it was done." > /dev/null
timeout --kill-after=10 "$seconds" "$base/venv/bin/python" -P -m grader.classroom.gradescope "$base"
status=$?

# 0 and 3 have written what there is to say.
case $status in
  0 | 3) ;;
  124) not_graded "the autograder was not done after $seconds seconds." ;;
  137) not_graded "the autograder was killed; it may need more memory than its container has." ;;
  *) not_graded "the autograder ended with status $status." ;;
esac
exit $status
