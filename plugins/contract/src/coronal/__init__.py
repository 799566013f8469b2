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
    from coronal.case import Output as Output
    from coronal.classifiers import Classifier as Classifier
    from coronal.classifiers import TrainableAlgorithm as TrainableAlgorithm
    from coronal.classifiers import classifier as classifier
    from coronal.context import Context as Context
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
    from coronal.geometry import Geometry as Geometry
    from coronal.hookmarks import hookimpl as hookimpl
    from coronal.hooks import Plugins as Plugins
    from coronal.image import Image as Image
    from coronal.image import Meaning as Meaning
    from coronal.labelmap import LabelMap as LabelMap
    from coronal.labelmap import Reference as Reference
    from coronal.parameters import Parameter as Parameter
    from coronal.prediction import Prediction as Prediction
    from coronal.provenance import Provenance as Provenance
    from coronal.provenance import StageRun as StageRun
    from coronal.read_limits import ReadLimits as ReadLimits
    from coronal.spec import AlgorithmSpec as AlgorithmSpec
    from coronal.spec import FormatSpec as FormatSpec
    from coronal.spec import Input as Input
    from coronal.spec import Kind as Kind
    from coronal.spec import Signature as Signature
    from coronal.table import Column as Column
    from coronal.table import Table as Table

_HOME = {
    "Algorithm": "algorithms",
    "algorithm": "algorithms",
    "Case": "case",
    "Output": "case",
    "Classifier": "classifiers",
    "TrainableAlgorithm": "classifiers",
    "classifier": "classifiers",
    "Context": "context",
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
    "Geometry": "geometry",
    "hookimpl": "hookmarks",
    "Plugins": "hooks",
    "Image": "image",
    "Meaning": "image",
    "LabelMap": "labelmap",
    "Reference": "labelmap",
    "Parameter": "parameters",
    "Prediction": "prediction",
    "Provenance": "provenance",
    "StageRun": "provenance",
    "ReadLimits": "read_limits",
    "AlgorithmSpec": "spec",
    "FormatSpec": "spec",
    "Input": "spec",
    "Kind": "spec",
    "Signature": "spec",
    "Column": "table",
    "Table": "table",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"coronal.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
