"""CPU time of each algorithm of the catalogue, as a multiple of the plain library call for the same result.

An algorithm runs as a worker runs it, as a stage on a case: parameters and output are checked, and what a
person should know of the result is remarked on. Where a run takes long, image and volume are smaller: the
record says how large they were.
"""

import math
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from statistics import median

import numpy as np
from scipy import ndimage
from skimage import filters
from skimage.measure import label

from benchmarks.plain_calls import COMPARISONS, Comparison, Inputs
from benchmarks.records import Effort, Record, at_most, ratio_record
from benchmarks.windows import interleaved
from coronal import Algorithm, Case, Context, Geometry, Image, LabelMap, Meaning, Reference
from coronal.hooks.loading import load_entry_points
from coronal.pipelines.pipeline import Stage
from coronal.pipelines.running import run_algorithm
from coronal.types.case import Output

__all__ = ["measure"]

GOAL = 1.1

ALLOWANCE_MS = 0.5
"""What the checks of a stage may take of themselves: where a plain call only makes a view, no ratio says
anything."""

SIDES = {2: (1024, 512, 256, 128), 3: (128, 64, 32)}
"""The sizes to choose from, by the number of dimensions."""

DIRECTIONS = {2: ((0.0, 1.0), (1.0, 0.0), (0.0, 0.0)), 3: ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))}

SLOW_MS = 250
"""Where a run takes longer, the next smaller size is taken."""

OWN, PLAIN = "Coronal (ms)", "plain call (ms)"
GROUP = "algorithms"
"""In place of the number of a goal."""

EVERY_NTH = 8
"""Of a short run."""


def measure(effort: Effort) -> list[Record]:
    """Measure each algorithm in a plane and in a volume; in a short run a few of them."""
    plugins, _ = load_entry_points()
    comparisons = COMPARISONS if effort.fraction == 1 else COMPARISONS[::EVERY_NTH]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            compared(one, plugins.algorithms[one.algorithm], dimensions, effort.rounds)
            for one in comparisons
            if one.algorithm in plugins.algorithms
            for dimensions in sorted(one.parameters)
        ]


def compared(one: Comparison, algorithm: Algorithm[..., Output], dimensions: int, rounds: int) -> Record:
    """Measure an algorithm and its plain call in turn, on the largest size on which neither is slow."""
    stage = Stage(name=one.algorithm, algorithm=one.algorithm, parameters=dict(one.parameters[dimensions]))
    for side in SIDES[dimensions]:
        case = case_of(one.sees, dimensions, side)
        calls: dict[str, Callable[[], float]] = {OWN: partial(coronal_ms, stage, case, algorithm)}
        if one.plain:
            inputs = Inputs(case.image.pixels, case.labels.labels, case.reference.labels)
            calls[PLAIN] = partial(cpu_ms, partial(one.plain, inputs))
        if max(call() for call in calls.values()) <= SLOW_MS:
            break
    name = f"{one.title}, {side}{'²' if dimensions == 2 else '³'}"
    windows = interleaved(calls, rounds)
    if PLAIN not in windows:
        return Record(GROUP, name, median(windows[OWN]), "ms", windows=windows, note="no plain call")
    target = at_most(round(GOAL + ALLOWANCE_MS / median(windows[PLAIN]), 2))
    return ratio_record(GROUP, name, windows, (OWN, PLAIN), target=target)


def coronal_ms(stage: Stage, case: Case, algorithm: Algorithm[..., Output]) -> float:
    """Return the CPU time of a stage on a case whose image and label map nothing has looked at before."""
    labels = LabelMap(case.labels.labels, case.labels.geometry, case.labels.names)
    image = replace(case.image)
    fresh = replace(case, source=image, image=image, labels=labels)
    return cpu_ms(lambda: run_algorithm(stage, fresh, algorithm, Context(seed=1)))


def cpu_ms(call: Callable[[], object]) -> float:
    """Return the CPU time of a call."""
    began = time.process_time()
    call()
    return 1e3 * (time.process_time() - began)


@cache
def case_of(sees: str, dimensions: int, side: int) -> Case:
    """Return bright spots on a noisy ground, a few dozen to an area of 512 × 512, and their label map."""
    random = np.random.default_rng(0)
    shape = (side,) * dimensions
    count = side**2 // 6500 if dimensions == 2 else side**3 // 20_000
    spots = np.zeros(shape, np.float32)
    spots[tuple(random.integers(0, side, (dimensions, count)))] = 1
    width = 6 if dimensions == 2 else 3
    ground = ndimage.gaussian_filter(spots, width) * (width * math.sqrt(2 * math.pi)) ** dimensions * 100
    noisy = np.clip(ground + random.normal(30, 8, shape), 0, 255)
    raw = noisy.astype(np.uint8 if dimensions == 2 else np.int16)
    smooth = ndimage.gaussian_filter(raw, 2, output=np.float32)
    labels = label(smooth > filters.threshold_otsu(smooth)).astype(np.int32)
    if sees == "classes":
        labels = np.digitize(smooth, filters.threshold_multiotsu(smooth, 3)).astype(np.int32)
    geometry = Geometry((1.0,) * dimensions, (0.0, 0.0, 0.0), DIRECTIONS[dimensions])
    names = {number: str(number) for number in range(1, 3)} if sees == "classes" else {}
    reference = Reference(np.roll(labels, 2, axis=-1), geometry, names)
    pixels = {"smooth": smooth, "colour": np.stack([raw] * 3, axis=-1)}.get(sees, raw)
    meaning = Meaning.COLOUR if sees == "colour" else Meaning.INTENSITY
    image = Image(pixels, geometry, has_channels=sees == "colour", meaning=meaning)
    return replace(Case.start(image, reference), labels=LabelMap(labels, geometry, names))
