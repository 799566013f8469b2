"""Batches from end to end: a real server, real images, and some that are none."""

import csv
import json
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from coronal_client.batches.batch import Batch
from coronal_client.batches.parts import Part, form_of, parts_of
from coronal_client.batches.references import with_references
from coronal_client.client import Client
from coronal_client.errors import BadAnswer, BadFile, NotFound, Refused, WaitedTooLong
from coronal_client.status import State

PIPELINE = "[otsu, shape]"
GOOD, BROKEN, TEXTS = 14, 4, 2
FINAL = {"queued": 0, "running": 0, "succeeded": 1, "failed": 0, "cancelled": 0, "refused": 0}


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[Client]:
    with Client(server) as one:
        yield one


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, picture: Path) -> Path:
    """Twenty files in two folders: images, some of them cut off, and two texts."""
    folder = tmp_path_factory.mktemp("images")
    content = picture.read_bytes()
    for number in range(GOOD + BROKEN + TEXTS):
        place = folder / ("left" if number % 2 else "right") / f"{number // 2:02}.png"
        place.parent.mkdir(exist_ok=True)
        is_text, is_broken = number >= GOOD + BROKEN, number >= GOOD
        place.write_bytes(b"no image" if is_text else content[: len(content) // 2] if is_broken else content)
    (folder / ".hidden.png").write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def ended(client: Client, folder: Path) -> Batch:
    """A batch of the folder, at its end."""
    seen: list[float] = []
    batch = client.submit_batch(folder, PIPELINE).wait(
        120, on_progress=lambda batch: seen.append(batch.progress)
    )
    assert seen == sorted(seen)
    return batch


def test_what_is_broken_stops_no_other(ended: Batch) -> None:
    assert ended.counts == FINAL | {"succeeded": GOOD, "failed": BROKEN, "refused": TEXTS}
    assert (ended.is_final, ended.progress) == (True, 1.0)
    assert {(item.name, item.code) for item in ended.refused} == {
        ("left/09.png", "unknown-format"),
        ("right/09.png", "unknown-format"),
    }
    failed = list(ended.jobs(state=State.FAILED))
    assert {job.failure.code for job in failed if job.failure} == {"bad-image"}
    assert len(list(ended.jobs())) == GOOD + BROKEN


def test_the_measurements_of_all_are_one_table_and_those_of_each(client: Client, ended: Batch) -> None:
    rows = list(csv.DictReader(ended.measurements().splitlines()))
    assert len({row["image"] for row in rows}) == GOOD
    job = next(ended.jobs(state=State.SUCCEEDED))
    alone = job.results().tables["shape"]
    ours = [row for row in rows if row["job"] == job.id]
    assert [float(row["area_px"]) for row in ours] == list(alone.column("area"))


def test_all_that_came_out_is_saved(ended: Batch, tmp_path: Path) -> None:
    out = ended.save(tmp_path / "out")
    folders = [path for path in out.iterdir() if path.is_dir()]
    assert len(folders) == GOOD
    assert all((path / "labels.png").stat().st_size and (path / "overlay.png").is_file() for path in folders)
    with (out / "summary.csv").open(newline="") as file:
        states = [row["state"] for row in csv.DictReader(file)]
    assert [states.count(state) for state in ("succeeded", "failed", "refused")] == [GOOD, BROKEN, TEXTS]
    assert (out / "measurements.csv").read_bytes() == ended.measurements().encode()
    assert (out / "predictions.csv").read_text().split() == ended.predictions().split() == ["image,job"]
    with pytest.raises(FileExistsError):
        ended.save(out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_retry_runs_the_failed_and_no_other(client: Client, ended: Batch) -> None:
    before = {job.id: job.body["revision"] for job in ended.jobs(state=State.SUCCEEDED)}
    failed = {job.id: job.body["revision"] for job in ended.jobs(state=State.FAILED)}
    retried = client.batch(ended.id).retry()
    assert retried.counts["succeeded"] == GOOD
    retried.wait(60)
    assert retried.counts == ended.counts
    assert {job.id: job.body["revision"] for job in retried.jobs(state=State.SUCCEEDED)} == before
    assert all(job.body["revision"] > failed[job.id] for job in retried.jobs(state=State.FAILED))


def test_cancel_ends_all_and_the_cancelled_are_started_again_where_that_is_asked_for(
    client: Client, slow_picture: Path
) -> None:
    batch = client.submit_batch([slow_picture] * 5, "[median: {radius: 25}, otsu]")
    with pytest.raises(WaitedTooLong, match=r"^batch .* did not finish within"):
        batch.wait(0.01)
    batch.cancel()
    assert batch.is_final
    assert batch.counts["cancelled"] == 5 - batch.counts["succeeded"]
    assert batch.retry().is_final
    assert not batch.retry(State.CANCELLED).is_final
    batch.delete()
    with pytest.raises(NotFound):
        client.batch(batch.id)


def test_a_zip_bytes_and_open_files_are_batches_too(client: Client, picture: Path, tmp_path: Path) -> None:
    archive = tmp_path / "images.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(picture, "patient/1.png")
    content = picture.read_bytes()
    batches = [
        client.submit_batch(archive, PIPELINE),
        client.submit_batch([content, BytesIO(content)], PIPELINE),
    ]
    names = [[job.body["input"]["name"] for job in batch.wait(60).jobs()] for batch in batches]
    assert names == [["patient/1.png"], ["image", "image"]]
    listed = [batch.id for batch in client.batches(limit=2)]
    assert sorted(listed) == sorted(batch.id for batch in batches)
    for batch in batches:
        batch.delete()


def test_a_name_with_quotes_and_signs_is_reported_as_it_is(
    client: Client, picture: Path, tmp_path: Path
) -> None:
    image = tmp_path / 'ä "quoted" 50 %.png'
    image.write_bytes(picture.read_bytes())
    batch = client.submit_batch([image], PIPELINE)
    assert next(batch.jobs()).body["input"]["name"] == image.name
    batch.delete()


def test_a_wrong_pipeline_and_no_image_are_refused(client: Client, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no algorithm is called 'otsuu'"):
        client.submit_batch(folder, "[otsuu]")
    with pytest.raises(Refused, match="an image that can be read"):
        client.submit_batch([b"text"], PIPELINE)


@pytest.mark.parametrize("make", [list, iter], ids=["list", "iterator"])
def test_what_is_not_there_or_no_batch_is_reported_before_anything_is_sent(
    tmp_path: Path, make: Callable[..., object]
) -> None:
    with pytest.raises(BadFile, match="no such file"):
        parts_of(make([tmp_path / "none.png"]))
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"")
    with pytest.raises(BadFile, match="an archive is sent alone"):
        parts_of(make([archive, b"image"]))


def test_what_a_system_has_put_into_a_folder_is_not_sent(tmp_path: Path) -> None:
    for name in ("1.png", "Desktop.ini", ".DS_Store", "__MACOSX/._1.png", "sub/THUMBS.DB", "sub/2.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    assert [part.name for part in parts_of(tmp_path)] == ["1.png", "sub/2.png"]


def test_one_file_is_open_at_a_time(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path in paths:
        path.write_bytes(b"x")
    form = form_of({}, parts_of(paths), "xyz")
    opened = set()
    for _ in form:
        opened.add(
            sum(Path(f"/proc/self/fd/{fd.name}").resolve() in paths for fd in Path("/proc/self/fd").iterdir())
        )
    assert max(opened) == 1


def test_an_answer_that_is_that_of_no_batch_is_reported(small, answer) -> None:
    small.answers = [answer(body={"id": "7"})]
    with Client(small.url) as client, pytest.raises(BadAnswer, match="not that of a batch"):
        client.batch("7")


def test_all_that_was_not_taken_is_reported_and_asked_for_once(small, answer) -> None:
    items = [
        {"number": n, "name": f"{n}.txt", "code": "unknown-format", "message": "no"} for n in range(1, 251)
    ]
    body = {"id": "7", "counts": FINAL | {"refused": 250}, "progress": 1, "is_final": True}
    small.answers = [
        answer(body=body | {"refused": items[:100]}),
        answer(body={"refused": items[:200], "next": "/v1/batches/7/refused?limit=200&first=200"}),
        answer(body={"refused": items[200:], "next": None}),
        answer(body=body | {"refused": items[:100]}),
    ]
    with Client(small.url) as client:
        batch = client.batch("7")
        assert [item.number for item in batch.refused] == list(range(1, 251))
        batch.refresh()
        assert len(batch.refused) == 250
    assert [one.path.partition("?")[0] for one in small.asked] == [
        "/v1/batches/7",
        "/v1/batches/7/refused",
        "/v1/batches/7/refused",
        "/v1/batches/7",
    ]


def test_results_that_are_no_zip_are_reported_and_leave_nothing(small, answer, tmp_path: Path) -> None:
    body = {"id": "7", "counts": FINAL, "progress": 1, "is_final": True, "refused": []}
    small.answers = [answer(body=body), answer(body=b"PK no zip")]
    with Client(small.url) as client, pytest.raises(BadAnswer, match="whole zip"):
        client.batch("7").save(tmp_path / "out")
    assert not list(tmp_path.iterdir())


class TestCommand:
    def test_a_folder_is_sent_followed_and_saved(
        self, coronal, server: str, folder: Path, tmp_path: Path
    ) -> None:
        done = coronal("batch", "submit", PIPELINE, folder, "--out", "out", "--server", server)
        assert done.returncode == 1, done.stderr
        assert "left/09.png: the file is of no format" in done.stderr
        assert f"{GOOD} succeeded, {BROKEN} failed, {TEXTS} refused" in done.stderr
        assert len([path for path in (tmp_path / "out").iterdir() if path.is_dir()]) == GOOD

    def test_a_batch_is_reported_listed_retried_cancelled_and_deleted_by_its_id(
        self, coronal, server: str, picture: Path
    ) -> None:
        to = ("--server", server)
        id = coronal("batch", "submit", PIPELINE, picture, picture, *to).stdout.strip()
        waited = coronal("batch", "status", id, "--wait", *to)
        assert (waited.returncode, waited.stdout) == (0, f"{id}  100%  2 succeeded\n")
        assert coronal("batch", "results", id, *to).stdout.startswith("image,job,label,")
        assert id in coronal("batch", "list", *to).stdout
        assert coronal("batch", "retry", id, *to).stdout == waited.stdout
        assert coronal("batch", "retry", id, "--cancelled", *to).stdout == waited.stdout
        assert coronal("batch", "cancel", id, *to).stdout == waited.stdout
        assert coronal("batch", "delete", id, *to).returncode == 0
        assert coronal("batch", "status", id, *to).returncode == 3

    def test_a_script_is_given_json(self, coronal, server: str, picture: Path) -> None:
        sent = coronal("batch", "submit", PIPELINE, picture, "--json", "--server", server)
        assert json.loads(sent.stdout)["counts"]["refused"] == 0


class TestReferences:
    """Two squares, each found as it was drawn in one image, and half of it in the other."""

    @pytest.fixture
    def folders(self, tmp_path: Path) -> tuple[Path, Path]:
        images, masks = tmp_path / "images", tmp_path / "masks"
        for number, width in ((1, 32), (2, 16), (3, 32)):
            square = np.zeros((64, 64), np.uint8)
            square[16:48, 16 : 16 + width] = 200
            drawn = np.zeros((64, 64), np.uint8)
            drawn[16:48, 16:48] = 255
            for folder, name, pixels in (
                (images, f"sub/{number}.png", square),
                (masks, f"{number}.tif", drawn),
            ):
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                if (folder, number) != (masks, 3):
                    PIL.Image.fromarray(pixels).save(path)
        PIL.Image.fromarray(drawn).save(masks / "9.tif")
        (masks / "Desktop.ini").write_text("x")
        return images, masks

    def test_each_image_is_compared_with_the_reference_of_its_name(
        self, client: Client, folders: tuple[Path, Path]
    ) -> None:
        images, masks = folders
        batch = client.submit_batch(images, "[otsu, compare]", references=masks).wait(120)
        assert batch.counts["succeeded"] == 2
        assert [item.name for item in batch.refused] == ["sub/3.png"]
        rows = csv.DictReader(batch.comparison().splitlines())
        dice = next(row for row in rows if row["measure"] == "dice")
        assert (dice["n"], float(dice["min"]), float(dice["max"])) == ("2", pytest.approx(2 / 3), 1.0)
        assert dice["worst_1"] == "sub/2.png"

    def test_from_a_shell_the_comparison_is_shown_saved_and_printed(
        self, coronal, server: str, folders: tuple[Path, Path], tmp_path: Path
    ) -> None:
        images, masks = folders
        to = ("--server", server)
        done = coronal(
            "batch", "submit", "[otsu, compare]", images, "--references", masks, "--out", "out", *to
        )
        assert done.returncode == 1, done.stderr  # the one without a reference is refused
        assert "sub/3.png: reference must be given once" in done.stderr
        assert "panoptic_quality" in done.stdout
        saved = (tmp_path / "out" / "comparison.csv").read_text()
        id = done.stdout.split()[0]
        assert coronal("batch", "results", id, "--comparison", *to).stdout == saved


def test_a_zip_is_sent_with_all_references_for_the_server_to_pair(tmp_path: Path) -> None:
    images = [Part("archive", "images.zip", b"")]
    references = [Part("image", name, b"") for name in ("a/1.png", "2.png")]
    assert [(part.kind, part.name) for part in with_references(images, references)] == [
        ("archive", "images.zip"),
        ("reference", "a/1.png"),
        ("reference", "2.png"),
    ]


def test_a_reference_of_the_same_path_comes_before_a_namesake_elsewhere() -> None:
    images = [Part("image", name, b"") for name in ("a/1.png", "b/1.png", "c/1.png")]
    references = [Part("image", name, b"") for name in ("a/1.nii.gz", "b/1.tif")]
    sent = [part.name for part in with_references(images, references) if part.kind == "reference"]
    assert sent == ["a/1.png", "b/1.png"]


@pytest.mark.parametrize("kind", ["file", "folder", "round"])
def test_a_folder_with_a_link_out_of_it_is_not_sent(tmp_path: Path, picture: Path, kind: str) -> None:
    sent = tmp_path / "sent"
    sent.mkdir()
    (sent / "1.png").write_bytes(picture.read_bytes())
    (sent / "2.png").symlink_to({"file": picture, "folder": picture.parent, "round": sent}[kind])
    with pytest.raises(BadFile, match=r"2\.png must be a file or a folder itself"):
        parts_of(sent)


def test_a_link_to_a_file_of_the_same_folder_is_sent_as_that_file(tmp_path: Path, picture: Path) -> None:
    (tmp_path / "1.png").write_bytes(picture.read_bytes())
    (tmp_path / "2.png").symlink_to("1.png")
    assert [part.name for part in parts_of(tmp_path)] == ["1.png", "2.png"]
