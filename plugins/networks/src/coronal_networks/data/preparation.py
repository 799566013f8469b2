"""How an image becomes what a network takes."""

from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from coronal import BadImage, Image
from coronal.models.image_form import Form
from coronal_networks.data.scaling import Scaling
from coronal_networks.data.values import shrunk_shape, values_of

__all__ = ["Preparation"]


class Preparation(BaseModel):
    """What images of one form go through: they are shrunk and standardised.

    Parameters
    ----------
    form
        What an image must be like: those that were learned from.
    size
        An axis of more pixels is shrunk to so many.
    scaling
        What their values were standardised by.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Form
    size: int = Field(ge=1)
    scaling: Scaling

    @classmethod
    def learned(cls, form: Form, size: int, values: NDArray[np.float32]) -> Self:
        """Take it from the values of all images that are learned from, shape (images, …, channels)."""
        return cls(form=form, size=size, scaling=Scaling.of(list(values)))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of an input: (…, channels)."""
        return (*shrunk_shape(self.form.shape, self.size), self.form.channels)

    def input(self, image: Image) -> NDArray[np.float32]:
        """Prepare an image.

        Raises
        ------
        BadImage
            When it is of another form, or has a value that is no number.
        """
        if (form := Form.of(image)) != self.form:
            raise BadImage(f"the image must be like those that were learned from, {self.form}; found {form}")
        return self.scaling.scale(values_of(image, self.size))
