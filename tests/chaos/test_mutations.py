"""Mutation tests: each guard of the scripts is broken in a copy, and test_guards.py must fail."""

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
    "a line is logged as often as it is sent": (
        "common",
        "if report.first + n - 1 > tonumber(count) then",
        "if true then",
    ),
    "an older claim logs": ("common", "if claim == epoch then", "if claim then"),
    "the pack of a claim that ended is forgotten": (
        "common",
        "if from == 'running' and STEP ~= 'commit' then",
        "if false then",
    ),
    "the pack of a job that is deleted while it runs is forgotten": (
        "delete",
        "note_pack(id, last_claim(id))",
        "",
    ),
    "the pack of a zombie is forgotten": ("commit", "note_pack(id, epoch)", ""),
    "the pack of a dead zombie is forgotten": ("reclaim", "note_pack(id, epoch)", ""),
    "a file in a pack references what isn't there": ("common", "file.pack or file.sha256", "file.sha256"),
    "any pool may claim": ("claim", "and get(id, 'pool') == pool", ""),
    "a running job is claimed again": ("claim", "get(id, 'state') == 'queued' and", ""),
    "a claim has no lease": ("claim", "redis.call('ZADD', 'coronal:leases', now_ms() + lease_ms, id)", ""),
    "renewals extend nothing": (
        "renew",
        "redis.call('ZADD', 'coronal:leases', now_ms() + lease_ms, id)",
        "",
    ),
    "a cancel fences nobody": ("cancel", "redis.call('HINCRBY', record_of(id), 'epoch', 1)", ""),
    "a cancel undoes the end": ("cancel", "if is_final(state) then", "if false then"),
    "a reclaim fences nobody": ("reclaim", "redis.call('HINCRBY', record_of(id), 'epoch', 1)", ""),
    "a reclaim takes from a live lease": ("reclaim", "and lease_ms <= now_ms()", ""),
    "a reclaim takes a finished job": ("reclaim", "and get(id, 'state') == 'running' ", ""),
    "crashed attempts are not counted": ("reclaim", "< tonumber(max_attempts)", "< 1000"),
    "a restart needs no claim": ("restart", "not is_claimed(id, epoch) or", "false or"),
    "a job without a case begins again": ("restart", " or not snapshot then", " then"),
    "restarts are not counted": ("restart", "redis.call('HINCRBY', record_of(id), 'restarts', 1)", ""),
    "restarts have no end": ("restart", ">= tonumber(limit)", ">= 1000"),
    "a restart stays at its stage group": ("restart", "'stage_group', 0, 'pool'", "'pool'"),
    "a restart stays in its pool": ("restart", ", 'pool', cjson.decode(get(id, 'stage_groups'))[1].pool", ""),
    "a restart notifies nobody": ("restart", "requeue(id, 0)", "move(id, 'queued')"),
    "a restart leaks the case": (
        "restart",
        "if unreference_blob(snapshot) then",
        "if false then",
    ),
    "a commit notifies nobody": ("commit", "  notify(id)\n", ""),
    "a commit needs no claim": ("commit", "not is_claimed(id, epoch) or", "false or"),
    "a commit needs no stage group": ("commit", "or get(id, 'stage_group') ~= stage_group", ""),
    "a commit forgets that it was done": (
        "commit",
        "if get(id, 'committed') == epoch .. '/' .. stage_group",
        "if false",
    ),
    "a success is retried": ("retry", "if not ALLOWED[state .. ' queued'] then", "if false then"),
    "an admission notifies nobody": ("admit", "notify(id)\n", ""),
    "a batch notifies nobody": ("admit_batch", "notify_all(written)\n", ""),
    "a chunk holds a job twice": ("claim", "and not seen[id]", ""),
    "a chunk is as long as there are jobs": (
        "claim",
        "math.min(math.floor(CHUNK_MS / took_ms), share)",
        "share",
    ),
    "a chunk leaves other processes nothing": (
        "claim",
        "math.min(math.floor(CHUNK_MS / took_ms), share)",
        "math.floor(CHUNK_MS / took_ms)",
    ),
    "one quick job makes chunks long": (
        "commit",
        "math.max(took_ms, (before_ms + took_ms) / 2, 1)",
        "math.max(took_ms, 1)",
    ),
    "a chunk holds what the worker can't run": ("claim", "and not lack_of(due[last + 1])", ""),
    "jobs beside a chunk are forgotten": ("claim", "put_back({ unpack(due, last + 1) })", ""),
    "jobs behind a declined one are forgotten": ("claim", "put_back({ unpack(due, 2) })", ""),
    "a notification is in no outbox": (
        "notifications",
        "redis.call('ZADD', 'coronal:outbox', now_ms() + redelivery_delay_ms(deliveries), id)",
        "",
    ),
    "a lost notification stays lost": ("redeliver", "    notify(id)\n", ""),
    "each notification that is due is redelivered": ("redeliver", "if notified_ms == 0 or", "if true or"),
    "a queue that nobody draws from keeps its notifications": (
        "redeliver",
        "or not is_drawn_from(get(id, 'pool'), queue)",
        "",
    ),
    "a worker claims what it can't run": ("claim", "if lack then", "if false then"),
    "a job of another version is run": (
        "offers",
        "or (has[name] ~= version and not of_any_version)",
        "",
    ),
    "a retry needs the old version": ("retry", "redis.call('HSET', record_of(id), 'any_version', 1)", ""),
    "the image's format is not needed": (
        "offers",
        "needs['format:' .. cjson.decode(file).format] = ''",
        "",
    ),
    "what is declined goes to nobody": ("decline", "    notify(id, other)\n", ""),
    "what is declined goes to who can't run it": (
        "decline",
        "and not lacking(id, capabilities)",
        "",
    ),
    "what is declined comes back": ("decline", "and queue_name(pool, other) ~= tried", ""),
    "the notification of a parked job counts as one that waits": (
        "decline",
        "redis.call('HDEL', record_of(id), 'notified_ms')",
        "",
    ),
    "a parked job is looked at after its time": (
        "decline",
        "math.min(redelivery_delay_ms(deliveries), left)",
        "1e12",
    ),
    "what nobody can run waits for ever": ("decline", "if left <= 0 then", "if false then"),
    "a dead worker is sent jobs": ("offers", "seconds() - ALIVE_S", "'-inf'"),
    "workers of another pool are sent jobs": (
        "offers",
        "if string.match(member, '^%S+') == pool then",
        "if true then",
    ),
    "a new worker wakes nobody": ("announce", "  retry_parked(pool, was_dead)\n", ""),
    "time counts while no worker lived": ("announce", "      if was_dead then", "      if false then"),
    "a referenced blob is marked for deletion": ("mark_for_deletion", "== 1 then", "== 2 then"),
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
    """Return a folder with a copy of the package, which may be broken."""
    shutil.copytree(PACKAGE, tmp_path / "coronal_jobs")
    return tmp_path


@pytest.mark.chaos
def test_the_copy_is_what_is_tested_and_holds(copy: Path) -> None:
    assert _guards_hold(copy).returncode == 0
    (copy / "coronal_jobs" / "records" / "scripts" / "claim.lua").write_text("return nil")
    assert _guards_hold(copy).returncode == 1


@pytest.mark.chaos
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_guard_that_is_broken_is_seen(copy: Path, name: str) -> None:
    script, guard, instead = MUTATIONS[name]
    path = copy / "coronal_jobs" / "records" / "scripts" / f"{script}.lua"
    whole = path.read_text()
    assert whole.count(guard) == 1, f"{script}.lua no longer has this guard once"
    path.write_text(whole.replace(guard, instead))
    seen = _guards_hold(copy)
    assert seen.returncode == 1, seen.stdout
    assert "FAILED" in seen.stdout
