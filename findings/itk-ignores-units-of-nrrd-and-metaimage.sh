#!/usr/bin/env bash
# ITK reads micrometres of NRRD and MetaImage as millimetres, and a time axis of NRRD as z.
#
# Guess: whoever reads a spacing honours the unit that stands beside it, and an axis whose kind is `time` is no depth.
# Seen: SimpleITK 2.5.7 gives the numbers of `space directions` and `ElementSpacing` as they are, with `space units` "um" and
#   `DistanceUnits` um as with mm: 250 um become 250 mm. A film of 2-D frames (kinds domain, domain, time) is a volume of 3
#   dimensions with a spacing along time, as one of three `domain` axes is. Units and kinds remain as text in its metadata at
#   most. (Debian 12, Python 3.11, x86-64.)
# Source: NRRD 0004, sections on `space units` and `kinds`; MetaIO's reference of DistanceUnits.
# Consequence: read units and kinds from the header; never compare a spacing with ITK's where a unit is given.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'numpy==2.4.6' 'SimpleITK==2.5.7'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from pathlib import Path

import SimpleITK as sitk

PIXELS = bytes(range(4 * 3 * 2))


def read(name, lines):
    Path(name).write_bytes("\n".join(lines).encode() + PIXELS)
    image = sitk.ReadImage(name)
    kept = {key: image.GetMetaData(key) for key in image.GetMetaDataKeys() if "unit" in key.lower() or "kind" in key}
    return image.GetSize(), image.GetSpacing(), kept


def nrrd(*fields):
    return ["NRRD0004", "type: uint8", "dimension: 3", "sizes: 4 3 2", "encoding: raw", *fields, "", ""]


placed = ("space: left-posterior-superior", "space origin: (0,0,0)", "space directions: (250,0,0) (0,250,0) (0,0,1000)")
kinds = "kinds: domain domain domain"
for unit in ("mm", "um"):
    size, spacing, kept = read("a.nrrd", nrrd(*placed, kinds, f'space units: "{unit}" "{unit}" "{unit}"'))
    print(f"NRRD in {unit}:", size, spacing, kept)
    assert spacing == (250, 250, 1000)

film = nrrd("spacings: 0.5 0.5 33.3", "kinds: domain domain time", 'units: "mm" "mm" "ms"')
size, spacing, kept = read("film.nrrd", film)
print("NRRD film:", size, spacing, kept)
assert (size, spacing) == ((4, 3, 2), (0.5, 0.5, 33.3))

for unit in ("mm", "um"):
    header = [
        "ObjectType = Image", "NDims = 3", "BinaryData = True", "BinaryDataByteOrderMSB = False",
        "CompressedData = False", "TransformMatrix = 1 0 0 0 1 0 0 0 1", "Offset = 0 0 0",
        "ElementSpacing = 250 250 1000", f"DistanceUnits = {unit}", "DimSize = 4 3 2",
        "ElementType = MET_UCHAR", "ElementDataFile = LOCAL", "",
    ]
    size, spacing, kept = read("a.mha", header)
    print(f"MetaImage in {unit}:", size, spacing, kept)
    assert spacing == (250, 250, 1000)
PY
