"""Records made ready to be scored with a fitted vocabulary: levels, concepts, words and meanings, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar

import numpy as np
import scipy.sparse as sp

from ml import kept_posts
from ml.concepts import SkillLexicon
from ml.features import ConceptVectorizer, Reading, TermVectorizer, concept_weights, read_texts
from ml.meaning import Meaning, MeaningSide, PassagePlace
from ml.params import MatcherParams
from ml.schema import OpportunityRecord, ProfileRecord, RecordText
from ml.scoring import OpportunitySide, ProfileSide, TextVectors, level_table, requirements
from ml.text import LANGUAGES, Language, clip, normalise
from ml.traces import Traces

Record = TypeVar("Record", ProfileRecord, OpportunityRecord)
RecordKey: TypeAlias = tuple[Literal["profile", "opportunity"], str]
Meanings: TypeAlias = Mapping[RecordKey, Meaning]
NO_MEANINGS: Meanings = MappingProxyType({})
_KEPT = 2 / 3  # of the words of a passage: with fewer left, its vector tells what was taken out


@dataclass(frozen=True, slots=True)
class Preparation:
    """A fitted vocabulary, and how records are made ready with it."""

    params: MatcherParams
    lexicon: SkillLexicon
    concepts: ConceptVectorizer
    terms: Mapping[Language, TermVectorizer]

    def profile_side(
        self,
        profiles: Sequence[ProfileRecord],
        columns: Mapping[str, int],
        meanings: Meanings,
        readings: Sequence[Reading] | None = None,
    ) -> ProfileSide:
        """Make profiles ready, with the skills that count in these columns; `readings` where they are read already."""
        if readings is None:
            readings = [read_profile(profile, self.params, self.lexicon) for profile in profiles]
        return ProfileSide(
            profiles,
            level_table(profiles, readings, columns, self.params),
            self.concepts.transform(concepts_of(profiles, readings, self.params)),
            self._text_vectors(readings) | self._unfitted_texts(readings),
            MeaningSide.of([_readable(meanings.get(("profile", item.id)), item) for item in profiles]),
            [Traces.of(_texts(profile, self.params.profile_text_limit)) for profile in profiles],
        )

    def opportunity_side(
        self,
        opportunities: Sequence[OpportunityRecord],
        columns: Mapping[str, int],
        meanings: Meanings,
        readings: Sequence[Reading] | None = None,
    ) -> OpportunitySide:
        """Make posts ready, with the skills asked for in these columns; `readings` where they are read already."""
        if readings is None:
            readings = [read_opportunity(post, self.params, self.lexicon) for post in opportunities]
        weights = concepts_of(opportunities, readings, self.params)
        return OpportunitySide(
            opportunities,
            requirements(opportunities, columns, essential=True),
            requirements(opportunities, columns, essential=False),
            self.concepts.transform(weights),
            np.array([bool(item) for item in weights], dtype=np.bool_),
            self._text_vectors(readings),
            MeaningSide.of([_readable(meanings.get(("opportunity", post.id)), post) for post in opportunities]),
            [self._post_traces(post) for post in opportunities],
        )

    def _post_traces(self, post: OpportunityRecord) -> Traces:
        """Return what may be taken from a post: its texts, and the names of the skills that it asks for."""
        names = self.lexicon.names(skill.skill_id for skill in post.skills)
        return kept_posts.traces(tuple(_texts(post, self.params.opportunity_text_limit)), tuple(names))

    def _text_vectors(self, readings: Sequence[Reading]) -> dict[Language, TextVectors]:
        vectors = {}
        for language, vectorizer in self.terms.items():
            texts = [reading.words.get(language, ()) for reading in readings]
            present = np.array([bool(text) for text in texts], dtype=np.bool_)
            vectors[language] = TextVectors(vectorizer.transform(texts), present)
        return vectors

    def _unfitted_texts(self, readings: Sequence[Reading]) -> dict[Language, TextVectors]:
        """Tell who wrote in a language that no fitted text is in: not too short, only nothing to compare it with."""
        nothing = sp.csr_matrix((len(readings), 1))
        return {
            language: TextVectors(
                nothing, np.array([language in reading.words for reading in readings], dtype=np.bool_)
            )
            for language in LANGUAGES
            if language not in self.terms
        }


def prepare(
    profiles: Sequence[ProfileRecord],
    opportunities: Sequence[OpportunityRecord],
    params: MatcherParams,
    lexicon: SkillLexicon,
) -> tuple[Preparation, list[Reading], list[Reading]]:
    """Learn the vocabulary of both sides; return it with what was read of the profiles and of the posts."""
    mine = [read_profile(profile, params, lexicon) for profile in profiles]
    theirs = [read_opportunity(post, params, lexicon) for post in opportunities]
    weights = [*concepts_of(profiles, mine, params), *concepts_of(opportunities, theirs, params)]
    concepts = ConceptVectorizer(skill_ids=lexicon.skill_ids).fit(weights)
    return Preparation(params, lexicon, concepts, _fitted_terms([*mine, *theirs], params)), mine, theirs


def read_profile(profile: ProfileRecord, params: MatcherParams, lexicon: SkillLexicon) -> Reading:
    """Read what a profile's texts say, up to the limit for profiles."""
    return _read(profile, params.profile_text_limit, params, lexicon)


def read_opportunity(opportunity: OpportunityRecord, params: MatcherParams, lexicon: SkillLexicon) -> Reading:
    """Read what a post's texts say, up to the limit for posts."""
    limit, least = params.opportunity_text_limit, params.text_least_words
    return kept_posts.reading(tuple(opportunity.texts), limit, least, lexicon)


def concepts_of(
    records: Sequence[Record], readings: Sequence[Reading], params: MatcherParams
) -> list[dict[str, float]]:
    """Weigh the skill concepts of each record, declared and mentioned."""
    return [
        concept_weights(record.skills, reading.claims, params.claimed_concept_weight)
        for record, reading in zip(records, readings, strict=True)
    ]


def skill_columns(opportunities: Sequence[OpportunityRecord]) -> dict[str, int]:
    """Return a column for each skill that a post asks for."""
    wanted = sorted({skill.skill_id for post in opportunities for skill in post.skills})
    return {skill_id: column for column, skill_id in enumerate(wanted)}


def _texts(record: ProfileRecord | OpportunityRecord, limit: int) -> list[str]:
    return clip((item.text for item in record.texts), limit)


def _readable(meaning: Meaning | None, record: ProfileRecord | OpportunityRecord) -> Meaning | None:
    """Leave out the passages that are blank in the record: their vectors tell what was taken out of it."""
    if meaning is None:
        return None
    blank = {index for index, place in enumerate(meaning.passages) if _is_blank(record.texts, place)}
    return meaning.without(blank) if blank else meaning


def _is_blank(texts: Sequence[RecordText], place: PassagePlace) -> bool:
    if place.text_index >= len(texts):
        return True
    text = texts[place.text_index].text[place.start : place.end]
    return ("\n" in text or "  " in text) and len(normalise(text).split()) < _KEPT * place.words


def _read(
    record: ProfileRecord | OpportunityRecord, limit: int, params: MatcherParams, lexicon: SkillLexicon
) -> Reading:
    return read_texts(record.texts, limit=limit, least_words=params.text_least_words, lexicon=lexicon)


def _fitted_terms(readings: Sequence[Reading], params: MatcherParams) -> dict[Language, TermVectorizer]:
    """Fit one vocabulary a language, on both sides: how rare a word is must not depend on the mix of languages."""
    fitted = {}
    for language in LANGUAGES:
        texts = [reading.words[language] for reading in readings if language in reading.words]
        if texts:
            fitted[language] = TermVectorizer(
                word_weight=params.text_word_weight,
                pair_weight=params.text_pair_weight,
                latin_chars=(params.latin_char_least, params.latin_char_most),
                hangul_chars=(params.hangul_char_least, params.hangul_char_most),
            ).fit(texts)
    return fitted
