"""The check that every algorithm must pass, ours and a stranger's.

In the tests of a plugin::

    from coronal.testing import check_algorithm


    def test_it_keeps_the_contract():
        check_algorithm(invert)
"""

from coronal.testing.algorithm_check import check_algorithm
from coronal.testing.classifier_check import check_classifier
from coronal.testing.segmenter_check import check_segmenter

__all__ = ["check_algorithm", "check_classifier", "check_segmenter"]
