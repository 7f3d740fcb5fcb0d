"""The order of the rows: for every step and seed, which rows its batch holds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hinges._arrays import Floats
from hinges.train._draws import ORDER_STREAM

Rows = NDArray[np.int32]


class Order:
    """Batches of shuffled rows; every seed reshuffles by itself at the start of each of its epochs.

    The last batch of an epoch may be short: its free places hold the row number `rows`, one past the last.
    Rows are drawn ahead, `window` steps at least, so that drawing can go on while the steps are computed.
    """

    def __init__(self, seeds: Sequence[int], columns: int, *, rows: int, batch: int, window: int) -> None:
        self._rngs = [np.random.default_rng([seed, ORDER_STREAM]) for seed in seeds]
        self._columns, self._rows, self._batch, self._window = columns, rows, batch, window
        self._steps_per_epoch = -(-rows // batch)
        self._drawn: Rows = np.empty((0, batch, columns), np.int32)
        self.draw_ahead()

    def window(self) -> Rows:
        """Give the rows of the coming batches, (window, batch, columns)."""
        self.draw_ahead()
        return self._drawn[: self._window]

    def skip(self, steps: int) -> None:
        """Go on by `steps` batches, at most a window."""
        self._drawn = self._drawn[steps:]

    def sizes(self, first_step: int) -> Floats:
        """Give how many rows each batch of the window from `first_step` on holds, (window,)."""
        place = (first_step + np.arange(self._window)) % self._steps_per_epoch
        return np.minimum(self._batch, self._rows - place * self._batch).astype(np.float64)

    def draw_ahead(self) -> None:
        """Draw rows until there is a window of them."""
        missing = self._window - len(self._drawn)
        if missing > 0:
            self._drawn = np.concatenate([self._drawn, self._epochs(-(-missing // self._steps_per_epoch))])

    def _epochs(self, epochs: int) -> Rows:
        steps = epochs * self._steps_per_epoch
        order = np.empty((steps, self._batch, self._columns), np.int32)
        unshuffled = np.tile(np.arange(self._rows), (epochs, 1))  # of 8 bytes, which shuffle twice as fast as of 4
        one_seed = np.full((epochs, self._steps_per_epoch * self._batch), self._rows, np.int32)
        for seed, rng in enumerate(self._rngs):
            one_seed[:, : self._rows] = rng.permuted(unshuffled, axis=1)
            order[:, :, seed] = one_seed.reshape(steps, self._batch)
        order[:, :, len(self._rngs) :] = order[:, :, len(self._rngs) - 1 : len(self._rngs)]
        return order
