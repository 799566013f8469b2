"""Whether a DICOM file can hold a label map: each number as it was written."""

from pydicom.dataset import FileDataset
from pydicom.uid import (
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from coronal import BadImage

__all__ = ["check_keeps_labels"]

_LOSSLESS = (
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)


def check_keeps_labels(dataset: FileDataset) -> None:
    """Check that neither compression nor the sense of black and white has changed what the numbers are.

    Raises
    ------
    BadImage
        When the transfer syntax isn't lossless, the file says that it was ever compressed in a lossy way
        (PS3.3, C.7.6.1.1.5), or 0 is white in it.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    if (syntax.is_encapsulated and syntax not in _LOSSLESS) or dataset.get("LossyImageCompression") == "01":
        raise BadImage(
            "a label map in a DICOM file must never have been compressed in a lossy way, found the "
            "transfer syntax "
            f"{syntax.name} and lossy image compression "
            f"{dataset.get('LossyImageCompression') or 'not mentioned'}"
        )
    if dataset.get("PhotometricInterpretation") == "MONOCHROME1":
        raise BadImage(
            "a label map in a DICOM file must be of MONOCHROME2 or of a palette, found MONOCHROME1"
        )
