from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.schema import RecordText
from ml.sentences import LONGEST_PASSAGE, MOST_PASSAGES, Passage, passages
from tests.support.growth import assert_grows_linearly

honest = [
    "I led research. ",
    "조사를 했습니다.",
    "• 기획",
    "· ",
    "\n",
    "1. ",
    "가. ",
    "e.g. ",
    "SQL",
    " ",
    "다.",
    "?!",
    "ㆍ",
    "ㅇ ",
]
strange = ["\u200b", "\ud800", "\x00", "\u202e", "ﷺ", "\u0301", "…", "İ", "😀", ";", "word " * 90, "x" * 450]
pieces = st.sampled_from([*honest, *strange])
odd_text = st.one_of(st.text(max_size=300), st.lists(pieces, max_size=60).map("".join))


def cut(*texts: str, limit: int = 20_000, most: int = MOST_PASSAGES) -> tuple[Passage, ...]:
    return passages([RecordText("en", text) for text in texts], limit=limit, most=most)


def typed(text: str) -> list[str]:
    return [text[item.start : item.end] for item in cut(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I led research. I wrote reports! Did it help?", ["I led research.", "I wrote reports!", "Did it help?"]),
        ("I ran tests.Then I wrote reports.", ["I ran tests.", "Then I wrote reports."]),
        ("We use node.js and GOV.UK pages, version 1.5.2.", ["We use node.js and GOV.UK pages, version 1.5.2."]),
        ("Tools (e.g. for Mr. J. Smith) were built.", ["Tools (e.g. for Mr. J. Smith) were built."]),
        ("It ended in 2024. Then we moved.", ["It ended in 2024.", "Then we moved."]),
        ("면담을 했습니다.평가를 맡았어요. 보고함.", ["면담을 했습니다.", "평가를 맡았어요.", "보고함."]),
        ("2024. 3. 1.부터 조사를 맡았다.", ["2024. 3. 1.부터 조사를 맡았다."]),
        ("- 자료 적재 구축\n- 보고 체계 자동화", ["자료 적재 구축", "보고 체계 자동화"]),
        (
            "ㅇ 자료 적재\n○ 보고 체계 · 지표 설계 • 기획·운영 지원",
            ["자료 적재", "보고 체계", "지표 설계", "기획·운영 지원"],
        ),
        (
            "1. Plan work\n2) Run teams\n(3) Write code\na. Hire people",
            ["Plan work", "Run teams", "Write code", "Hire people"],
        ),
        ("ran teams; wrote code; hired people", ["ran teams", "wrote code", "hired people"]),
        ("First line of work\r\nSecond line of work", ["First line of work", "Second line of work"]),
        ("Python\nSQL\nAWS", ["Python\nSQL\nAWS"]),
        (
            f"I led research for a {'large ' * 6}service\n  and wrote reports.\nThen I left",
            [f"I led research for a {'large ' * 6}service\n  and wrote reports.", "Then I left"],
        ),
        ("data engineering\nuser research with people", ["data engineering", "user research with people"]),
        ("Experience\nI led a team.", ["Experience\nI led a team."]),
        ("I led a team.\nFin", ["I led a team.", "Fin"]),
        ("12 34 -- ... !", []),
        ("", []),
    ],
)
def test_texts_are_cut_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert typed(text) == expected


def test_what_the_encoder_reads_is_normalised_and_the_place_is_as_typed() -> None:
    text = "Ｌｅｄ\u200b  user\u00a0research."
    (found,) = cut(text)
    assert found.text == "led user research."
    assert (found.start, found.end) == (0, len(text))


def test_each_passage_has_the_language_of_its_own_words() -> None:
    found = cut("복지 서비스의 사용자 조사를 맡았습니다.\nBuilt data pipelines with Spark.")
    assert [item.language for item in found] == ["ko", "en"]


@pytest.mark.parametrize(
    "text", ["조사를 했습니다.평가를 맡았어요.\n• 웹 접근성 진단", "값을 매기고 닭을 삶았다. 함께 쓴다."]
)
def test_composed_and_decomposed_hangul_are_cut_alike(text: str) -> None:
    other = unicodedata.normalize("NFD", text)
    assert [item.text for item in cut(other)] == [item.text for item in cut(text)]
    assert [unicodedata.normalize("NFC", part) for part in typed(other)] == typed(text)


def test_a_long_passage_is_cut_between_words_and_nothing_of_it_is_lost() -> None:
    text = " ".join(f"word{number}" for number in range(300))
    found = cut(text)
    assert " ".join(item.text for item in found) == text
    assert max(len(item.text) for item in found) <= LONGEST_PASSAGE
    assert min(len(item.text) for item in found) > LONGEST_PASSAGE / 2


def test_a_word_longer_than_a_passage_is_cut_too() -> None:
    word = "".join(chr(ord("가") + number) for number in range(2000))
    assert sum(item.end - item.start for item in cut(word)) == len(word)


def test_what_is_said_twice_is_read_once() -> None:
    once = cut("I led user research. I wrote reports.")
    again = cut("I led user research. I wrote reports. " * 30, "i  LED user research.")
    assert [item.text for item in again] == [item.text for item in once]


def test_too_many_passages_are_chosen_fairly_over_the_texts() -> None:
    long = "\n".join(f"I have done the task number {number}" for number in range(200))
    middle = "\n".join(f"She ran project {number}" for number in range(25))
    found = cut(long, "One short text.", middle, most=40)
    counts = [sum(item.text_index == index for item in found) for index in range(3)]
    assert counts == [20, 1, 19]
    first = [int(item.text.split()[-1]) for item in found if item.text_index == 0]
    assert first[0] == 0
    assert first[-1] >= 180
    assert len(cut(long)) == MOST_PASSAGES


def test_the_limit_counts_over_all_texts() -> None:
    found = cut("x y " * 10, "never read here", limit=40)
    assert {item.text_index for item in found} == {0}


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.lists(odd_text, max_size=3))
def test_places_lie_inside_the_texts_in_order_and_apart(texts: list[str]) -> None:
    last = (0, 0)
    for item in cut(*texts):
        assert last <= (item.text_index, item.start)
        assert item.start < item.end <= len(texts[item.text_index])
        assert 0 < len(item.text) <= LONGEST_PASSAGE
        assert item.text == item.text.strip()
        last = (item.text_index, item.end)


@pytest.mark.parametrize(
    "pattern", ["a. ", "다.", "• ", "\n", "x", "가", "1. ", "e.g. ", "; ", "Word\n", "\u0301", ".a", "-"]
)
def test_a_megabyte_takes_a_moment(pattern: str) -> None:
    def both(length: int) -> None:
        text = pattern * (length // len(pattern))
        cut(text)
        cut(text, limit=length // 10)

    assert_grows_linearly(both, 1_000_000)
