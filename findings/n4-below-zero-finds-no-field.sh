#!/usr/bin/env bash
# N4 gives an image whose values are at or below 0 back as it was, shading and all, and that is no error.
#
# Guess: an image less a constant is corrected like the image itself, or refused, for N4 works on logarithms.
# Seen: with SimpleITK 2.5.7 and NumPy 2.4.6 on Debian 12, Python 3.11, x86-64: a shaded disc on a bright ground is
#       evened; less 1000 (all below 0, as in Hounsfield units or after a subtraction) with Otsu's mask its values
#       change by less than 0.1 of 1000, and less 150 without a mask by less than 0.01; Execute returns normally.
# Source: N. J. Tustison et al., N4ITK, IEEE Trans. Med. Imaging 29 (2010): v = u f, fitted to log v. ITK's
#         N4BiasFieldCorrectionImageFilter takes logarithms only of values above 0 and passes the others on.
# Consequence: check for values below 0 before N4; an unchanged result does not mean that there was no shading.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check numpy==2.4.6 simpleitk==2.5.7
"$folder/venv/bin/python" - <<'PY'
import numpy as np
import SimpleITK as sitk

y, x = np.mgrid[:64, :64]
disc = (x - 32) ** 2 + (y - 32) ** 2 < 400
shaded = (100.0 + 50 * disc) * (1 + 0.5 * x / 64)
changes = {}
for offset, is_masked in ((0, True), (0, False), (150, False), (1000, True)):
    image = sitk.GetImageFromArray((shaded - offset).astype(np.float32))
    masks = [sitk.OtsuThreshold(image, 0, 1)] if is_masked else []
    evened = sitk.GetArrayFromImage(sitk.N4BiasFieldCorrection(image, *masks))
    changes[offset, is_masked] = float(np.abs(evened - (shaded - offset)).max())
    print(f"less {offset}, {'masked' if is_masked else 'no mask'}: changed by at most {changes[offset, is_masked]:.4f}")
assert changes[0, True] > 20
assert changes[0, False] > 20
assert changes[150, False] < 0.01
assert changes[1000, True] < 0.1
PY
