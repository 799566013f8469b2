#!/bin/sh
# Fetches the libraries of the console from npm, by exact version, into src/coronal_console/static/vendor.
# Run by hand, to change a version: then the table in vendor/README.md too.
set -eu
cd "$(dirname "$0")"
to=$PWD/src/coronal_console/static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

package() { # package NAME VERSION
    (cd "$work" && npm pack --silent "$1@$2" >/dev/null && rm -rf package && tar xzf ./*.tgz && rm ./*.tgz)
}

package preact 11.2.0
grep -v '^//# sourceMappingURL' "$work/package/dist/preact.mjs" >"$to/preact.js"
# A browser resolves no bare name without an import map, and a policy without inline scripts allows none.
grep -v '^//# sourceMappingURL' "$work/package/hooks/dist/hooks.mjs" | sed 's|from"preact"|from"./preact.js"|' >"$to/hooks.js"
cp "$work/package/LICENSE" "$to/preact.LICENSE"

package htm 3.1.1
cp "$work/package/dist/htm.module.js" "$to/htm.js"
cp "$work/package/LICENSE" "$to/htm.LICENSE"
