#!/usr/bin/env bash
# scikit-image's morphological snakes eat an object from the edge of the image, and all of a volume of few slices.
#
# Guess: a volume of equal slices gives in each slice what the plane gives; an object that the edge cuts stays.
# Seen: with scikit-image 0.26.0, SciPy 1.17.1 and NumPy 2.4.6 on Debian 12, Python 3.11, x86-64: a disc that
#       morphological_chan_vese and morphological_geodesic_active_contour keep in a plane is gone in volumes of
#       1 (made 2), 2 and 3 such slices, with no error; half a disc at the edge loses a tenth by smoothing=4.
# Source: skimage.segmentation.morphsnakes: sup_inf and inf_sup call scipy.ndimage.binary_erosion, to which all beyond
#         the edge is 0; of the nine planes of a volume only the one along the slices fits, which is a full square.
# Consequence: pad by the values at the edge before each smoothing (two pixels), and cut the margin off again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 scikit-image==0.26.0
"$folder/venv/bin/python" - <<'PY'
import numpy as np
from skimage.segmentation import morphological_chan_vese, morphological_geodesic_active_contour

y, x = np.mgrid[:40, :60]
disc = (y - 20) ** 2 + (x - 30) ** 2 <= 144
half = y**2 + (x - 30) ** 2 <= 225


def grown(of, shape):
    image = shape.astype(np.float32)
    return of(image, shape.astype(np.int8))


def chan_vese(image, start):
    return morphological_chan_vese(image, 40, start, smoothing=4)


def contour(image, start):
    return morphological_geodesic_active_contour(1 - image * 0.1, 50, start)


for name, of in (("chan_vese", chan_vese), ("contour", contour)):
    print(f"{name}: {disc.sum()} pixels drawn, {grown(of, disc).sum()} in the plane")
    assert grown(of, disc).sum() > 0.8 * disc.sum()
    for slices in (2, 3):
        found = grown(of, np.stack([disc] * slices)).sum()
        print(f"{name}: {found} in a volume of {slices} slices")
        assert found == 0
left = grown(chan_vese, half).sum() / half.sum()
print(f"chan_vese: of half a disc at the edge {left:.0%} is left")
assert left < 0.95
PY
