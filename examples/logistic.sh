#!/usr/bin/env bash
# Is the gradient of logistic.c right? And with a mistake planted? Plain HTTP: a C compiler and curl.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cc -O2 -o "$work/logistic" "$(dirname "$0")/logistic.c" -lm
cd "$work"
./logistic
./logistic with-a-mistake
