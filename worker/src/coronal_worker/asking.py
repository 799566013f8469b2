"""A stage that asks a model: ``classify`` and ``segment``."""

from coronal import BadImage, Case
from coronal.model_file import TrainedModel
from coronal.spec import Kind
from coronal.task_spec import ModelUse
from coronal_jobs.pipeline import Stage

__all__ = ["ask"]


def ask(stage: Stage, use: ModelUse, model: TrainedModel, case: Case) -> Case:
    """Ask a model, and give the case with its answer.

    Parameters
    ----------
    stage
        The stage; with the parameter ``explain``, a classifier tells too which places speak for its class.
    use
        Which model it is.
    model
        The model itself.
    case
        What it is asked about.

    Raises
    ------
    BadImage
        When the image is of another shape or kind than those that the model learned from, or a segmenter's
        filters have moved it.
    """
    on_source = stage.on == "source"
    image = case.seen(on_source=on_source).image
    if image.dimensions != use.dimensions:
        raise BadImage(
            f"the model {use.name} learned from images of {use.dimensions}-D, found {image.dimensions}-D"
        )
    if use.kind is Kind.SEGMENTER:
        labels = model.segment([image])[0]
        if not labels.lies_on(image):
            raise BadImage(f"the filters of the model {use.name} must leave the image where it lies")
        return case.add(stage.name, labels, on_source=on_source)
    answered = case.add(stage.name, model.predict([image])[0], on_source=on_source)
    if stage.parameters.get("explain"):
        seen, heat = model.explain(image)
        return answered.explained(stage.name, seen, heat)
    return answered
