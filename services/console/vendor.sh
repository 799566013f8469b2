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

# Compressed, as it is served: 3 MB of text otherwise.
package @niivue/niivue 0.69.0
grep -v '^//# sourceMappingURL' "$work/package/dist/index.js" | gzip --best --no-name >"$to/niivue.js.gz"

# Its dependencies are built into it.
(cd "$work" && npm install --silent --no-audit --no-fund --omit=dev --omit=optional --ignore-scripts @niivue/niivue@0.69.0)
for licence in $(find "$work/node_modules" -iname 'licen[cs]e*' -not -path '*/@niivue/*' | LC_ALL=C sort); do
    part=${licence#"$work/node_modules/"}
    printf '=== %s\n\n' "${part%/*}"
    cat "$licence"
    printf '\n'
done >"$to/niivue-parts.LICENSE"
