"""What the tests of a plugin need: the checks that every algorithm must pass, and pipelines without a server.

::

    from coronal.testing import check_algorithm, run_pipeline


    def test_it_keeps_the_contract():
        check_algorithm(invert)


    def test_it_finds_what_is_dark():
        assert run_pipeline("[invert, otsu]", image).labels.count == 1
"""

from coronal.testing.algorithm_check import check_algorithm
from coronal.testing.classifier_check import check_classifier
from coronal.testing.pipeline_run import PipelineRun, run_pipeline
from coronal.testing.segmenter_check import check_segmenter

__all__ = ["PipelineRun", "check_algorithm", "check_classifier", "check_segmenter", "run_pipeline"]
