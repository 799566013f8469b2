"""Inference stages, which run a trained model: ``classify`` and ``segment``."""

from coronal import BadImage, Case
from coronal.models.model_file import TrainedModel
from coronal.pipelines.pipeline import Stage
from coronal.spec import Kind
from coronal.task_spec import ModelUse

__all__ = ["run_model"]


def run_model(stage: Stage, use: ModelUse, model: TrainedModel, case: Case) -> Case:
    """Run a trained model on a case, and return the case with its prediction or label map.

    Parameters
    ----------
    stage
        Stage; with the parameter ``explain``, a classifier adds a heat map for its predicted class.
    use
        Name, version and kind of the model.
    model
        Trained model.
    case
        Case that it is run on.

    Raises
    ------
    BadImage
        When the image has another shape or kind than the training images, or a segmenter's filters have
        moved it.
    """
    on_source = stage.on == "source"
    image = case.seen(on_source=on_source).image
    if image.dimensions != use.dimensions:
        raise BadImage(
            f"the image must be {use.dimensions}-D, as the model {use.name} was trained on, "
            f"found {image.dimensions}-D"
        )
    if use.kind is Kind.SEGMENTER:
        labels = model.segment([image])[0]
        if not labels.lies_on(image):
            raise BadImage(f"the filters of the model {use.name} must keep the image's geometry")
        return case.add(stage.name, labels, on_source=on_source)
    answered = case.add(stage.name, model.predict([image])[0], on_source=on_source)
    if stage.parameters.get("explain"):
        seen, heat = model.explain(image)
        return answered.explained(stage.name, seen, heat)
    return answered
