"""An image in the format that the job's input came in, as far as that can hold it without loss."""

from coronal import Image, ResultFile
from coronal_formats.encoders import nifti, png
from coronal_formats.encoders.nifti import nifti_bytes
from coronal_formats.encoders.png import png_bytes
from coronal_formats.encoders.tiff import tiff_bytes

__all__ = ["in_own_format"]

_PHOTOGRAPHS = ("png", "jpeg")
_VOLUMES = ("nifti", "metaimage", "nrrd", "zip")
"""What ITK and nibabel are used for: what they read again is NIfTI, also where the place isn't known."""


def in_own_format(stem: str, image: Image, input_format: str) -> ResultFile:
    """Encode an image.

    NIfTI where that, MetaImage or NRRD came in, or where the image has its place in the patient (DICOM); PNG
    where a PNG or JPEG came in; and TIFF for all else, and for what the others can't hold.

    Parameters
    ----------
    stem
        The file's name without its suffix.
    image
        The image.
    input_format
        The name of the reader that read the input.
    """
    wants_nifti = input_format in _VOLUMES or image.geometry.is_placed
    if wants_nifti and nifti.holds(image):
        return ResultFile(f"{stem}.nii.gz", "application/gzip", nifti_bytes(image))
    if input_format in _PHOTOGRAPHS and png.holds(image):
        return ResultFile(f"{stem}.png", "image/png", png_bytes(image))
    return ResultFile(f"{stem}.tiff", "image/tiff", tiff_bytes(image))
