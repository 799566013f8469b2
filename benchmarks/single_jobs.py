"""P1 and P7: one image a job, through HTTP: throughput, latency, and a repeat of the same work.

The work is light: a picture of 512 × 512, Gaussian, Otsu, shape. The limit is the same library calls in two
plain processes, with malloc tuned and as it comes, writing the files that a job leaves or nothing. Peers run
the same calls with two workers; they get a path instead of an image, and return their table by their own
means. Coronal gets each image as the body of a ``POST /v1/jobs?wait=``, over 16 connections.
"""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from multiprocessing.pool import Pool
from pathlib import Path

from benchmarks import workloads
from benchmarks.contenders import PEERS, Peer, missing, running_peers
from benchmarks.jobs import p50_ms, submitted, table_of
from benchmarks.plain import map_writing, plain_processes
from benchmarks.records import Effort, Record, Target, at_least, at_most, ratio_record
from benchmarks.server import CpuProfile, Server, running_server
from benchmarks.windows import interleaved, per_second

__all__ = ["measure"]

LIMIT = "2 processes, malloc tuned"
Contenders = dict[str, Callable[[], float]]


def measure(effort: Effort) -> list[Record]:
    """Measure throughput, then latency, each against all others in the same rounds."""
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        pools = {
            "2 processes": ends.enter_context(plain_processes(tuned=False)),
            LIMIT: ends.enter_context(plain_processes(tuned=True)),
        }
        images = pools[LIMIT].map(workloads.picture, range(effort.count(160, 40)))
        paths = [folder / f"{number}.png" for number in range(len(images))]
        for path, image in zip(paths, images, strict=True):
            path.write_bytes(image)
        server = ends.enter_context(running_server())
        peers = ends.enter_context(running_peers())
        _check(server, images[0])
        return [
            *_throughput(effort, server, pools, peers, (images, paths)),
            *_pictures(effort, server, pools[LIMIT], images[: effort.count(60, 20)]),
            *_latency(effort, server, peers, (images[:40], paths[:40])),
            *(
                Record("P1", f"one image a job, {name}", None, "×", note="not installed")
                for name in missing()
            ),
        ]


def _throughput(
    effort: Effort,
    server: Server,
    pools: Mapping[str, Pool],
    peers: Mapping[str, Peer],
    work: tuple[list[bytes], list[Path]],
) -> list[Record]:
    images, paths = work
    written = f"{LIMIT}, writing files"
    contenders: Contenders = {
        name: partial(per_second, len(images), partial(pool.map, workloads.light, images, 1))
        for name, pool in pools.items()
    }
    contenders[written] = partial(
        per_second, len(images), partial(map_writing, pools[LIMIT], workloads.light_written, images)
    )
    profile = CpuProfile(server)
    contenders["Coronal"] = lambda: profile.during(
        len(images), lambda: submitted(server, workloads.LIGHT, images).per_s
    )
    contenders |= {name: partial(peer.rate, paths) for name, peer in peers.items()}
    submitted(server, workloads.LIGHT, images[:20])
    windows = interleaved(contenders, effort.rounds)
    title = "one image a job"
    records = [
        ratio_record("P1", title, windows, ("Coronal", LIMIT), target=at_least(0.9), note=str(profile)),
        ratio_record("P1", f"{title}, files written by both", windows, ("Coronal", written)),
        ratio_record("P1", f"{title}, malloc untuned", windows, ("Coronal", "2 processes")),
    ]
    for name in peers:
        target = None if name == "Flask without a queue" else at_least(1.0)
        records.append(
            ratio_record("P1", f"{title}, beside {name}", windows, ("Coronal", name), target=target)
        )
        records.append(ratio_record("P1", f"{name} of the limit", windows, (name, LIMIT)))
    return records


def _pictures(effort: Effort, server: Server, pool: Pool, images: list[bytes]) -> list[Record]:
    written = f"{LIMIT}, writing pictures"
    profile = CpuProfile(server)
    contenders: Contenders = {
        written: partial(
            per_second, len(images), partial(map_writing, pool, workloads.light_pictures, images)
        ),
        "Coronal with pictures": lambda: profile.during(
            len(images), lambda: submitted(server, workloads.LIGHT_PICTURES, images).per_s
        ),
    }
    windows = interleaved(contenders, effort.rounds)
    pair = ("Coronal with pictures", written)
    return [
        ratio_record("P1", "one image a job, with label map and overlay", windows, pair, note=str(profile))
    ]


def _latency(
    effort: Effort, server: Server, peers: Mapping[str, Peer], work: tuple[list[bytes], list[Path]]
) -> list[Record]:
    """Measure jobs one after the other, and again with the very same images."""
    images, paths = work
    fresh = iter(range(1_000_000))

    def first() -> float:
        # A chunk of text behind a PNG's end is no part of the picture, and makes it another image.
        number = next(fresh)
        return p50_ms(server, [image + b"%d" % number for image in images])

    def again() -> float:
        return p50_ms(server, images)

    contenders: Contenders = {"Coronal": first, "Coronal, the same again": again}
    contenders |= {name: partial(peer.p50_ms, paths) for name, peer in peers.items() if name != "Ray"}
    again()
    windows = interleaved(contenders, effort.rounds)
    records = [
        _latency_record(
            "a single job", windows, ("Coronal", name), at_most(1.15) if name == "Celery" else None
        )
        for name in windows
        if name in PEERS
    ]
    pair = ("Coronal, the same again", "Coronal")
    return [*records, _latency_record("a repeat of the same work", windows, pair, at_most(0.1))]


def _latency_record(
    name: str, windows: Mapping[str, list[float]], pair: tuple[str, str], target: Target | None
) -> Record:
    return ratio_record("P7", f"p50 of {name}, beside {pair[1]} (ms)", windows, pair, target=target)


def _check(server: Server, image: bytes) -> None:
    """Check that both do the same work: the same objects, of the same areas."""
    job = submitted(server, workloads.LIGHT, [image], 1).responses[0].json
    areas = [float(row[1]) for row in table_of(server, job)]
    expected = workloads.light(image)["area"].tolist()
    if areas != expected:
        raise RuntimeError(f"Coronal measures {areas}, the libraries {expected}")
