#!/usr/bin/env bash
# A lazily loaded module looks to a second thread as if it were loaded, while the first is still loading it.
#
# Guess: `lazy_loader.load("sklearn")` gives what `import sklearn` gives, also where several threads use it first at
#   the same time: the import system has a lock for each module.
# Seen: the second thread gets an AttributeError for a name that the module does have. With scikit-learn and eight
#   threads seven get it (lazy_loader 0.6, Python 3.11.7, Debian 12, x86-64).
# Source: lib/python3.11/importlib/util.py, _LazyModule.__getattribute__: it makes the module a plain one before it
#   executes it, and holds no lock.
# Consequence: libraries that few processes need are imported inside of the functions that need them.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'lazy-loader==0.6'
cat > "$folder/slow.py" <<'PY'
from events import has_begun, is_answered

has_begun.set()
is_answered.wait(10)
value = 1
PY
cat > "$folder/events.py" <<'PY'
from threading import Event

has_begun, is_answered = Event(), Event()
PY
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import sys
import threading

sys.path.insert(0, ".")
import lazy_loader
from events import has_begun, is_answered

slow = lazy_loader.load("slow")
first = threading.Thread(target=lambda: slow.value)
first.start()
assert has_begun.wait(10)
try:
    seen = f"value {slow.value}"
except AttributeError as error:
    seen = f"AttributeError: {error}"
is_answered.set()
first.join()
print("while it is loaded:", seen)
print("afterwards: value", slow.value)
assert seen == "AttributeError: module 'slow' has no attribute 'value'" and slow.value == 1, sys.version
PY
