"""The recovery: what Redis has forgotten is admitted and published again, from what lies beside the blobs."""
