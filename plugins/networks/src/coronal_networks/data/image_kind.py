"""What images must have in common, whatever their size, so that a network can segment them."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict

from coronal import BadTrainingSet, Image, LabelMap
from coronal.models.image_form import Form

__all__ = ["ImageKind"]


class ImageKind(BaseModel):
    """The form of an image without its shape.

    Parameters
    ----------
    dimensions
        The number of spatial axes.
    channels, values
        As in `coronal.models.image_form.Form`.

    Examples
    --------
    >>> import numpy as np
    >>> print(ImageKind.of(Image(np.zeros((4, 8, 9), np.int16))))
    3-D, 1 channel, 16-bit intensity
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dimensions: int
    channels: int
    values: str

    @classmethod
    def of(cls, image: Image) -> Self:
        """Return the kind of an image."""
        form = Form.of(image)
        return cls(dimensions=image.dimensions, channels=form.channels, values=form.values)

    @classmethod
    def common(cls, images: Sequence[Image], label_maps: Sequence[LabelMap]) -> Self:
        """Return the kind common to all images that have a label map.

        Raises
        ------
        BadTrainingSet
            When there is no image, one is of another kind, or has no label map that lies on it.
        """
        if not images or len(images) != len(label_maps):
            raise BadTrainingSet(
                f"each image must have a label map, found {len(images)} and {len(label_maps)}"
            )
        kind = cls.of(images[0])
        for number, (image, label_map) in enumerate(zip(images, label_maps, strict=True), start=1):
            if (other := cls.of(image)) != kind:
                raise BadTrainingSet(
                    f"all images must be of one kind, found the first of {kind} and image {number} of {other}"
                )
            if not label_map.lies_on(image):
                is_elsewhere = label_map.shape == image.shape
                raise BadTrainingSet(
                    f"each label map must lie on its image, found image {number} of {image.shape} "
                    f"with one {'in another place' if is_elsewhere else f'of {label_map.shape}'}"
                )
        return kind

    def __str__(self) -> str:
        channels = "1 channel" if self.channels == 1 else f"{self.channels} channels"
        return f"{self.dimensions}-D, {channels}, {self.values}"
