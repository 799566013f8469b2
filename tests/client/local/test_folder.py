"""What a data folder keeps, and who can read it."""

from pathlib import Path

from coronal_client.local.folder import DataFolder


def test_each_start_has_a_password_of_its_own(tmp_path: Path) -> None:
    first, second = (DataFolder(tmp_path).new_redis_password() for _ in range(2))
    assert first != second
    assert min(len(first), len(second)) == 64
    assert DataFolder(tmp_path).redis_config.read_text() == f"requirepass {second}\n"


def test_what_others_could_read_in_an_older_folder_they_can_read_no_more(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    for file in (folder.redis_url_file, folder.redis_config):
        file.touch()
        file.chmod(0o644)
    password = folder.new_redis_password()
    folder.note_redis_url(f"redis://:{password}@127.0.0.1:7000/0")
    assert folder.redis_url_file.read_text().endswith(f":{password}@127.0.0.1:7000/0")
    assert folder.redis_url_file.stat().st_mode & 0o777 == 0o600
    assert folder.redis_config.stat().st_mode & 0o777 == 0o600


def test_a_file_that_points_elsewhere_is_replaced_and_not_followed(tmp_path: Path) -> None:
    folder, elsewhere = DataFolder(tmp_path / "data"), tmp_path / "elsewhere"
    elsewhere.touch()
    folder.redis_config.symlink_to(elsewhere)
    folder.new_redis_password()
    assert elsewhere.read_text() == ""
