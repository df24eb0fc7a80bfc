from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ml import morphology
from ml.features import TermVectorizer, content_words, tokens, word_terms
from ml.morphology import analyser, english_stem, korean_morphemes, word_parts
from ml.text import normalise
from tests.support.growth import assert_grows_linearly


def forms(run: str) -> list[str]:
    return [form for form, _, _ in korean_morphemes(run)]


def terms(text: str) -> list[str]:
    return [term for term in word_terms(tokens(text)) if " " not in term]


@pytest.fixture
def without_kiwi(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As where kiwipiepy is not installed."""
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    morphology._kiwi.cache_clear()
    morphology.forget()
    yield
    morphology._kiwi.cache_clear()
    morphology.forget()


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        ("design designs designed designing", "design"),
        ("analysing analyse analysed", "analys"),
        ("services service", "servic"),
        ("r", "r"),
        ("c++", "c++"),
        ("r&d", "r&d"),
        ("naïve", "naïv"),
    ],
)
def test_inflected_english_words_share_a_stem(words: str, stem: str) -> None:
    assert {english_stem(word) for word in words.split()} == {stem}


@pytest.mark.parametrize("word", ["데이터를", "데이터는", "데이터에서", "데이터와", "데이터들에게", "데이터"])
def test_particles_are_not_part_of_a_word(word: str) -> None:
    assert korean_morphemes(word) == [("데이터", 0, 3)]
    assert word_parts(word).stripped(word) == "데이터"


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("공공데이터분석팀에서", [("공공", 0, 2), ("데이터", 2, 5), ("분석", 5, 7), ("팀", 7, 8)]),
        ("진단했습니다", [("진단", 0, 2)]),
        ("도와", [("돕", 0, 2)]),
        ("이끌었으며", [("이끌", 0, 5)]),
        ("도커와", [("도커", 0, 2)]),
        ("합니다", []),
        ("있는", []),
        ("를", []),
    ],
)
def test_morphemes_with_a_meaning_are_kept_with_their_places(run: str, expected: list[tuple[str, int, int]]) -> None:
    assert korean_morphemes(run) == expected


@pytest.mark.parametrize("word", ["린", "법", "팀", "앱", "웹", "돈", "과"])
def test_nouns_of_one_syllable_are_kept(word: str) -> None:
    assert forms(word) == [word]


def test_affixes_belong_to_the_word_and_are_no_term() -> None:
    assert forms("접근성을") == ["접근"]
    assert word_parts("접근성을").stripped("접근성을") == "접근성"
    assert word_parts("재설계했으며").stripped("재설계했으며") == "재설계"


def test_spacing_and_composition_make_no_difference() -> None:
    spaced, joined = "웹 접근성 진단을 담당", "웹접근성진단을 담당"
    assert (
        terms(spaced) == terms(joined) == terms(unicodedata.normalize("NFD", joined)) == ["웹", "접근", "진단", "담당"]
    )


def test_half_width_letters_read_like_syllables() -> None:
    assert terms("ﾷￕﾲ ﾸￆﾲﾡￚﾤﾵￆﾷﾷￚﾩ") == terms("웹 접근성을")


def test_one_letter_skills_are_terms_in_either_language() -> None:
    assert {"r", "c"} <= set(terms("Statistics in R and C"))
    assert terms("R을 이용한 통계와 C언어") == ["r", "이용", "통계", "c", "언어"]


def test_a_word_gives_the_same_terms_in_every_text() -> None:
    assert set(terms("데이터 분석")) <= set(terms("경찰청 데이터 분석 담당"))


def test_threads_read_alike() -> None:
    runs = [f"데이터{chr(0xAC00 + number)}분석을" for number in range(200)]
    morphology.forget()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: [(forms(run), english_stem(f"testing{run}s")) for run in runs], range(4)))
    assert found == [found[0]] * 4


@pytest.mark.parametrize("piece", ["가", "데이터", "가나다라마바사", "x"])
def test_one_endless_word_is_read_in_linear_time(piece: str) -> None:
    korean_morphemes("가")

    def read(length: int) -> None:
        parts = word_parts(piece * (length // len(piece)))
        assert all(0 <= term.start < term.end <= length for term in parts.terms)

    assert_grows_linearly(read, 100_000)


def test_nothing_is_kept_after_forgetting_nor_of_what_is_no_word() -> None:
    word_parts("어느이름")
    assert morphology._kept_parts.cache_info().currsize > 0
    morphology.forget()
    word_parts("어느이름" * 100)
    assert morphology._kept_parts.cache_info().currsize == 0
    morphology.forget()
    assert morphology._analysed_piece.cache_info().currsize == 0


def test_an_endless_word_costs_once_however_often_it_is_read() -> None:
    """A page reads a person's text several times: half a second each for syllables in an odd order."""
    syllables = "가나다라마바사아자차카타파하이은는을를고지다서로에도의와과"
    run = "".join(syllables[(number * number + number // 7) % len(syllables)] for number in range(20_000))
    morphology.forget()
    first = word_parts(run)
    read = morphology._analysed_piece.cache_info().misses
    assert 0 < read <= 625
    assert word_parts(run) == first
    assert morphology._analysed_piece.cache_info().misses == read


def test_the_analyser_names_itself() -> None:
    assert analyser().startswith("kiwi 0.")


def test_without_kiwi_particles_are_stripped(without_kiwi: None, caplog: pytest.LogCaptureFixture) -> None:
    assert analyser() == "particles"
    assert korean_morphemes("데이터에서") == [("데이터", 0, 3)]
    assert korean_morphemes("린") == [("린", 0, 1)]
    assert korean_morphemes("를") == []
    assert caplog.text.count("Kiwi cannot be loaded") == 1
    rows = TermVectorizer().fit_transform([tokens("웹접근성을 진단"), tokens("웹접근성의 진단"), tokens("도로 포장")])
    cosines = (rows @ rows.T).toarray()
    assert cosines[0, 1] == pytest.approx(1)
    assert cosines[0, 2] < 0.1


def test_nothing_is_loaded_before_a_word_is_read() -> None:
    code = "import sys, ml.morphology; raise SystemExit('kiwipiepy' in sys.modules or 'Stemmer' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_stop_words_and_empty_words_are_no_content() -> None:
    assert content_words(normalise("We find and show the systems 및 있는 것을 위한 자료를")) == [
        "find",
        "show",
        "systems",
        "자료를",
    ]


def cosine(one: str, other: str, *rest: str) -> float:
    rows = TermVectorizer().fit_transform([tokens(text) for text in (one, other, *rest)])
    assert rows[0].multiply(rows[0]).sum() == pytest.approx(1)
    return float((rows[0] @ rows[1].T).toarray()[0, 0])


def test_three_words_are_enough() -> None:
    assert cosine("managing project risks", "project risk management", "bake bread", "fly planes") > 0.5
    assert cosine("데이터 분석", "자료를 분석하는 데이터과학", "빵 굽기", "도로 포장") > 0.3


def test_a_pair_counts_in_either_order_and_less_than_a_term() -> None:
    texts = ["user research", "research with users", "market stalls"]
    assert cosine(*texts) > cosine("user research", "research of markets by users", texts[2])
    documents = [tokens(text) for text in texts]
    vectorizer = TermVectorizer(word_weight=1).fit(documents)
    row = dict(zip(vectorizer.term_names_, vectorizer.transform(documents[:1]).toarray()[0], strict=False))
    assert 0 < row["research user"] == pytest.approx(0.75 * row["user"])


def test_one_document_gives_the_same_bits_alone_and_among_others() -> None:
    documents = [tokens(text) for text in ("Built data pipelines", "데이터를 분석하고", "Led user research")]
    vectorizer = TermVectorizer().fit(documents)
    together = vectorizer.transform(documents).toarray()
    for number, document in enumerate(documents):
        assert (vectorizer.transform([document]).toarray()[0] == together[number]).all()
    assert (TermVectorizer().fit(documents[::-1]).transform(documents).toarray() == together).all()


def test_without_a_word_there_is_nothing_to_fit_and_rows_are_empty() -> None:
    with pytest.raises(ValueError, match="no document has a word"):
        TermVectorizer().fit([[], []])
    rows = TermVectorizer().fit([tokens("user research")]).transform([[], tokens("zzz"), tokens("R")])
    assert (rows.shape[0], rows.nnz) == (3, 0)
    assert TermVectorizer().fit([tokens("user research")]).transform([]).shape[0] == 0
