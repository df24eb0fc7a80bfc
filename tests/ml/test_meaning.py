"""How close two records come in meaning: the same to the last bit however they are scored, and taken apart exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ml.encoder import Encoder, Vectors, installed_encoder
from ml.meaning import Meaning, MeaningSide, PassagePlace, meaning_block, meaning_of, passage_shares, texts_digest
from ml.params import MatcherParams
from ml.schema import RecordText, Span
from ml.text import LANGUAGES
from tests.ml.records import (
    ENGLISH_PIPELINES,
    ENGLISH_RESEARCH,
    ENGLISH_RESEARCH_POST,
    KOREAN_PIPELINES,
    KOREAN_RESEARCH,
    KOREAN_RESEARCH_POST,
)

PARAMS = MatcherParams()
DIMENSIONS = 64


class RandomEncoder:
    """Gives each text a direction of its own, near that of its first word."""

    name = "random 1"
    dimensions = DIMENSIONS

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = [self._direction(text) + 1.2 * self._direction(text.split()[0]) for text in texts]
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), DIMENSIONS)
        lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / lengths).astype(np.float32)

    def _direction(self, text: str) -> Vectors:
        seed = int.from_bytes(text.encode()[:8].ljust(8, b"\0"), "big") + len(text)
        drawn = np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)
        return drawn / np.float32(np.linalg.norm(drawn))


def drawn(count: int, seed: int) -> list[Meaning | None]:
    """Return meanings of random texts in both languages, one in nine missing and one in nine empty."""
    generator = np.random.default_rng(seed)
    words = ["led", "wrote", "built", "조사를", "자료를", "화면을"]
    found: list[Meaning | None] = []
    for number in range(count):
        lines = [
            f"{words[generator.integers(6)]} {words[generator.integers(6)]} item {generator.integers(40)} of them all"
            for _ in range(generator.integers(1, 12))
        ]
        text = "\n".join(lines) if number % 9 != 4 else ""
        found.append(None if number % 9 == 7 else meaning_of([RecordText("en", text)], RandomEncoder(), limit=5000))
    return found


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = installed_encoder()
    assert found is not None
    return found


def read(encoder: Encoder, *texts: str) -> Meaning:
    return meaning_of([RecordText("en", text) for text in texts], encoder, limit=20_000)


def value(mine: Meaning, theirs: Meaning, params: MatcherParams = PARAMS) -> float:
    values, applies = meaning_block(MeaningSide.of([mine]), MeaningSide.of([theirs]), params)
    assert applies[0, 0]
    return float(values[0, 0])


def test_passages_are_kept_by_language_with_their_places(encoder: Encoder) -> None:
    text = "조사를 맡아 면담을 진행했습니다.\nBuilt data pipelines with Spark."
    found = read(encoder, "Wrote reports for ministers.", text)
    assert [place.language for place in found.passages] == ["en", "en", "ko"]
    assert [place.span for place in found.passages] == [Span(0, 0, 28), Span(1, 19, 51), Span(1, 0, 18)]
    assert [place.words for place in found.passages] == [4, 5, 4]


def test_vectors_lie_on_a_grid_on_which_sums_are_exact(encoder: Encoder) -> None:
    vectors = read(encoder, ENGLISH_RESEARCH, KOREAN_RESEARCH).vectors
    assert (vectors * 2048 == np.rint(vectors * 2048)).all()
    exact = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    assert (vectors @ vectors.T == exact).all()
    assert np.diag(exact) == pytest.approx(1, abs=2e-3)


def test_the_stored_form_gives_the_same_back_and_holds_no_text(encoder: Encoder) -> None:
    made = read(encoder, ENGLISH_RESEARCH, KOREAN_RESEARCH)
    data = made.to_bytes()
    found = Meaning.from_bytes(data)
    assert (found.encoder, found.passages) == (made.encoder, made.passages)
    assert (found.vectors == made.vectors).all()
    assert b"research" not in data
    assert "조사".encode() not in data
    empty = read(encoder, "")
    assert Meaning.from_bytes(empty.to_bytes()).vectors.shape == (0, encoder.dimensions)


@pytest.mark.parametrize("change", ["cut", "longer", "magic", "places", "nan", "nothing", "pickle"])
def test_anything_else_is_refused(change: str) -> None:
    data = meaning_of([RecordText("en", "Led a team. Wrote code.")], RandomEncoder(), limit=100).to_bytes()
    broken = {
        "cut": data[:-2],
        "longer": data + b"\0\0",
        "magic": b"x" + data[1:],
        "places": data.replace(b'"en"', b'"xx"', 1),
        "nan": data[:-2] + b"\xff\x7f",
        "nothing": b"",
        "pickle": b"\x80\x04K\x01.",
    }[change]
    with pytest.raises(ValueError, match="meaning"):
        Meaning.from_bytes(broken)


def test_a_digest_tells_when_a_stored_meaning_is_out_of_date() -> None:
    texts = [RecordText("en", "a"), RecordText("ko", "b")]
    same = texts_digest([RecordText("ko", "a"), RecordText("en", "b")], "one", 10)
    assert texts_digest(texts, "one", 10) == same, "the label of a text plays no part"
    changed = [
        texts_digest(texts[::-1], "one", 10),
        texts_digest([RecordText("en", "ab")], "one", 10),
        texts_digest([RecordText("en", "a"), RecordText("en", "\ud800")], "one", 10),
        texts_digest(texts, "two", 10),
        texts_digest(texts, "one", 11),
    ]
    assert len({same, *changed}) == 6


def test_passages_can_be_left_out() -> None:
    made = meaning_of(
        [RecordText("en", "Led a team. Wrote code."), RecordText("en", "Hired people.")], RandomEncoder(), limit=99
    )
    assert made.touching([Span(0, 11, 13)]) == {1}
    assert made.touching([Span(0, 0, 100)]) == {0, 1}
    assert made.touching([Span(1, 13, 20)]) == frozenset()
    less = made.without({1})
    assert less.passages == (made.passages[0], made.passages[2])
    assert (less.vectors == made.vectors[[0, 2]]).all()


def test_values_have_the_same_bits_however_records_are_scored() -> None:
    mine, theirs = drawn(30, 1), drawn(40, 2)
    sides = MeaningSide.of(mine), MeaningSide.of(theirs)
    values, applies = meaning_block(*sides, PARAMS)
    assert ((values >= 0) & (values <= 1)).all()
    assert (values[~applies] == 0).all()
    assert (values[applies] > 0).any()
    order = np.random.default_rng(3).permutation(40)
    shuffled, _ = meaning_block(sides[0], MeaningSide.of([theirs[place] for place in order]), PARAMS)
    assert (shuffled == values[:, order]).all()
    part, _ = meaning_block(sides[0].block(5, 17), sides[1].block(9, 31), PARAMS)
    assert (part == values[5:17, 9:31]).all()
    for row in range(0, 30, 4):
        for column in range(0, 40, 3):
            alone, flags = meaning_block(MeaningSide.of([mine[row]]), MeaningSide.of([theirs[column]]), PARAMS)
            assert (alone[0, 0], flags[0, 0]) == (values[row, column], applies[row, column])


def test_a_block_may_hold_more_passages_than_are_compared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sides = MeaningSide.of(drawn(30, 1)), MeaningSide.of(drawn(20, 2))
    whole, _ = meaning_block(*sides, PARAMS)
    monkeypatch.setattr("ml.meaning._PASSAGES_A_BLOCK", 7)
    parts, _ = meaning_block(*sides, PARAMS)
    assert (parts == whole).all()


def test_the_value_is_what_it_is_said_to_be() -> None:
    """Compute it once more, passage by passage."""
    for mine in filter(None, drawn(9, 5)):
        for theirs in filter(None, drawn(9, 6)):
            values, applies = meaning_block(MeaningSide.of([mine]), MeaningSide.of([theirs]), PARAMS)
            if applies[0, 0]:
                assert values[0, 0] == pytest.approx(by_hand(mine, theirs), abs=1e-6)


def by_hand(mine: Meaning, theirs: Meaning) -> float:
    def limit(kind: str, name: str, first: PassagePlace, second: PassagePlace) -> float:
        pair = first.language if first.language == second.language else "cross"
        return float(getattr(PARAMS, f"meaning_{kind}_{name}_{pair}"))

    def met(place: int, rows: Meaning, columns: Meaning) -> float:
        rise = PARAMS.meaning_best_rise * float(np.log2(len(columns.passages)))
        found = []
        for other in range(len(columns.passages)):
            pair = rows.passages[place], columns.passages[other]
            floor = limit("best", "floor", *pair) + rise
            similar = float(rows.vectors[place] @ columns.vectors[other])
            found.append((similar - floor) / (limit("best", "full", *pair) - floor))
        return float(np.clip(max(found), 0, 1))

    sums = mine.vectors.sum(axis=0), theirs.vectors.sum(axis=0)
    cosine = float(sums[0] @ sums[1] / np.linalg.norm(sums[0]) / np.linalg.norm(sums[1]))
    pairs = [(first, second) for first in mine.passages for second in theirs.passages]
    floor = float(np.mean([limit("mean", "floor", *pair) for pair in pairs]))
    floor += PARAMS.meaning_mean_rise * float(np.log2(len(pairs)))
    full = float(np.mean([limit("mean", "full", *pair) for pair in pairs]))
    means = float(np.clip((cosine - floor) / (full - floor), 0, 1))
    for_mine = float(np.mean([met(place, mine, theirs) for place in range(len(mine.passages))]))
    for_theirs = float(np.mean([met(place, theirs, mine) for place in range(len(theirs.passages))]))
    best = PARAMS.meaning_post_share * for_theirs + (1 - PARAMS.meaning_post_share) * for_mine
    return PARAMS.meaning_mean_share * means + (1 - PARAMS.meaning_mean_share) * best


def test_shares_of_pairs_sum_to_the_share_of_the_part() -> None:
    for params in (PARAMS, replace(PARAMS, meaning_mean_share=0.0), replace(PARAMS, meaning_mean_full_en=0.4)):
        for mine in filter(None, drawn(9, 5)):
            for theirs in filter(None, drawn(9, 6)):
                values, applies = meaning_block(MeaningSide.of([mine]), MeaningSide.of([theirs]), params)
                if not applies[0, 0]:
                    continue
                share = 0.2 * float(values[0, 0])
                shown, others = passage_shares(mine, theirs, params, share)
                assert sum(item.share for item in shown) + others == pytest.approx(share, abs=1e-12)
                assert all(item.share > 0 for item in shown)
                assert others >= 0
                assert len(shown) <= params.explained_passages
                assert [item.share for item in shown] == sorted((item.share for item in shown), reverse=True)


def test_the_strongest_pair_is_the_one_that_says_the_same(encoder: Encoder) -> None:
    mine = "국세 자료를 매일 적재합니다. 화면 낭독기 이용자와 면담을 진행했습니다. 예산을 편성했습니다."
    theirs = "You will write policy papers. You will interview people who use screen readers. You will travel."
    share = value(read(encoder, mine), read(encoder, theirs), replace(PARAMS, text_least_words=1))
    shown, _ = passage_shares(read(encoder, mine), read(encoder, theirs), PARAMS, share)
    assert mine[shown[0].profile_span.start : shown[0].profile_span.end] == "화면 낭독기 이용자와 면담을 진행했습니다."
    span = shown[0].opportunity_span
    assert theirs[span.start : span.end] == "You will interview people who use screen readers."
    assert -1 <= shown[0].similarity <= 1


def test_without_its_best_passage_a_value_falls_by_about_its_share(encoder: Encoder) -> None:
    """Norms and counts held: the passage's vector becomes one that is like nothing."""
    params = replace(PARAMS, explained_passages=10_000)
    for mine, theirs in ((ENGLISH_RESEARCH, ENGLISH_RESEARCH_POST), (KOREAN_PIPELINES, KOREAN_RESEARCH_POST)):
        person, post = read(encoder, mine), read(encoder, theirs)
        before = value(person, post)
        shown, _ = passage_shares(person, post, params, before)
        shares = [sum(item.share for item in shown if item.profile_span == place.span) for place in person.passages]
        best = int(np.argmax(shares))
        vectors = person.vectors.copy()
        vectors[best] = 0
        sides = MeaningSide.of([Meaning(person.encoder, person.passages, vectors)]), MeaningSide.of([post])
        held = replace(sides[0], norms=MeaningSide.of([person]).norms)
        after, _ = meaning_block(held, sides[1], params)
        assert before - float(after[0, 0]) == pytest.approx(shares[best], rel=0.25)


def test_the_same_work_comes_close_in_any_pair_of_languages(encoder: Encoder) -> None:
    people = {
        name: read(encoder, text)
        for name, text in {
            "en": ENGLISH_RESEARCH,
            "ko": KOREAN_RESEARCH,
            "en-": ENGLISH_PIPELINES,
            "ko-": KOREAN_PIPELINES,
        }.items()
    }
    posts = {"en": read(encoder, ENGLISH_RESEARCH_POST), "ko": read(encoder, KOREAN_RESEARCH_POST)}
    for post in posts.values():
        right = [value(people[language], post) for language in LANGUAGES]
        wrong = [value(people[f"{language}-"], post) for language in LANGUAGES]
        assert min(right) > max(wrong) + 0.2
        assert max(wrong) < 0.1


def test_saying_it_again_or_more_of_other_things_gains_nothing(encoder: Encoder) -> None:
    post = read(encoder, ENGLISH_RESEARCH_POST)
    once = value(read(encoder, ENGLISH_RESEARCH), post)
    assert value(read(encoder, f"{ENGLISH_RESEARCH} {ENGLISH_RESEARCH}", ENGLISH_RESEARCH), post) == once
    assert value(read(encoder, ENGLISH_RESEARCH, ENGLISH_PIPELINES, KOREAN_PIPELINES), post) < once


def test_records_without_vectors_or_enough_words_are_left_to_the_other_parts(encoder: Encoder) -> None:
    post = read(encoder, ENGLISH_RESEARCH_POST)
    side = MeaningSide.of([None, read(encoder, ""), read(encoder, "I led user research."), post])
    values, applies = meaning_block(side, MeaningSide.of([post]), PARAMS)
    assert applies[:, 0].tolist() == [False, False, False, True]
    assert values[:3, 0].tolist() == [0, 0, 0]
    empty, flags = meaning_block(MeaningSide.of([]), MeaningSide.of([None]), PARAMS)
    assert empty.shape == flags.shape == (0, 1)


def test_meanings_by_different_encoders_are_not_compared(encoder: Encoder) -> None:
    one, other = (
        read(encoder, ENGLISH_RESEARCH),
        meaning_of([RecordText("en", ENGLISH_RESEARCH)], RandomEncoder(), limit=9999),
    )
    with pytest.raises(ValueError, match="different encoders"):
        MeaningSide.of([one, other])
    with pytest.raises(ValueError, match="different encoders"):
        meaning_block(MeaningSide.of([one]), MeaningSide.of([other]), PARAMS)


def test_vectors_are_in_memory_once() -> None:
    side = MeaningSide.of(drawn(9, 1))
    for meaning in side.meanings:
        assert meaning is None or not len(meaning.vectors) or np.shares_memory(meaning.vectors, side.vectors)
