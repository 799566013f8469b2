#!/usr/bin/env bash
# A training that Keras takes up again after a kill ends with other weights than one that was never killed.
#
# Guess: with BackupAndRestore and EarlyStopping(restore_best_weights=True) a training that is killed and started again
#   ends with the weights of its best epoch, as it does in one piece.
# Seen: EarlyStopping starts over: the best epoch before the kill is forgotten, and so is how long it has waited
#   (Keras 3.15.1, TensorFlow 2.21.0, Python 3.11, Debian 12, x86-64).
# Source: keras/src/callbacks/early_stopping.py, on_train_begin sets best and wait back; BackupAndRestore keeps weights,
#   optimiser and epoch, and nothing of other callbacks.
# Consequence: the training loop of coronal_networks keeps the best weights in its own checkpoint.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'keras==3.15.1' 'tensorflow-cpu==2.21.0'
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" -W ignore - "$folder/backup" <<'PY'
import sys

import keras
import numpy as np

inputs = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
answers = (inputs[:, 0] > 0).astype(np.float32)


class Kill(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 3:
            raise SystemExit


def best_epoch(*callbacks):
    keras.utils.set_random_seed(3)
    layers = [keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential(layers)
    model.compile("adam", "binary_crossentropy")
    stopping = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
    # The validation answers are the wrong ones: the first epoch is the best.
    validation = (inputs, 1 - answers)
    model.fit(inputs, answers, validation_data=validation, epochs=30, verbose=0, callbacks=[stopping, *callbacks])
    return stopping.best_epoch + 1


whole = best_epoch()
try:
    best_epoch(keras.callbacks.BackupAndRestore(sys.argv[1]), Kill())
except SystemExit:
    pass
again = best_epoch(keras.callbacks.BackupAndRestore(sys.argv[1]))
print(f"best epoch: {whole} in one piece, {again} after a kill in epoch 4")
assert (whole, again) == (1, 5)
PY
