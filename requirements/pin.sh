#!/bin/sh
# Writes the pins: one file a role, with hashes and without any address. Run by `make pins`.
set -eu

members() { "$BIN/python" packaging/members.py "$@"; }

skip=$(for member in $(members names); do printf ' --no-emit-package %s' "$member"; done)

pin() { # pin ROLE SOURCE...
    role=$1
    shift
    # shellcheck disable=SC2086
    "$BIN/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links $skip --output-file "requirements/$role.txt" "$@"
}

pin build requirements/build.in
# Installed with --no-deps: of this package one file is used, and what it asks for is the code of another time.
pin brain --no-deps requirements/brain.in
for image in gateway worker networks; do
    # shellcheck disable=SC2046
    pin "$image" $(members projects "$image")
done
# shellcheck disable=SC2046
pin development $(members projects) requirements/build.in --group pyproject.toml:dev
# The same versions as Coronal's, where both have a library.
pin benchmarks requirements/benchmarks.in --constraint requirements/development.txt
# What drives a browser, into the same environment.
pin browser requirements/browser.in --constraint requirements/development.txt
