"""Rows as people have them, each by a formula."""

import numpy as np

from hinges import Dataset


def _uniform(seed, low, high, shape):
    return np.random.default_rng(seed).uniform(low, high, shape)


def _noise(seed, size, shape):
    return size * np.random.default_rng(seed).standard_normal(shape)


# --- one input ------------------------------------------------------------------------------------------------


def sine():
    x = _uniform(0, 0, 10, 150)
    return Dataset(x, np.sin(x))


def sine_training_rows():
    data = sine()
    return Dataset(data.x[:135], data.y[:135])


def slow_sine():
    x = _uniform(22, 0, 100, 200)
    return Dataset(x, np.sin(x / 10))


def sine_twice_as_far():
    x = _uniform(1, 0, 20, 300)
    return Dataset(x, np.sin(x))


def sine_from(low, high, rows=200):
    def rows_of():
        x = _uniform(2, low, high, rows)
        return Dataset(x, np.sin(x))

    return rows_of


def noisy_sine():
    x = _uniform(3, 0, 10, 200)
    return Dataset(x, np.sin(x) + _noise(4, 0.2, 200))


def repeated_sine():
    x = np.repeat(np.linspace(0, 10, 20), 10)
    return Dataset(x, np.sin(x) + _noise(5, 0.3, 200))


def repeated_steps():
    x = np.repeat(np.arange(8.0), 25)
    return Dataset(x, np.array([1.0, 3, 2, 2, 5, 4, 1, 0])[x.astype(int)] + _noise(6, 0.5, 200))


def parabola(low=-3.0, high=3.0, rows=200):
    def rows_of():
        x = np.linspace(low, high, rows)
        return Dataset(x, x**2)

    return rows_of


def fourth_power():
    x = np.linspace(-2, 2, 200)
    return Dataset(x, x**4)


def tall_sine():
    x = _uniform(7, -3, 3, 200)
    return Dataset(x, 5 * np.sin(2 * x))


def below_zero():
    x = np.linspace(-2, 2, 150)
    return Dataset(x, -1 - x**2)


def absolute():
    x = np.linspace(-2, 2, 120)
    return Dataset(x, np.abs(x - 0.3))


def thirty_to_fifty():
    x = _uniform(8, 30, 50, 200)
    return Dataset(x, np.sin(x / 3))


def years():
    x = np.arange(1990.0, 2021.0)
    return Dataset(x, np.sin((x - 1990) / 4) + (x - 1990) / 15)


def wide_tent():
    x = _uniform(9, -20, 20, 200)
    return Dataset(x, np.abs(np.abs(x) - 10) / 5)


def tent_from_0_to_40():
    data = wide_tent()
    return Dataset(data.x + 20, data.y)


def wide_sine():
    x = _uniform(10, -20, 20, 400)
    return Dataset(x, np.sin(x))


def bumps():
    x = _uniform(11, -3, 3, 250)
    return Dataset(x, np.exp(-4 * (x - 1) ** 2) - 0.7 * np.exp(-6 * (x + 1.2) ** 2))


def prices():
    x = _uniform(12, -2, 2, 200)
    return Dataset(x, 3e4 + 1e4 * np.sin(2 * x) + 4e3 * x)


def house_prices():
    rng = np.random.default_rng(13)
    area, rooms, age = rng.uniform(40, 200, 200), rng.integers(1, 8, 200), rng.uniform(0, 60, 200)
    price = 2500 * area + 9000 * rooms - 900 * age + 12 * (area - 120) ** 2
    return Dataset(np.column_stack([area, rooms, age]), price + _noise(14, 4000, 200))


def millimetres():
    x = _uniform(15, 0, 1e-3, 150)
    return Dataset(x, np.sin(2 * np.pi * x / 1e-3))


def lifted():
    x = _uniform(16, -3, 3, 200)
    return Dataset(x, 500 + np.sin(2 * x))


def fast_sine():
    x = _uniform(17, -3, 3, 400)
    return Dataset(x, np.sin(4 * x))


def noise_alone():
    x = np.linspace(-1, 1, 25)
    return Dataset(x, np.sin(2 * x) + _noise(19, 0.5, 25))


def noise_alone_truth():
    x = np.linspace(-0.9, 0.9, 400)
    return Dataset(x, np.sin(2 * x))


def spoilt(outliers=True):
    def rows_of():
        x = _uniform(20, -3, 3, 150)
        y = np.sin(2 * x) + _noise(21, 0.05, 150)
        bad = np.array([12, 70, 111])
        y[bad] += np.array([40.0, 55.0, -48.0])
        kept = np.setdiff1d(np.arange(150), [] if outliers else bad)
        return Dataset(x[kept], y[kept])

    return rows_of


# --- two inputs and more --------------------------------------------------------------------------------------


def saddle():
    x = _uniform(30, -1, 1, (300, 2))
    return Dataset(x, x[:, 0] * x[:, 1])


def rings():
    x = _uniform(31, -10, 10, (400, 2))
    return Dataset(x, np.cos(np.hypot(x[:, 0], x[:, 1]) / 2))


def hill(low=0.0, high=1.0, seed=32, rows=300):
    def rows_of():
        x = _uniform(seed, low, high, (rows, 2))
        return Dataset(x, np.sin(3 * x[:, 0]) * np.cos(3 * x[:, 1]))

    return rows_of


def unlike_columns():
    x = np.column_stack([_uniform(33, 0, 1e4, 300), _uniform(34, -1, 1, 300)])
    return Dataset(x, np.sin(3 * x[:, 1]) + x[:, 0] / 1e4)


def constant_column():
    x = np.column_stack([_uniform(35, -1, 1, 200), np.full(200, 1000.0)])
    return Dataset(x, np.sin(4 * x[:, 0]))


def spoilt_plane(outliers=True):
    def rows_of():
        x = _uniform(36, -1, 1, (200, 2))
        y = x[:, 0] ** 2 - x[:, 1] + _noise(37, 0.02, 200)
        bad = np.array([5, 99, 150, 170])
        y[bad] += np.array([30.0, -35.0, 28.0, 33.0])
        kept = np.setdiff1d(np.arange(200), [] if outliers else bad)
        return Dataset(x[kept], y[kept])

    return rows_of


def noise_plane(rows=40, seed=38):
    x = _uniform(seed, -1, 1, (rows, 2))
    return Dataset(x, x.sum(axis=1) + _noise(39, 0.5, rows))


def noise_plane_truth():
    x = _uniform(40, -0.9, 0.9, (500, 2))
    return Dataset(x, x.sum(axis=1))


# --- several outputs ------------------------------------------------------------------------------------------


def three_waves():
    x = _uniform(50, -3, 3, 250)
    return Dataset(x, np.column_stack([np.sin(x), np.cos(2 * x), np.sin(3 * x)]))


def circle():
    x = _uniform(51, 0, 2 * np.pi, 200)
    return Dataset(x, np.column_stack([2 * np.cos(x), 2 * np.sin(x)]))


def unlike_outputs():
    x = _uniform(52, -2, 2, 250)
    return Dataset(x, np.column_stack([np.sin(2 * x), 2e4 * np.cos(2 * x)]))


# --- classes --------------------------------------------------------------------------------------------------


def ring_classes():
    x = _uniform(60, -1, 1, (300, 2))
    return Dataset(x, (np.hypot(x[:, 0], x[:, 1]) < 0.6).astype(float))


def blobs():
    rng = np.random.default_rng(61)
    middles = np.array([[0.0, 0], [3, 0], [0, 3]])
    return Dataset(
        np.concatenate([m + 0.5 * rng.standard_normal((60, 2)) for m in middles]), np.repeat([0.0, 1, 2], 60)
    )


def far_ring_classes():
    data = ring_classes()
    return Dataset(100 + 5 * data.x, data.y)


def chessboard():
    x = _uniform(62, -1, 1, (400, 2))
    return Dataset(x, (np.floor(2 * x).sum(axis=1) % 2).astype(float))


def bands():
    x = _uniform(63, 0, 6, 240)
    return Dataset(x, np.floor(x / 1.5) % 3)
