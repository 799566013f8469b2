"""The images of the demonstration: files that lie in packages which Coronal's own parts need anyway."""

from dataclasses import dataclass
from pathlib import Path

from coronal_client.demo.packaged import packaged

__all__ = ["SAMPLES", "Sample"]


@dataclass(frozen=True, slots=True)
class Sample:
    """An image, and what is looked for in it.

    Parameters
    ----------
    title
        What a person calls it.
    pipeline
        The name of a pipeline that comes with Coronal (`coronal_imaging.pipelines`).
    package
        The package that the image lies in; it is found and not imported.
    distribution
        What is installed to have that package.
    path
        Where in the package it lies.
    """

    title: str
    pipeline: str
    package: str
    distribution: str
    path: str

    def image(self) -> Path:
        """Find the image.

        Raises
        ------
        NotInstalled
            When its package isn't there, or is there without it.
        """
        return packaged(self.package, self.path, title=self.title, distribution=self.distribution)


SAMPLES: tuple[Sample, ...] = (
    Sample(
        title="retina, a photograph",
        pipeline="retina-vessels",
        package="skimage",
        distribution="scikit-image",
        path="data/retina.jpg",
    ),
    Sample(
        title="chest, a CT slice",
        pipeline="bone",
        package="pydicom",
        distribution="pydicom",
        path="data/test_files/CT_small.dcm",
    ),
    Sample(
        title="abdomen, an MR slice",
        pipeline="bright-organs",
        package="pydicom",
        distribution="pydicom",
        path="data/test_files/examples_overlay.dcm",
    ),
    Sample(
        title="head, an MR volume",
        pipeline="brain-tissues",
        package="nilearn",
        distribution="nilearn",
        path="datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz",
    ),
    Sample(
        title="gut, a stained section",
        pipeline="stained-epithelium",
        package="skimage",
        distribution="scikit-image",
        path="data/ihc.png",
    ),
)
