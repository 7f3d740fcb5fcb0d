"""Images: IDX files, sheets of sprites, and where Fashion-MNIST is looked for."""

import gzip
import sys
from pathlib import Path

import numpy as np
import pytest

from hinges import Dataset, InvalidInputError, example
from hinges.data import read_images, read_sprites

SPRITES = Path(__file__).parents[3] / "shared" / "data" / "fashion-mnist-sprite.png"


def idx(array):
    """Give the bytes of an IDX file."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@pytest.fixture
def pair(tmp_path):
    images = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4) * 10
    (tmp_path / "images").write_bytes(idx(images))
    (tmp_path / "labels.gz").write_bytes(gzip.compress(idx(np.array([7, 1], np.uint8))))
    return tmp_path, images


def test_a_pair_of_files_gives_rows_of_pixels(pair):
    folder, images = pair
    data = read_images(folder / "images", folder / "labels.gz")
    np.testing.assert_array_equal(data.x, images.reshape(2, 12) / 255)
    assert data.y[:, 0].tolist() == [7, 1]
    assert data.y_names == ("class",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is no IDX file of unsigned bytes"),
        (b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", "is no IDX file of unsigned bytes"),
        (b"\0\0\x08\x03\0\0", "is cut short: its header is not whole"),
        (b"\0\0\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff", "bytes are read"),
        (b"\0\0\x08\x01\0\0\0\x05abcd", r"declares shape \(5,\), 5 bytes, and holds 4"),
        (b"\0\0\x08\x01\0\0\0\x03abcd", r"declares shape \(3,\), 3 bytes, and holds more"),
        (b"\0\0\x08\x01\0\0\0\0", r"declares shape \(0,\)"),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(tmp_path, content, sentence):
    (tmp_path / "images").write_bytes(content)
    with pytest.raises(InvalidInputError, match=sentence):
        read_images(tmp_path / "images", tmp_path / "images")


def test_damaged_compression_and_a_bomb(tmp_path):
    (tmp_path / "cut.gz").write_bytes(gzip.compress(idx(np.zeros((9, 9, 9), np.uint8)))[:-9])
    (tmp_path / "no.gz").write_bytes(b"not packed at all")
    bomb = bytes([0, 0, 8, 1]) + (5).to_bytes(4, "big") + bytes(2**24)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bomb))
    for name, sentence in (("cut.gz", "cannot be read"), ("no.gz", "cannot be read"), ("bomb.gz", "holds more")):
        with pytest.raises(InvalidInputError, match=sentence):
            read_images(tmp_path / name, tmp_path / name)


def test_labels_must_fit(pair):
    folder, _ = pair
    (folder / "three").write_bytes(idx(np.zeros(3, np.uint8)))
    with pytest.raises(InvalidInputError, match="labels has 3 entries for 2 images"):
        read_images(folder / "images", folder / "three")
    with pytest.raises(InvalidInputError, match="are expected"):
        read_images(folder / "three", folder / "images")


@pytest.mark.needs("PIL")
def test_a_sheet_of_sprites(tmp_path):
    from PIL import Image

    tiles = np.random.default_rng(0).integers(0, 256, size=(6, 2, 3), dtype=np.uint8)
    sheet = tiles.reshape(2, 3, 2, 3).swapaxes(1, 2).reshape(4, 9)
    Image.fromarray(sheet).save(tmp_path / "sheet.png")
    data = read_sprites(tmp_path / "sheet.png", tile=(2, 3), classes=3)
    np.testing.assert_array_equal(data.x, tiles.reshape(6, 6) / 255)
    assert data.y[:, 0].tolist() == [0, 0, 1, 1, 2, 2]
    with pytest.raises(InvalidInputError, match="which are not tiles of 5 x 3"):
        read_sprites(tmp_path / "sheet.png", tile=(5, 3))
    with pytest.raises(InvalidInputError, match="for 4 classes alike"):
        read_sprites(tmp_path / "sheet.png", tile=(2, 3), classes=4)
    (tmp_path / "torn.png").write_bytes((tmp_path / "sheet.png").read_bytes()[:40])
    with pytest.raises(InvalidInputError, match="cannot be read as a picture"):
        read_sprites(tmp_path / "torn.png")


if SPRITES.exists():  # not in a fresh clone

    @pytest.mark.needs("PIL")
    def test_real_images():
        data = read_sprites(SPRITES)
        assert data.x.shape == (900, 784)
        assert np.bincount(data.y[:, 0].astype(int)).tolist() == [90] * 10
        assert 0.2 < data.x.mean() < 0.4


def test_fashion_mnist_is_read_from_the_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    folder = tmp_path / ".cache" / "hinges" / "fashion-mnist"
    folder.mkdir(parents=True)
    images = np.random.default_rng(0).integers(0, 256, size=(5, 28, 28), dtype=np.uint8)
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.arange(5, dtype=np.uint8))))
    data = example("fashion-mnist")
    assert data.x.shape == (5, 784)
    assert data.y[:, 0].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.needs("sklearn")
def test_without_files_and_network_it_says_what_to_do(tmp_path, monkeypatch):
    import sklearn.datasets

    def unreachable(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", unreachable)
    with pytest.raises(InvalidInputError, match="put train-images-idx3-ubyte and train-labels-idx1-ubyte"):
        example("fashion-mnist")


@pytest.mark.needs("sklearn")
def test_openml_gives_the_training_images(tmp_path, monkeypatch):
    import sklearn.datasets

    class Bunch:
        data = np.full((60_001, 2), 255.0)
        target = np.array(["3"] * 60_001, dtype=object)

    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", lambda *_, **__: Bunch)
    data = example("fashion-mnist")
    assert (len(data), data.x.max(), data.y[0, 0]) == (60_000, 1.0, 3.0)


@pytest.mark.needs("sklearn")
def test_digits():
    data = example("digits")
    assert data.x.shape == (1797, 64)
    assert (data.x.min(), data.x.max()) == (0.0, 1.0)
    assert sorted(set(data.y[:, 0])) == list(range(10))


def test_digits_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ImportError, match=r"pip install .*hinges\[sklearn\]"):
        example("digits")


class TestWindows:
    def test_each_window_and_the_value_after_it(self):
        data = Dataset([0, 1, 2, 3, 4], [5, 6, 7, 8, 9], weights=[1, 2, 3, 4, 5]).windows(3)
        assert data.x.tolist() == [[5, 6, 7], [6, 7, 8]]
        assert data.y.tolist() == [[8], [9]]
        assert data.weights is not None
        assert data.weights.tolist() == [4, 5]
        assert data.names == ("y[-3]", "y[-2]", "y[-1]", "y")

    def test_several_outputs_stand_side_by_side(self):
        data = Dataset([0, 1, 2], [[1, 10], [2, 20], [3, 30]]).windows(2)
        assert data.x.tolist() == [[1, 10, 2, 20]]
        assert data.y.tolist() == [[3, 30]]

    @pytest.mark.parametrize(("n", "sentence"), [(3, "n = 3 leaves no value to predict"), (0, "n must be at least 1")])
    def test_too_long_or_empty(self, n, sentence):
        with pytest.raises(InvalidInputError, match=sentence):
            Dataset([0, 1, 2], [5, 6, 7]).windows(n)
