"""A window of Hounsfield units."""

from collections.abc import Mapping
from typing import Annotated, Literal

from coronal import Image, Meaning, Parameter, algorithm
from coronal_imaging.channels import is_rgb
from coronal_imaging.finite_values import finite_pixels
from coronal_imaging.intensity.stretch import stretched

__all__ = ["PRESETS_HU", "window"]

Preset = Literal[
    "soft-tissue",
    "abdomen",
    "liver",
    "mediastinum",
    "lung",
    "bone",
    "temporal-bone",
    "brain",
    "stroke",
    "subdural",
]

PRESETS_HU: Mapping[Preset, tuple[float, float]] = {
    "soft-tissue": (40, 400),
    "abdomen": (50, 400),
    "liver": (30, 150),
    "mediastinum": (50, 350),
    "lung": (-600, 1500),
    "bone": (400, 1800),
    "temporal-bone": (600, 2800),
    "brain": (40, 80),
    "stroke": (40, 40),
    "subdural": (75, 215),
}
"""Centre and width of each preset."""


@algorithm
def window(
    image: Image,
    preset: Annotated[Preset, Parameter("The tissue that is to be seen.")] = "soft-tissue",
    centre: Annotated[
        float | None,
        Parameter("What becomes 0.5, instead of the preset's.", unit="HU", minimum=-1e6, maximum=1e6),
    ] = None,
    width: Annotated[
        float | None,
        Parameter("The range that becomes 0 to 1, instead of the preset's.", unit="HU", above=0, maximum=1e6),
    ] = None,
) -> Image:
    """Show a range of Hounsfield units from black to white, as a radiologist looks at CT.

    All below the window becomes 0, all above it 1. Its values mean mere intensity afterwards. A volume is
    shown as a whole, by one window. The numbers are taken in the unit of the values, whatever that is: a
    NIfTI file doesn't say that it holds Hounsfield units. Each channel is shown by the same window; colour
    stays colour, its opacity left out.

    Parameters
    ----------
    image
        Of finite values, in Hounsfield units where a preset is used.
    preset
        Centre and width in HU: ``soft-tissue`` 40, 400; ``abdomen`` 50, 400; ``liver`` 30, 150;
        ``mediastinum`` 50, 350; ``lung`` -600, 1500; ``bone`` 400, 1800; ``temporal-bone`` 600, 2800;
        ``brain`` 40, 80; ``stroke`` 40, 40; ``subdural`` 75, 215.
    centre, width
        Each stands in for the preset's own.

    Returns
    -------
    Image
        float32, from 0 to 1.

    Raises
    ------
    BadImage
        When a value is NaN or infinite.

    Notes
    -----
    DICOM PS3.3, C.11.2.1.3.2 (LINEAR_EXACT), by `skimage.exposure.rescale_intensity`. The presets are those
    usual in practice, as listed at radiopaedia.org/articles/windowing-ct: where it gives a range (subdural: a
    width of 130–300 and a centre of 50–100; soft tissue: 350–400 and 20–60) its middle or a common value in
    it.

    Examples
    --------
    >>> import numpy as np
    >>> window(Image(np.array([[-1000, 0, 40, 80, 1000]], np.int16)), "brain").pixels
    array([[0. , 0. , 0.5, 1. , 1. ]], dtype=float32)
    """
    preset_centre, preset_width = PRESETS_HU[preset]
    middle = preset_centre if centre is None else centre
    half = (preset_width if width is None else width) / 2
    pixels = finite_pixels(image)
    if is_rgb(image):
        return image.with_pixels(stretched(pixels[..., :3], middle - half, middle + half))
    return image.with_pixels(stretched(pixels, middle - half, middle + half), meaning=Meaning.INTENSITY)
