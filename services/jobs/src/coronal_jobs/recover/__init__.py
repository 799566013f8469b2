"""The recovery: admits again what Redis has forgotten, from the intake that lies beside the blobs."""
