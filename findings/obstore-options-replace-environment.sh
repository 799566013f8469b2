#!/usr/bin/env bash
# Giving obstore any `client_options` makes it forget AWS_ALLOW_HTTP; a server that is away is asked eleven times.
#
# Guess: options given to `from_url` add to what the environment says, as its keys and its endpoint do; a connection that is
# refused raises at once.
# Seen: with client_options={"connect_timeout": "2s"} an http endpoint fails as "builder error" and nothing is sent, for
# AWS_ALLOW_HTTP=true is no longer known, while AWS_ENDPOINT is. By default a refused connection is tried again ten times,
# which takes some 3 to 10 s, and a server that takes the request and says nothing holds it for 30 s each time, up to 180 s
# (obstore 0.12.1, Debian 12, Python 3.11, x86-64).
# Source: obstore's documentation of ClientConfig and RetryConfig (the defaults); that options replace those of the
# environment isn't there.
# Consequence: pass allow_http, proxy and certificates on with your own options; set max_retries and timeout.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'obstore==0.12.1'
"$folder/venv/bin/python" - <<'PY'
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import obstore
from obstore.store import from_url


class Server(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_response(200)
        for name, value in {"Content-Length": "3", "Last-Modified": "Sat, 28 Nov 2026 12:00:00 GMT", "ETag": '"a"'}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ |= {
    "AWS_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
    "AWS_ALLOW_HTTP": "true",
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
    "AWS_REGION": "c",
}


def asked(**options):
    try:
        return f"{obstore.head(from_url('s3://bucket', **options), 'key')['size']} bytes"
    except Exception as error:
        return re.search(r"after \d+ retries|builder error", str(error))[0]


plain = asked()
with_time = asked(client_options={"connect_timeout": "2s"})
with_both = asked(client_options={"connect_timeout": "2s", "allow_http": True})
print("no options:", plain, "| a connect_timeout:", with_time, "| and allow_http:", with_both)
assert (plain, with_time, with_both) == ("3 bytes", "builder error", "3 bytes")
server.shutdown()
server.server_close()
refused = asked()
print("a server that refuses the connection:", refused)
assert refused == "after 10 retries"
PY
