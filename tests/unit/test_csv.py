"""CSV files: delimiters, headers, comments and columns as people have them."""

import pytest

from hinges import Dataset, InvalidInputError


def read(tmp_path, text, encoding="utf-8", **options):
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode(encoding))
    return Dataset.read(path, **options)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n3,4\n",
        "a;b\n1;2\n3;4\n",
        "a\tb\n1\t2\n3\t4",
        "a,b\r\n1,2\r\n3,4\r\n",
        "# note\n a , b \n\n1, 2\n# x\n3,4\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_same_table_however_it_is_written(tmp_path, text, encoding):
    data = read(tmp_path, text, encoding)
    assert data.names == ("a", "b")
    assert data.x.tolist() == [[1], [3]]
    assert data.y.tolist() == [[2], [4]]


def test_without_a_header_columns_are_numbered(tmp_path):
    assert read(tmp_path, "1,2\n3,4\n").names == ("1", "2")
    assert read(tmp_path, "1,2,9\n3,4,9\n", x=0, y="3").names == ("1", "3")


def test_one_column_alone_is_y(tmp_path):
    data = read(tmp_path, "level\n5\n7\n")
    assert data.names == ("row", "level")
    assert data.x[:, 0].tolist() == [0, 1]


def test_text_beside_the_columns_asked_for_does_no_harm(tmp_path):
    data = read(tmp_path, "name,a,b\nx,1,2\ny,3,4\n", x="a", y="b")
    assert data.y[:, 0].tolist() == [2, 4]


def test_what_is_not_said_follows_where_one_way_is_left(tmp_path):
    assert read(tmp_path, "a,b\n1,2\n", y="a").names == ("b", "a")
    assert read(tmp_path, "a,b,w\n1,2,3\n4,5,6\n", weights="w").names == ("a", "b")


def test_missing_entries_are_named_or_dropped(tmp_path):
    text = "a,b\n1,2\n3,\n4,NA\n5,6\n"
    with pytest.raises(InvalidInputError, match=r"row 3, column 'b': the entry is missing"):
        read(tmp_path, text)
    assert read(tmp_path, text, drop=True).x[:, 0].tolist() == [1, 5]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "has the columns 'a', 'b', 'c': say which is x and which is y"),
        ({"x": "a", "y": "d"}, "has no column 'd'; it has 'a', 'b', 'c'"),
        ({"x": 3, "y": "a"}, "has no column 3"),
        ({"x": "a", "y": "b", "weights": "c"}, "row 2, column 'c': 'z' is not a number"),
    ],
)
def test_columns_that_are_not_there(tmp_path, options, sentence):
    with pytest.raises(InvalidInputError) as error:
        read(tmp_path, "a,b,c\n1,2,z\n", **options)
    assert sentence in str(error.value)


@pytest.mark.parametrize("cell", ["1_000", "1,5", "0x10", "one", "--1", "1 2"])
def test_what_is_not_a_number(tmp_path, cell):
    with pytest.raises(InvalidInputError, match=r"row 3, column 'b': .* is not a number"):
        read(tmp_path, f'a;b\n1;2\n3;"{cell}"\n')
