"""Which words carried the text part of a score, by how much, and where they stand in both texts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from ml.concepts import SkillLexicon
from ml.features import Sparse, TermVectorizer, content_spans, pair_term
from ml.morphology import word_parts
from ml.params import MatcherParams
from ml.schema import RecordText, Span, TermShare
from ml.text import Language, MappedText, clip, language_of, map_text

TermShares = tuple[tuple[TermShare, ...], float]
_NEARLY = 0.5  # a word of the post is near a word of the profile at this share of the strongest link


class TermPlaces:
    """Where each term and each pair of neighbours stands in the texts of one language, and how it is written there."""

    def __init__(self, texts: Sequence[str], language: Language) -> None:
        self.spans: dict[str, list[Span]] = defaultdict(list)
        self.terms: dict[str, tuple[str, ...]] = {}  # of each word without its particles
        self._forms: dict[str, Counter[str]] = defaultdict(Counter)
        self._last: tuple[str, str, Span] | None = None
        for index, text in enumerate(texts):
            mapped = map_text(text)
            if language_of(mapped.text) == language:
                self._read(index, mapped)

    def readable(self, term: str) -> str:
        """Return a term or a pair as it is mostly written in these texts."""
        return self._forms[term].most_common(1)[0][0]

    def holders(self, grams: Collection[str], vectorizer: TermVectorizer) -> Mapping[str, Sequence[str]]:
        """Return, for each of the runs of characters, the words without particles that hold it."""
        holders: dict[str, list[str]] = defaultdict(list)
        wanted = frozenset(grams)
        for word in self.terms:
            for gram in vectorizer.gram_set(word) & wanted:
                holders[gram].append(word)
        return holders

    def _read(self, index: int, mapped: MappedText) -> None:
        for word, start, _ in content_spans(mapped.text):
            parts = word_parts(word)
            self.terms[parts.stripped(word)] = tuple(term.form for term in parts.terms)
            for term in parts.terms:
                span = Span(index, *mapped.original_span(start + term.start, start + term.end))
                self._add(term.form, word[term.start : term.end], span)

    def _add(self, term: str, form: str, span: Span) -> None:
        self.spans[term].append(span)
        self._forms[term][form] += 1
        if self._last is not None:
            first, first_form, before = self._last
            pair = pair_term(first, term)
            self.spans[pair].extend(_joined(before, span))
            self._forms[pair][f"{first_form} {form}"] += 1
        self._last = term, form, span


class Marks:
    """Where the words and the mentioned skills of one record stand in its texts, up to the limit of characters."""

    def __init__(self, texts: tuple[RecordText, ...], limit: int, lexicon: SkillLexicon) -> None:
        self._texts = clip((item.text for item in texts), limit)
        self._places: dict[Language, TermPlaces] = {}
        self.is_cut = any(len(text) < len(item.text) for text, item in zip(self._texts, texts, strict=True))
        self.mentions: dict[str, tuple[Span, ...]] = {}
        for index, text in enumerate(self._texts):
            for mention in lexicon.find(text):
                span = Span(index, mention.start, mention.end)
                for skill_id in mention.skill_ids:
                    self.mentions[skill_id] = (*self.mentions.get(skill_id, ()), span)

    def places(self, language: Language) -> TermPlaces:
        """Return where the words of the texts in a language stand."""
        if language not in self._places:
            self._places[language] = TermPlaces(self._texts, language)
        return self._places[language]


def share_terms(
    rows: tuple[Sparse, Sparse],
    places: tuple[TermPlaces, TermPlaces],
    vectorizer: TermVectorizer,
    scale: float,
    params: MatcherParams,
) -> TermShares:
    """Return the strongest terms with their shares, and the share of all others; `scale` turns cosine into share.

    What runs of characters earn goes to the terms of the words of the profile that hold them, so that nobody has to
    read fragments. A term is shown as the profile writes it.
    """
    mine, theirs = places
    shares: dict[str, float] = {}
    links: dict[str, float] = {}
    for column, product in shared_columns(*rows).items():
        term, is_gram = vectorizer.name(column)
        (links if is_gram else shares)[term] = product
    holders = mine.holders(links, vectorizer)
    for gram, product in links.items():
        for word in holders[gram]:
            earned = product / len(holders[gram]) / len(mine.terms[word])
            for term in mine.terms[word]:
                shares[term] = shares.get(term, 0.0) + earned
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    top, others = ordered[: params.explained_terms], ordered[params.explained_terms :]
    near = _NearWords(vectorizer, links, mine, theirs)
    most = params.explained_spans
    terms = (
        TermShare(mine.readable(term), scale * product, tuple(mine.spans[term][:most]), tuple(near.spans(term)[:most]))
        for term, product in top
    )
    return tuple(terms), scale * sum(product for _, product in others)


def shared_columns(row: Sparse, other: Sparse) -> dict[int, float]:
    """Return the columns that two rows share, each with the product of its values."""
    both = row.multiply(other).tocoo()
    pairs = sorted(zip(both.col.tolist(), both.data.tolist(), strict=True))
    return {column: value for column, value in pairs if value > 0}


class _NearWords:
    """Finds the places in the post of a term of the profile, or of the words there that it nearly shares."""

    def __init__(
        self, vectorizer: TermVectorizer, links: Mapping[str, float], mine: TermPlaces, theirs: TermPlaces
    ) -> None:
        self._vectorizer = vectorizer
        self._links = links
        self._theirs = theirs
        self._words: dict[str, list[str]] = defaultdict(list)  # of the profile, by term
        for word, terms in mine.terms.items():
            for term in terms:
                self._words[term].append(word)

    def spans(self, term: str) -> list[Span]:
        if term in self._theirs.spans:
            return self._theirs.spans[term]
        held = frozenset().union(*(self._vectorizer.gram_set(word) for word in self._words[term]))
        shared = sorted(held & self._links.keys())
        holders = self._theirs.holders(shared, self._vectorizer)
        strength: dict[str, float] = defaultdict(float)
        for gram in shared:
            for word in holders[gram]:
                strength[word] += self._links[gram]
        most = max(strength.values(), default=0.0)
        near = [word for word, link in strength.items() if link >= _NEARLY * most]
        found = {span for word in near for term in self._theirs.terms[word] for span in self._theirs.spans[term]}
        return sorted(found, key=lambda span: (span.text_index, span.start, span.end))


def _joined(first: Span, second: Span) -> list[Span]:
    if first.text_index == second.text_index:
        return [Span(first.text_index, min(first.start, second.start), max(first.end, second.end))]
    return [first, second]
