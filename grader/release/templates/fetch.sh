#!/usr/bin/env bash
# Clone every repository of the organization whose name begins with PREFIX into submissions/, each under the rest of its
# name: a student's login. Needs GitHub's gh, signed in or with GH_TOKEN.
set -euo pipefail
: "${ORGANIZATION:?name the organization}" "${PREFIX:?name what the repositories begin with}"

rm -rf submissions
mkdir submissions
names=$(gh repo list "$ORGANIZATION" --limit 100000 --no-archived --json name --jq '.[].name')
fetched=0
failed=0
while read -r name; do
  case "$name" in
    "$PREFIX"?*) ;;
    *) continue ;;
  esac
  if gh repo clone "$ORGANIZATION/$name" "submissions/${name#"$PREFIX"}" -- --depth 1 --quiet < /dev/null; then
    fetched=$((fetched + 1))
  else
    failed=$((failed + 1))
    echo "::error title=Not fetched::$name could not be cloned, so it is not graded."
  fi
done <<< "$names"

echo "Fetched $fetched repositories that begin with $PREFIX."
if [ "$((fetched + failed))" = 0 ]; then
  echo "::error title=Nothing to grade::No repository of $ORGANIZATION begins with $PREFIX, or CLASSROOM_TOKEN may not see it."
fi
[ "$fetched" != 0 ] && [ "$failed" = 0 ]
