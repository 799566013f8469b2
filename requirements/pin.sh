#!/bin/sh
# Writes the pins: one file a role, with hashes and without any address. Run by `make pins`.
set -eu

members="coronal coronal-filters coronal-segmenters coronal-measurers coronal-classifiers coronal-networks coronal-learning coronal-pipelines coronal-formats coronal-jobs coronal-gateway coronal-client coronal-worker coronal-tools"
skip=$(for member in $members; do printf ' --no-emit-package %s' "$member"; done)

pin() { # pin ROLE SOURCE...
    role=$1
    shift
    # shellcheck disable=SC2086
    "$BIN/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links $skip --output-file "requirements/$role.txt" "$@"
}

contract=plugins/contract/pyproject.toml
jobs=services/jobs/pyproject.toml
gateway=services/gateway/pyproject.toml
worker="worker/pyproject.toml plugins/filters/pyproject.toml plugins/segmenters/pyproject.toml plugins/measurers/pyproject.toml plugins/classifiers/pyproject.toml plugins/learning/pyproject.toml plugins/pipelines/pyproject.toml plugins/formats/pyproject.toml"
networks=plugins/networks/pyproject.toml
client=services/client/pyproject.toml

pin build requirements/build.in
# Installed with --no-deps: of this package one file is used, and what it asks for is the code of another time.
pin brain --no-deps requirements/brain.in
pin gateway $contract $jobs $gateway
# shellcheck disable=SC2086
pin worker $contract $jobs $worker
# shellcheck disable=SC2086
pin networks $contract $jobs $worker $networks
# shellcheck disable=SC2086
pin development $contract $jobs $gateway $worker $networks $client plugins/tools/pyproject.toml requirements/build.in --extra up --group pyproject.toml:dev
