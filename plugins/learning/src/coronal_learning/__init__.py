"""Learning as jobs: data sets, training and evaluation, and the classifiers of scikit-learn."""
