"""Letters that look Latin and are not: read as what the reader sees, at the same places."""

from __future__ import annotations

import pytest

from ml.lookalikes import unmasked
from ml.text import map_text, normalise
from tests.support.growth import assert_grows_linearly


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("Руthоn dеvеlореr", "Python developer"),
        ("usеr rеsеаrсh", "user research"),
        ("Αgile ρroduct οwner", "Agile product owner"),
        ("Kubеrnеtеs 운영", "Kubernetes 운영"),
        ("оn а сосоа", "on a cocoa"),
        ("dɑtɑ enɡineer", "data engineer"),
    ],
)
def test_a_word_is_read_as_it_looks(written: str, seen: str) -> None:
    assert unmasked(written) == seen
    assert normalise(written) == normalise(seen)


@pytest.mark.parametrize("text", ["данные и разработка", "Ελληνικά δεδομένα", "데이터 분석", "plain text, 10 µm", ""])
def test_words_of_other_alphabets_stay(text: str) -> None:
    assert unmasked(text) == text


def test_places_lead_back_to_what_was_typed() -> None:
    typed = "I write Рythоn\u200b every day"
    mapped = map_text(typed)
    at = mapped.text.index("python")
    assert typed[slice(*mapped.original_span(at, at + 6))].startswith("Рythоn")


def test_a_long_text_takes_linear_time() -> None:
    assert_grows_linearly(lambda length: unmasked("dаtа " * (length // 8) + "я" * (3 * length // 8)), 800_000)
