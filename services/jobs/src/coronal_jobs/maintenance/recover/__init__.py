"""The recovery: what Redis has lost is admitted and published again from the journals."""
