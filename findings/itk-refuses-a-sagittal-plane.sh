#!/usr/bin/env bash
# ITK refuses a two-dimensional NIfTI of a sagittal or coronal plane, loses the z of an axial one, and takes sizes from pixdim.
#
# Guess: a plane with an affine is as good a NIfTI as a volume, and where the sform counts its lengths count too.
# Seen: nibabel 5.4.2 reads all; SimpleITK 2.5.7 cuts the directions of a plane to their first two rows: "Bad direction,
#   determinant is 0" for sagittal and coronal, an origin without z for axial. The same pixels as a volume of one slice are read
#   everywhere. An sform alone (qform code 0) places the volume, but its spacing is pixdim, whatever lengths the sform's columns
#   have; and one sheared by 0.05 degrees is refused, until a qform stands beside it. (Debian 12, Python 3.11, x86-64.)
# Source: nifti1.h, methods 2 and 3; itk::NiftiImageIO.
# Consequence: write planes that have a place as volumes of one slice, always with pixdim and a qform at right angles.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'numpy==2.4.6' 'nibabel==5.4.2' 'SimpleITK==2.5.7'
cd "$folder"
"$folder/venv/bin/python" - 2>/dev/null <<'PY'
import nibabel as nib
import numpy as np
import SimpleITK as sitk


def read(array, affine, qform_code, sform_code, pixdim=None):
    image = nib.Nifti1Image(array, None)
    image.set_qform(affine, qform_code)
    image.set_sform(affine, sform_code)
    if pixdim:
        image.header["pixdim"][1:4] = pixdim
    nib.save(image, "a.nii")
    assert np.allclose(nib.load("a.nii").affine, affine)
    try:
        seen = sitk.ReadImage("a.nii")
    except RuntimeError as refused:
        return "refused: " + " ".join(str(refused).partition("ITK ERROR")[2].split())
    return seen.GetSpacing(), seen.GetOrigin()


columns = {"axial": [0, 1, 2], "sagittal": [1, 2, 0], "coronal": [0, 2, 1]}
for name, axes in columns.items():
    affine = np.eye(4)
    affine[:3, :3] = np.eye(3)[:, axes]
    affine[:3, 3] = 10, 20, 30
    plane = read(np.zeros((6, 5), np.uint8), affine, 1, 1)
    volume = read(np.zeros((6, 5, 1), np.uint8), affine, 1, 1)
    print(f"{name}: plane {plane}; volume of one slice {volume}")
    assert volume == ((1, 1, 1), (-10, -20, 30))
    assert plane == ((1, 1), (-10, -20)) if name == "axial" else "determinant is 0" in plane

block, affine = np.zeros((6, 5, 4), np.uint8), np.diag([1.0, 2.0, 3.0, 1.0])
print("sform of 1 x 2 x 3 mm alone, pixdim 1:", seen := read(block, affine, 0, 2, pixdim=(1, 1, 1)))
assert seen[0] == (1, 1, 1)
affine[:2, 1] = 2 * np.sin(np.deg2rad(0.05)), 2 * np.cos(np.deg2rad(0.05))
print("sheared by 0.05 degrees, sform alone:", alone := read(block, affine, 0, 2))
print("sheared by 0.05 degrees, with a qform:", beside := read(block, affine, 1, 2))
assert "orthonormal" in alone and np.allclose(beside[0], (1, 2, 3))
PY
