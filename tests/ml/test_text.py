from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.text import clip, language_of, map_text, normalise, strip_ending, word_spans, words
from tests.support.growth import assert_grows_linearly


def test_decomposed_hangul_reads_like_composed() -> None:
    text = "웹 접근성을 진단했습니다. Café naïve"
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(text)


def test_what_cannot_be_seen_has_no_effect() -> None:
    assert normalise("user\u200b re\u00adsear\u202ech\u2066\ufe0f\u3164") == "user research"
    assert normalise("접\u200d근\u2060성") == "접근성"


def test_full_width_letters_and_ligatures_read_like_plain_ones() -> None:
    assert normalise("ＳＱＬ ﬁle") == "sql file"


def test_surrogates_and_controls_become_spaces() -> None:
    assert words(normalise("data\ud800pipelines\x00built")) == ["data", "pipelines", "built"]


def test_spans_lead_back_to_what_was_typed() -> None:
    typed = unicodedata.normalize("NFD", "서울 ＳＱＬ 사용자를 re\u200bsearch")
    mapped = map_text(typed)
    found = {word: typed[slice(*mapped.original_span(start, end))] for word, start, end in word_spans(mapped.text)}
    assert found["sql"] == "ＳＱＬ"
    assert unicodedata.normalize("NFC", found["사용자를"]) == "사용자를"
    assert found["research"] == "re\u200bsearch"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("사용자 조사를 진행했습니다", "ko"),
        ("Python과 Django 기반 API를 개발", "ko"),
        ("Worked in Seoul (서울)", "en"),
        ("2024 / 12", None),
    ],
)
def test_language_is_told_from_the_letters(text: str, expected: str | None) -> None:
    assert language_of(normalise(text)) == expected


def test_one_letter_skills_stay_and_stray_letters_and_numbers_go() -> None:
    assert words(normalise("R and C, a 1984 child's C++ R&D C#")) == ["r", "and", "c", "child", "c++", "r&d", "c#"]


def test_particles_of_latin_words_go_and_words_in_hangul_stay_as_written() -> None:
    assert words(normalise("API를 쓰고 SQL과 데이터를 R로")) == ["api", "쓰고", "sql", "데이터를", "r"]
    assert words(normalise("API 개발 API개발")) == ["api", "개발", "api", "개발"]


@pytest.mark.parametrize(("word", "stripped"), [("데이터에서", "데이터"), ("설계했습니다", "설계"), ("정의", "정의")])
def test_endings_are_stripped_from_what_leaves_two_syllables(word: str, stripped: str) -> None:
    assert strip_ending(word) == stripped


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ﾷￕﾲ ﾡￂﾴ ﾤﾵￜﾷ", "웹 값 ᄂ싱"),
        ("ㅎㅏㄴㄱㅡㄹ", "한글"),
        ("ㄷㅏㄹㄱ까ㅊㅣ", "달ᄀ까치"),
        ("ㄷㅏㄸㅏ", "다따"),
        ("네ㅋㅋㅋ ㅠㅠ", "네ᄏᄏᄏ ᅲᅲ"),
    ],
)
def test_syllables_typed_letter_by_letter_are_put_together(typed: str, read: str) -> None:
    mapped = map_text(typed)
    assert mapped.text == normalise(typed) == read
    assert typed[slice(*mapped.original_span(0, 1))] == typed[: typed.index(typed[mapped.ends[0] - 1]) + 1]


def test_the_limit_holds_for_all_texts_together() -> None:
    assert clip(["abc", "defg", "h"], 5) == ["abc", "de", ""]


@given(st.text())
def test_both_ways_of_normalising_agree(text: str) -> None:
    mapped = map_text(text)
    assert mapped.text == normalise(text)
    assert len(mapped.starts) == len(mapped.ends) == len(mapped.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(mapped.starts, mapped.ends, strict=True))


@pytest.mark.parametrize(
    "pattern", ["\u0301", "a\u0301\u0323", "\u1112\u1161", "\ufdfa", "\u200b", "&", "가&", "r ", "ㄱㅏ", "ﾡￂ"]
)
def test_a_megabyte_of_anything_is_read_in_linear_time(pattern: str) -> None:
    assert_grows_linearly(lambda length: words(normalise(clip([pattern * length], length // 25)[0])), 1_000_000)
