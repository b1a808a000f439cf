#!/bin/sh
# Write the hash-locked requirement files anew from pyproject.toml (for maintainers; needs `pip install uv` in .venv).
# No registry host and no path is written into them: pip takes both from the machine it runs on.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
lock() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links "$@"
}
lock pyproject.toml -o requirements/run.txt
lock pyproject.toml --extra postgres -c requirements/run.txt -o requirements/postgres.txt
lock pyproject.toml --extra dev -c requirements/run.txt -o requirements/dev.txt
printf 'hatchling\neditables\n' | lock - -o requirements/build.txt
printf 'aiosmtpd\ntrustme\n' | lock - -c requirements/dev.txt -o requirements/mail.txt
