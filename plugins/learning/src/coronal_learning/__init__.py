"""Learning as jobs: data sets come in, models are trained and judged."""
