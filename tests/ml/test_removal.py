"""Taking the strongest evidence away lowers the score by what it was said to bring, within a tenth (M1).

Everything else is held: the lengths of vectors, how rare words are, the other similarities. A part that is full already
(its cosine above what counts as full) can lose evidence and stay full, so pairs are taken whose part is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from ml.matcher import SkillMatcher
from ml.meaning import Meaning, PassagePlace
from ml.params import MatcherParams
from ml.replay import PairWeights
from ml.schema import Explanation, OpportunityRecord, ProfileRecord, RecordText, Span
from ml.scoring import Floats
from ml.text import LANGUAGES
from tests.ml.records import asks, lexicon, people, posts

PARAMS = MatcherParams(explained_terms=10_000)
BROAD = asks(user_research=3, accessibility=2, data_engineering=3, service_design=2, architecture=3, agile=2)
POSTS = [*posts(), *(replace(item, id=f"broad-{item.id}", skills=BROAD) for item in posts())]
MATCHER = SkillMatcher(params=PARAMS, lexicon=lexicon()).fit(people(), POSTS)
TINY = 0.005
"""Half a point: what brings less is nobody's strongest evidence."""
WITHIN = 0.1
Explained = tuple[ProfileRecord, OpportunityRecord, Explanation, PairWeights]


def pairs_with(part: str) -> Iterator[Explained]:
    """Pairs whose part brings something and is not full."""
    for person, post in product(people(), POSTS):
        explanation, weights = MATCHER.explain_to_keep(person.id, post.id)
        if any(item.code == part and 0 < item.value < 1 for item in explanation.parts):
            yield person, post, explanation, weights


def score_of(weights: PairWeights, person: ProfileRecord, post: OpportunityRecord) -> float:
    return weights.pair(person, post, PARAMS).explained().score


def test_without_the_strongest_skill() -> None:
    tried = 0
    for person, post in product(people(), POSTS):
        explanation, weights = MATCHER.explain_to_keep(person.id, post.id)
        top = max(explanation.skills, key=lambda line: line.share)
        if top.share == 0:
            continue
        fewer = replace(person, skills=tuple(item for item in person.skills if item.skill_id != top.skill_id))
        mentions = {key: spans for key, spans in weights.mentions[0].items() if key != top.skill_id}
        less = replace(weights, mentions=(mentions, weights.mentions[1]))
        assert explanation.score - score_of(less, fewer, post) == pytest.approx(top.share, rel=WITHIN)
        tried += 1
    assert tried >= 5


def test_without_the_strongest_concept() -> None:
    tried = 0
    for person, post, explanation, weights in pairs_with("concepts"):
        top = explanation.concepts[0]
        place = weights.concepts.index(top.skill_id)
        products = (*weights.concept_products[:place], 0.0, *weights.concept_products[place + 1 :])
        less = replace(weights, concept_products=products)
        assert explanation.score - score_of(less, person, post) == pytest.approx(top.share, rel=WITHIN)
        tried += 1
    assert tried >= 3


def test_without_the_strongest_word() -> None:
    """The word is taken out of the text itself, and the lengths of the old vector are kept."""
    tried = 0
    for person, post, explanation, _weights in pairs_with("text"):
        language = next(item for item in LANGUAGES if item == explanation.text_language)
        top = next(term for term in explanation.terms if " " not in term.term)
        if top.share < TINY:
            continue
        gone = {(span.text_index, span.start, span.end) for span in top.profile_spans}
        stated = sum(term.share for term in explanation.terms if any(_holds(span, gone) for span in term.profile_spans))
        texts = [item.text for item in person.texts]
        for index, start, end in gone:
            texts[index] = texts[index][:start] + " " * (end - start) + texts[index][end:]
        fewer = replace(person, texts=tuple(RecordText("en", text) for text in texts))
        old, new = (MATCHER._fresh(item, None).texts[language].matrix.toarray()[0] for item in (person, fewer))
        theirs = MATCHER.opportunities_.texts[language].matrix[MATCHER.opportunity_rows_[post.id]].toarray()[0]
        words = len(MATCHER.preparation_.terms[language].term_names_)
        held = np.concatenate([_at_length(old[half], new[half]) for half in (slice(0, words), slice(words, None))])
        part = next(item for item in explanation.parts if item.code == "text")
        lost = part.share * (1 - float(held @ theirs) / float(old @ theirs))
        assert lost == pytest.approx(stated, rel=WITHIN)
        tried += 1
    assert tried >= 3


def _holds(span: Span, gone: set[tuple[int, int, int]]) -> bool:
    """Whether the word stands inside a span, which may be that of a pair of neighbours."""
    return any(index == span.text_index and span.start <= start and end <= span.end for index, start, end in gone)


def _at_length(old: Floats, new: Floats) -> Floats:
    """The new values as they would be had the length of the vector stayed: what was not touched is as before."""
    both = (old > 0) & (new > 0)
    ratios = old[both] / new[both]
    return new * float(np.min(ratios))


def test_without_the_passage_that_carried_the_meaning() -> None:
    """One passage of each side says the same, the others nothing alike."""
    person, post = people()[0], POSTS[0]
    vectors = np.eye(8, dtype=np.float32)
    mine = Meaning("axes", _places(3), vectors[[0, 1, 2]])
    theirs = Meaning("axes", _places(3), vectors[[0, 4, 5]])
    meanings = {("profile", person.id): mine, ("opportunity", post.id): theirs}
    explanation, weights = MATCHER.explain_pair_to_keep(person, post, meanings)  # type: ignore[arg-type]
    top = explanation.passages[0]
    assert top.share > 0
    assert weights.meaning is not None
    similar = ((0.0, *weights.meaning.similar[0][1:]), *weights.meaning.similar[1:])
    product_less = weights.meaning.means_product - weights.meaning.similar[0][0]
    less = replace(weights, meaning=replace(weights.meaning, similar=similar, means_product=product_less))
    assert explanation.score - score_of(less, person, post) == pytest.approx(top.share, rel=WITHIN)


def _places(count: int) -> tuple[PassagePlace, ...]:
    return tuple(PassagePlace(0, 40 * number, 40 * number + 38, "en", 12) for number in range(count))
