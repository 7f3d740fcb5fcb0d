"""The glossary: the page and the program say the same, and reports find its words."""

import re
from pathlib import Path

import pytest

from hinges.diagnosis._finding import KINDS
from hinges.draw._diagnosis_words import NAMES
from hinges.draw._glossary import MEANINGS, anchor, explained, words_in

PAGE = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_the_page_says_what_the_program_says():
    told = dict(re.findall(r"^### (.+)\n\n(.+)$", PAGE, re.MULTILINE))
    assert told == MEANINGS
    assert list(told) == sorted(told)


@pytest.mark.parametrize("word", MEANINGS)
def test_a_meaning_is_one_or_two_sentences_and_an_address_that_exists(word):
    sentences = re.findall(r"[.](?: |$)", MEANINGS[word])
    assert 1 <= len(sentences) <= 2
    heading = anchor(word).partition("#")[2].replace("-", " ")
    assert heading in (name.replace("-", " ") for name in re.findall(r"^### (.+)$", PAGE, re.MULTILINE))


def test_words_are_found_in_their_order_the_longest_first():
    text = "Five dead units, 3 units always on; the kinks coincide. Dead weight; the loss stands still."
    assert words_in(text) == (
        "dead unit",
        "unit",
        "always-on unit",
        "kink",
        "weight",
        "loss",
        "plateau",
    )
    assert words_in("weightless, unitary, gaping and surplus-always-on-kinks") == ()


def test_a_word_is_explained_once_and_the_rest_is_escaped():
    told = explained("a kink, <b>two</b> kinks")
    assert told.count("<abbr") == 1
    assert f'title="{MEANINGS["kink"]}">kink</abbr>, &lt;b&gt;two&lt;/b&gt; kinks' in told
    known = {"kink"}
    assert explained("a kink & a gradient", known).startswith("a kink &amp; a <abbr")
    assert known == {"kink", "gradient"}


def test_every_kind_of_finding_has_a_name():
    assert set(NAMES) >= set(KINDS)
