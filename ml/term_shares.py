"""Which words carried the text part of a score, by how much, and where they stand in both texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from ml.concepts import SkillLexicon
from ml.features import STOP_WORDS, Sparse, TermVectorizer
from ml.params import MatcherParams
from ml.schema import RecordText, Span, TermShare
from ml.text import Language, clip, language_of, map_text, word_spans

TermShares = tuple[tuple[TermShare, ...], float]
_NEARLY = 0.5  # a word of the post is near a word of the profile at this share of the strongest link


class TermPlaces:
    """Where each content word and each pair of neighbours stands in the texts of one language."""

    def __init__(self, texts: Sequence[str], language: Language) -> None:
        self.spans: dict[str, list[Span]] = defaultdict(list)
        previous: tuple[str, Span] | None = None
        for index, text in enumerate(texts):
            mapped = map_text(text)
            if language_of(mapped.text) != language:
                continue
            for word, start, end in word_spans(mapped.text):
                if word in STOP_WORDS:
                    continue
                span = Span(index, *mapped.original_span(start, end))
                self.spans[word].append(span)
                if previous is not None:
                    first, before = previous
                    self.spans[f"{first} {word}"].extend(_joined(before, span))
                previous = word, span

    def holders(self, grams: Collection[str], vectorizer: TermVectorizer) -> Mapping[str, Sequence[str]]:
        """Return, for each of the runs of characters, the words that hold it."""
        holders: dict[str, list[str]] = defaultdict(list)
        wanted = frozenset(grams)
        for word in self.spans:
            if " " not in word:
                for gram in vectorizer.gram_set(word) & wanted:
                    holders[gram].append(word)
        return holders


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

    What runs of characters earn goes to the words of the profile that hold them, so that nobody has to read fragments.
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
            shares[word] = shares.get(word, 0.0) + product / len(holders[gram])
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    top, others = ordered[: params.explained_terms], ordered[params.explained_terms :]
    near = _NearWords(vectorizer, links, theirs)
    most = params.explained_spans
    terms = (
        TermShare(term, scale * product, tuple(mine.spans[term][:most]), tuple(near.spans(term)[:most]))
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

    def __init__(self, vectorizer: TermVectorizer, links: Mapping[str, float], places: TermPlaces) -> None:
        self._vectorizer = vectorizer
        self._links = links
        self._places = places

    def spans(self, term: str) -> list[Span]:
        if term in self._places.spans:
            return self._places.spans[term]
        strength: dict[str, float] = defaultdict(float)
        shared = sorted(self._vectorizer.gram_set(term) & self._links.keys())
        holders = self._places.holders(shared, self._vectorizer)
        for gram in shared:
            for word in holders[gram]:
                strength[word] += self._links[gram]
        most = max(strength.values(), default=0.0)
        near = [word for word, link in strength.items() if link >= _NEARLY * most]
        spans = (span for word in near for span in self._places.spans[word])
        return sorted(spans, key=lambda span: (span.text_index, span.start))


def _joined(first: Span, second: Span) -> list[Span]:
    if first.text_index == second.text_index:
        return [Span(first.text_index, first.start, second.end)]
    return [first, second]
