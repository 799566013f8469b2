"""One class, whatever system has spelt its name, and whatever that has put beside the images."""

import unicodedata
import zipfile

import numpy as np
import pytest
from sent_sets import faults_of, picture, png, said, take, zipped

from coronal_learning.datasets.dataset_file import Item, open_dataset

SEANCE = "séance"
DECOMPOSED = unicodedata.normalize("NFD", SEANCE)


def classes_of(sent):
    return take(sent).publication.facts["classes"]


def test_a_folder_that_is_spelt_in_two_ways_is_one_class(tmp_path):
    folders = (SEANCE, DECOMPOSED, "other")
    files = {f"{folder}/{place}.png": png(picture(place)) for place, folder in enumerate(folders)}
    assert classes_of(zipped(tmp_path / "zip", files)) == {SEANCE: 2, "other": 1}


def test_two_files_whose_paths_are_equivalent_are_refused(tmp_path):
    files = {f"{folder}/1.png": png(picture(place)) for place, folder in enumerate((SEANCE, DECOMPOSED, "a"))}
    (fault,) = faults_of(zipped(tmp_path / "zip", files))
    assert fault.endswith("found two with one (composed in Unicode)")


def test_a_table_names_files_classes_and_patients_in_either_form(tmp_path):
    table = (
        f"file,label,patient,split\n{SEANCE}.png,{DECOMPOSED},{SEANCE},train\nb.png,{SEANCE},{DECOMPOSED},"
    )
    table += "train\nc.png,other,x,train\n"
    files = {f"{DECOMPOSED}.png": png(picture(1)), "b.png": png(picture(2)), "c.png": png(picture(3))}
    with open_dataset(
        take(zipped(tmp_path / "zip", {**files, "labels.csv": table})).publication.content
    ) as taken:
        assert taken.classes == ("other", SEANCE)
        assert said(taken)[2] == Item(name=f"{SEANCE}.png", label=SEANCE, patient=SEANCE, subset="train")
        assert {item.patient for item in taken.items} == {SEANCE, "x"}


def test_a_patient_that_is_spelt_in_two_ways_is_one_and_in_one_part(tmp_path):
    table = f"file,label,patient,split\n1.png,a,{SEANCE},train\n2.png,b,{DECOMPOSED},test\n"
    files = {"1.png": png(picture(1)), "2.png": png(picture(2)), "labels.csv": table}
    (fault,) = faults_of(zipped(tmp_path / "zip", files))
    assert fault.startswith("a patient must be in one subset alone")


def test_an_image_and_its_label_map_are_one_pair_in_either_form(tmp_path):
    files = {
        f"images/{SEANCE}.png": png(picture(1)),
        f"labels/{DECOMPOSED}.png": png(np.eye(6, 5, dtype=np.uint8)),
        "names.csv": f"label,name\n1,{DECOMPOSED}\n",
    }
    assert classes_of(zipped(tmp_path / "zip", files)) == {SEANCE: 1}


def test_utf_8_without_its_flag_as_macos_writes_it_is_read(tmp_path):
    path = zipped(tmp_path / "zip", {f"{SEANCE}/1.png": png(picture(1)), "other/2.png": png(picture(2))})
    content = path.read_bytes()
    for signature, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        place = content.index(signature) + offset
        content = content[:place] + bytes([content[place] & ~8]) + content[place + 1 :]
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()[0] != f"{SEANCE}/1.png"
    assert classes_of(path) == {SEANCE: 1, "other": 1}


def test_a_path_in_code_page_437_keeps_its_letters(tmp_path):
    path = zipped(tmp_path / "zip", {"s?ance/1.png": png(picture(1)), "other/2.png": png(picture(2))})
    path.write_bytes(path.read_bytes().replace(b"s?ance", "séance".encode("cp437")))
    assert classes_of(path) == {SEANCE: 1, "other": 1}


@pytest.mark.parametrize(
    "name", ["Desktop.ini", "desktop.ini", "Thumbs.db", "THUMBS.DB", "._1.png", ".DS_Store"]
)
def test_what_a_system_has_put_into_a_class_is_passed_over(tmp_path, name):
    files = {f"a/{name}": "[.ShellClassInfo]\r\n", "__macosx/a/1.png": "x"}
    files |= {
        f"{label}/{number}.png": png(picture(number + 9 * (label == "b")))
        for label in "ab"
        for number in (1, 2)
    }
    assert classes_of(zipped(tmp_path / "zip", files)) == {"a": 2, "b": 2}


def test_names_that_differ_by_case_stay_two_classes_and_are_reported(tmp_path):
    files = {
        f"{folder}/{place}.png": png(picture(place)) for place, folder in enumerate(("Benign", "benign", "c"))
    }
    lines = []
    facts = take(zipped(tmp_path / "zip", files), log=lines.append).publication.facts
    assert facts["classes"] == {"Benign": 1, "benign": 1, "c": 1}
    assert facts["alike"] == [["Benign", "benign"]]
    assert "classes whose names read alike: 'Benign', 'benign'" in lines


def test_folders_and_tables_with_a_meaning_are_known_in_any_case(tmp_path):
    files = {
        "Set/Images/1.png": png(picture(1)),
        "Set/LABELS/1.png": png(np.eye(6, 5, dtype=np.uint8)),
        "Set/Names.csv": "label,name\n1,liver\n",
        "Set/Labels.CSV": "file,patient\nImages/1.png,P1\n",
    }
    facts = take(zipped(tmp_path / "zip", files)).publication.facts
    assert (facts["annotation"], facts["classes"], facts["patients"]) == ("label-maps", {"liver": 1}, 1)


def test_a_folder_of_images_alone_is_a_class_by_its_own_name(tmp_path):
    files = {"Images/1.png": png(picture(1)), "LabelDecoder/2.png": png(picture(2))}
    assert classes_of(zipped(tmp_path / "zip", files)) == {"LabelDecoder": 1, "Images": 1}
