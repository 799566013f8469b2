#!/usr/bin/env bash
# After the first id, httpx-sse yields an event without data for each comment, and for an id alone.
#
# Guess: an event whose data is empty isn't dispatched, so a comment that keeps a connection open is no event.
# Seen: httpx-sse 0.4.3 yields `message` with the last id and no data for ": still here" followed by an empty line,
#   once an id was sent; before that, nothing (Python 3.11, Debian 12, x86-64).
# Source: the HTML standard, 9.2.6, "dispatch the event", step 2: where the data buffer is empty, it returns.
#   httpx_sse/_decoders.py, SSEDecoder.decode, looks at the last id too.
# Consequence: leave out what has no data. The client learns by it that the server is there, and from where to resume,
#   and so asks for httpx-sse below 0.5.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'httpx==0.28.1' 'httpx-sse==0.4.3'
"$folder/venv/bin/python" - <<'PY'
import httpx
from httpx_sse import EventSource


def events(text):
    headers = {"Content-Type": "text/event-stream"}
    source = EventSource(httpx.Response(200, headers=headers, content=text.encode()))
    return [(event.event, event.id, event.data) for event in source.iter_sse()]


print("a comment before any id:", events(": still here\n\n"))
print("an id, then a comment:", events("id: 7\n\n: still here\n\n"))
assert events(": still here\n\n") == []
assert events("id: 7\n\n: still here\n\n") == [("message", "7", "")] * 2
PY
