#!/bin/sh
# Make .venv ready: `tools/setup.sh run` for the program, `tools/setup.sh dev` for the tests too.
# Finds a Python of 3.11 or newer, makes the environment, installs the hash-locked packages and the project itself.
# Does nothing when that is done already. Never touches anything outside this folder.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-run}
stamp=.venv/.ready-$kind
want=$(cat requirements/build.txt "requirements/$kind.txt" pyproject.toml | cksum)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && exit 0

python=""
for name in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
    if command -v "$name" >/dev/null 2>&1 &&
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "aggregator needs Python 3.11 or newer: install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python), or name one with PYTHON=/path/to/python3" >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    echo "aggregator needs Python's venv module: install it (Debian, Ubuntu: apt install python3-venv)" >&2
    exit 1
fi
echo "Setting up .venv with $("$python" --version) (once; about a minute) ..."
[ -x .venv/bin/python ] && .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || "$python" -m venv --clear .venv
step() { echo "  $1"; shift; "$@"; }
pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip --quiet"
step "[1/3] build tools" $pip install --require-hashes -r requirements/build.txt
step "[2/3] $(grep -c '==' "requirements/$kind.txt") packages, by hash" $pip install --require-hashes -r "requirements/$kind.txt"
step "[3/3] aggregator itself" $pip install --no-deps --no-build-isolation --no-index -e .
echo "$want" > "$stamp"
[ "$kind" = dev ] && cat requirements/build.txt requirements/run.txt pyproject.toml | cksum > .venv/.ready-run
echo "Ready."
