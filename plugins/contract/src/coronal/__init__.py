"""What a plugin of Coronal is written against.

Each name is loaded when it is first used: the gateway reads `coronal.spec` and `coronal.errors`, and must not
load numpy for it (15 MB a process).
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coronal.algorithms import Algorithm as Algorithm
    from coronal.algorithms import algorithm as algorithm
    from coronal.case import Case as Case
    from coronal.case import Explanation as Explanation
    from coronal.case import Output as Output
    from coronal.classifiers import Classifier as Classifier
    from coronal.context import Context as Context
    from coronal.errors import BadDataset as BadDataset
    from coronal.errors import BadDeclaration as BadDeclaration
    from coronal.errors import BadImage as BadImage
    from coronal.errors import BadModel as BadModel
    from coronal.errors import BadOutput as BadOutput
    from coronal.errors import BadParameter as BadParameter
    from coronal.errors import BadTrainingSet as BadTrainingSet
    from coronal.errors import CoronalError as CoronalError
    from coronal.errors import InputError as InputError
    from coronal.errors import PluginError as PluginError
    from coronal.errors import UnknownFormat as UnknownFormat
    from coronal.formats import Outcome as Outcome
    from coronal.formats import Reader as Reader
    from coronal.formats import ResultFile as ResultFile
    from coronal.formats import Writer as Writer
    from coronal.formats import reader as reader
    from coronal.formats import writer as writer
    from coronal.geometry import Form as Form
    from coronal.geometry import Geometry as Geometry
    from coronal.hookmarks import hookimpl as hookimpl
    from coronal.hooks import Plugins as Plugins
    from coronal.image import Image as Image
    from coronal.image import Meaning as Meaning
    from coronal.labelmap import LabelMap as LabelMap
    from coronal.labelmap import Reference as Reference
    from coronal.model import Model as Model
    from coronal.parameters import Parameter as Parameter
    from coronal.prediction import Prediction as Prediction
    from coronal.provenance import Provenance as Provenance
    from coronal.provenance import StageRun as StageRun
    from coronal.read_limits import ReadLimits as ReadLimits
    from coronal.segmenters import Segmenter as Segmenter
    from coronal.spec import AlgorithmSpec as AlgorithmSpec
    from coronal.spec import FormatSpec as FormatSpec
    from coronal.spec import Input as Input
    from coronal.spec import Kind as Kind
    from coronal.spec import Signature as Signature
    from coronal.table import Column as Column
    from coronal.table import Table as Table
    from coronal.tasks import Publication as Publication
    from coronal.tasks import Task as Task
    from coronal.tasks import TaskResult as TaskResult
    from coronal.tasks import Work as Work
    from coronal.tasks import task as task
    from coronal.trainable import TrainableAlgorithm as TrainableAlgorithm
    from coronal.trainable import classifier as classifier
    from coronal.trainable import segmenter as segmenter
    from coronal.training import Checkpoint as Checkpoint
    from coronal.training import Examples as Examples
    from coronal.training import TrainingContext as TrainingContext

_HOME = {
    "Algorithm": "algorithms",
    "algorithm": "algorithms",
    "Case": "case",
    "Explanation": "case",
    "Output": "case",
    "Classifier": "classifiers",
    "Context": "context",
    "BadDataset": "errors",
    "BadDeclaration": "errors",
    "BadImage": "errors",
    "BadModel": "errors",
    "BadOutput": "errors",
    "BadParameter": "errors",
    "BadTrainingSet": "errors",
    "CoronalError": "errors",
    "InputError": "errors",
    "PluginError": "errors",
    "UnknownFormat": "errors",
    "Outcome": "formats",
    "Reader": "formats",
    "ResultFile": "formats",
    "Writer": "formats",
    "reader": "formats",
    "writer": "formats",
    "Form": "geometry",
    "Geometry": "geometry",
    "hookimpl": "hookmarks",
    "Plugins": "hooks",
    "Image": "image",
    "Meaning": "image",
    "LabelMap": "labelmap",
    "Reference": "labelmap",
    "Model": "model",
    "Parameter": "parameters",
    "Prediction": "prediction",
    "Provenance": "provenance",
    "StageRun": "provenance",
    "ReadLimits": "read_limits",
    "Segmenter": "segmenters",
    "AlgorithmSpec": "spec",
    "FormatSpec": "spec",
    "Input": "spec",
    "Kind": "spec",
    "Signature": "spec",
    "Column": "table",
    "Table": "table",
    "Publication": "tasks",
    "Task": "tasks",
    "TaskResult": "tasks",
    "Work": "tasks",
    "task": "tasks",
    "TrainableAlgorithm": "trainable",
    "classifier": "trainable",
    "segmenter": "trainable",
    "Checkpoint": "training",
    "Examples": "training",
    "TrainingContext": "training",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"coronal.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
