#!/usr/bin/env bash
# Pin the image's base by digest: fetch the tag that Dockerfile names and write NAME:TAG@sha256:… into its line ARG BASE.
# Usage: tools/pin_base.sh [--local] [DOCKERFILE]   (--local: the image that is here, without fetching it)
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
fetch=yes
if [ "${1:-}" = --local ]; then fetch=no; shift; fi
file=${1:-$here/Dockerfile}

engine=""
for one in podman docker; do
    if command -v "$one" >/dev/null && "$one" info >/dev/null 2>&1; then engine=$one; break; fi
done
[ -n "$engine" ] || { echo "pin_base: neither podman nor docker works here" >&2; exit 1; }

base=$(sed -n 's/^ARG BASE=\([^@]*\).*/\1/p' "$file")
[ -n "$base" ] || { echo "pin_base: $file has no line ARG BASE=NAME:TAG" >&2; exit 1; }
if [ $fetch = yes ]; then
    "$engine" pull --quiet "$base" >/dev/null || { echo "pin_base: $base could not be fetched" >&2; exit 1; }
fi
name=${base%:*}
digest=$("$engine" image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$base" | sed -n "s|^$name@||p" | head -1)
[ -n "$digest" ] || { echo "pin_base: $base has no digest here; without --local it is fetched" >&2; exit 1; }
sed -i "s|^ARG BASE=.*|ARG BASE=$base@$digest|" "$file"
grep '^ARG BASE=' "$file"
