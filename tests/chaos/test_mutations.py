"""Each guard of the scripts is broken in a copy, and test_guards.py must turn red."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import coronal_jobs

HERE = Path(__file__).parent
PACKAGE = Path(coronal_jobs.__file__).parent
MUTATIONS = {
    "an older claim counts": ("common", "and get(id, 'epoch') == epoch", ""),
    "what is over counts as claimed": ("common", "get(id, 'state') == 'running' and", ""),
    "any pool may claim": ("claim", "or get(id, 'pool') ~= pool", ""),
    "a running job is claimed again": ("claim", "get(id, 'state') ~= 'queued' or", "false or"),
    "a claim has no lease": ("claim", "redis.call('ZADD', 'coronal:leases', now_ms() + lease, id)", ""),
    "a beat extends nothing": ("beat", "redis.call('ZADD', 'coronal:leases', now_ms() + lease, id)", ""),
    "a cancel fences nobody": ("cancel", "redis.call('HINCRBY', record_of(id), 'epoch', 1)", ""),
    "a cancel undoes the end": ("cancel", "if is_final(state) then", "if false then"),
    "a loss fences nobody": ("lose", "redis.call('HINCRBY', record_of(id), 'epoch', 1)", ""),
    "a loss takes from a living lease": ("lose", "and lease_ms <= now_ms()", ""),
    "a loss takes what is over": ("lose", "and get(id, 'state') == 'running' ", ""),
    "losses are not counted": ("lose", "< tonumber(runs)", "< 1000"),
    "a restart asks for no claim": ("restart", "not is_claimed(id, epoch) or", "false or"),
    "a job without a case begins again": ("restart", " or not carry then", " then"),
    "restarts are not counted": ("restart", "redis.call('HINCRBY', record_of(id), 'restarts', 1)", ""),
    "restarts have no end": ("restart", ">= tonumber(most)", ">= 1000"),
    "a restart stays at its hop": ("restart", "'hop', 0, 'pool'", "'pool'"),
    "a restart stays in its pool": ("restart", ", 'pool', cjson.decode(get(id, 'hops'))[1].pool", ""),
    "a restart rings for nobody": ("restart", "queue_again(id, 0)", "move(id, 'queued')"),
    "a restart lets go of no case": ("restart", "if let_go(carry) then", "if false then"),
    "a commit rings for nobody": ("commit", "  ring(id)\n", ""),
    "a commit asks for no claim": ("commit", "not is_claimed(id, epoch) or", "false or"),
    "a commit asks for no hop": ("commit", "or get(id, 'hop') ~= hop", ""),
    "a commit forgets that it was done": (
        "commit",
        "if get(id, 'committed') == epoch .. '/' .. hop",
        "if false",
    ),
    "a success is retried": ("retry", "if not ALLOWED[state .. ' queued'] then", "if false then"),
    "an admission rings for nobody": (
        "common",
        "  move(id, 'queued')\n  ring(id)\n",
        "  move(id, 'queued')\n",
    ),
    "a doorbell is in no outbox": (
        "common",
        "redis.call('ZADD', 'coronal:outbox', now_ms() + ring_again_ms(rings), id)",
        "",
    ),
    "a lost doorbell stays lost": ("ring", "    ring(id)\n", ""),
    "each doorbell that is due is rung": ("ring", "if rung_ms == 0 or", "if true or"),
    "a queue that nobody draws from keeps its doorbells": (
        "ring",
        "or not is_drawn_from(get(id, 'pool'), queue)",
        "",
    ),
    "a worker claims what it can't run": ("claim", "if lack then", "if false then"),
    "a job of another version is run": (
        "offers",
        "or (has[name] ~= version and not of_any_version)",
        "",
    ),
    "a retry asks for the old version": ("retry", "redis.call('HSET', record_of(id), 'any_version', 1)", ""),
    "the image's format is not asked for": (
        "offers",
        "needs['format:' .. cjson.decode(file).format] = ''",
        "",
    ),
    "what is declined goes to nobody": ("decline", "    ring(id, other)\n", ""),
    "what is declined goes to who can't run it": (
        "decline",
        "and not lacking(id, capabilities)",
        "",
    ),
    "what is declined comes back": ("decline", "and queue_name(pool, other) ~= tried", ""),
    "the doorbell of a parked job counts as one that waits": (
        "decline",
        "redis.call('HDEL', record_of(id), 'rung_ms')",
        "",
    ),
    "a parked job is looked at after its time": ("decline", "math.min(ring_again_ms(rings), left)", "1e12"),
    "what nobody can run waits for ever": ("decline", "if left <= 0 then", "if false then"),
    "a dead worker is sent jobs": ("offers", "seconds() - ALIVE_S", "'-inf'"),
    "workers of another pool are sent jobs": ("offers", "string.match(member, '^%S+') == pool and ", ""),
    "a new worker wakes nobody": ("announce", "  look_again(pool, was_dead)\n", ""),
    "time counts while no worker lived": ("announce", "      if was_dead then", "      if false then"),
    "a named blob is doomed": ("doom", "== 1 then", "== 2 then"),
}


def _guards_hold(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the tests of the guards against a copy of the package."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        str(HERE / "test_guards.py"),
    ]
    return subprocess.run(
        command,
        cwd=HERE.parents[1],
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with a copy of the package, which may be broken."""
    shutil.copytree(PACKAGE, tmp_path / "coronal_jobs")
    return tmp_path


@pytest.mark.chaos
def test_the_copy_is_what_is_tested_and_holds(copy: Path) -> None:
    assert _guards_hold(copy).returncode == 0
    (copy / "coronal_jobs" / "store" / "scripts" / "claim.lua").write_text("return nil")
    assert _guards_hold(copy).returncode == 1


@pytest.mark.chaos
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_guard_that_is_broken_is_seen(copy: Path, name: str) -> None:
    script, guard, instead = MUTATIONS[name]
    path = copy / "coronal_jobs" / "store" / "scripts" / f"{script}.lua"
    whole = path.read_text()
    assert whole.count(guard) == 1, f"{script}.lua no longer has this guard once"
    path.write_text(whole.replace(guard, instead))
    seen = _guards_hold(copy)
    assert seen.returncode == 1, seen.stdout
    assert "FAILED" in seen.stdout
