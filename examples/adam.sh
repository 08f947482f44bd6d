#!/usr/bin/env bash
# Is the Adam of adam.c an Adam? Plain HTTP: a C compiler and curl.
set -euo pipefail
url=${PLUMBLINE_URL:-http://localhost:8080}
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cc -O2 -o "$work/adam" "$(dirname "$0")/adam.c" -lm

check() {
    curl -sS "$url/v1/optimizer-checks" -H 'Content-Type: application/json' --data-binary @- \
        ${PLUMBLINE_API_KEY:+-H "X-API-Key: $PLUMBLINE_API_KEY"}
    echo
}

"$work/adam" | check
"$work/adam" without-bias-correction | check
