"""What anybody could use instead of our matcher, on the same texts: the peers that `./run evaluate` measures against.

bm25s comes with requirements-evaluate.txt only; the service needs none of this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from ml.encoder import Encoder
from ml.features import tokens
from ml.fusion import Scores
from ml.morphology import word_parts
from ml.rank import Item, Run, best_of
from ml.text_space import read_texts

Peer: TypeAlias = Callable[[Sequence[Item], Sequence[Item], int, Encoder], Run]


def plain_tfidf(queries: Sequence[Item], corpus: Sequence[Item], k: int, encoder: Encoder) -> Run:
    """Rank by `TfidfVectorizer()` as it comes, fitted on the documents."""
    vectorizer = TfidfVectorizer().fit(_texts(corpus))
    return _run(_product(*(vectorizer.transform(_texts(side)) for side in (queries, corpus))), queries, corpus, k)


def tuned_tfidf(queries: Sequence[Item], corpus: Sequence[Item], k: int, encoder: Encoder) -> Run:
    """Rank by stems or morphemes and their pairs, united with characters inside words, fitted on both sides."""
    return _run(_tuned(queries, corpus), queries, corpus, k)


def bm25(queries: Sequence[Item], corpus: Sequence[Item], k: int, encoder: Encoder) -> Run:
    """Rank by BM25 over stems or morphemes."""
    import bm25s

    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index([stems(item.text) or ["_"] for item in corpus], show_progress=False)
    scores = np.zeros((len(queries), len(corpus)), np.float32)
    for row, item in enumerate(queries):
        known = [term for term in dict.fromkeys(stems(item.text)) if term in index.vocab_dict]
        if known:
            scores[row] = index.get_scores(known)
    return _run(scores, queries, corpus, k)


def encoder_alone(queries: Sequence[Item], corpus: Sequence[Item], k: int, encoder: Encoder) -> Run:
    """Rank by the cosine of the means of the passages' vectors."""
    return _run(_meanings(queries, corpus, encoder), queries, corpus, k)


def weighted_sum(queries: Sequence[Item], corpus: Sequence[Item], k: int, encoder: Encoder) -> Run:
    """Rank by three tenths of tuned TF-IDF plus the encoder, each standardised for the query."""
    scores = 0.3 * _standardised(_tuned(queries, corpus)) + _standardised(_meanings(queries, corpus, encoder))
    return _run(scores.astype(np.float32), queries, corpus, k)


PEERS: dict[str, Peer] = {
    "plain TF-IDF": plain_tfidf,
    "tuned TF-IDF": tuned_tfidf,
    "BM25": bm25,
    "sentence encoder": encoder_alone,
    "encoder + .3 tuned TF-IDF": weighted_sum,
}


def stems(text: str) -> list[str]:
    """Return the stems or morphemes of a text."""
    return [part.form for word in tokens(text) for part in word_parts(word).terms]


def _tuned(queries: Sequence[Item], corpus: Sequence[Item]) -> Scores:
    texts = [*_texts(queries), *_texts(corpus)]
    words = TfidfVectorizer(tokenizer=stems, token_pattern=None, lowercase=False, ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4) if _is_korean(texts) else (3, 5), sublinear_tf=True
    )
    rows = normalize(sp.hstack([words.fit_transform(texts), characters.fit_transform(texts)], format="csr"))
    return _product(rows[: len(queries)], rows[len(queries) :])


def _is_korean(texts: Sequence[str]) -> bool:
    letters = "".join(texts[:200])
    return sum("가" <= char <= "힣" for char in letters) > 0.3 * len(letters)


def _meanings(queries: Sequence[Item], corpus: Sequence[Item], encoder: Encoder) -> Scores:
    means = []
    for side in (queries, corpus):
        texts = read_texts(_texts(side), encoder)
        means.append(normalize(np.add.reduceat(texts.vectors, texts.starts[:-1], axis=0)))
    return np.asarray(means[0] @ means[1].T, dtype=np.float32)


def _standardised(scores: Scores) -> Scores:
    spread = scores.std(axis=1, keepdims=True) + 1e-9
    return np.asarray((scores - scores.mean(axis=1, keepdims=True)) / spread, dtype=np.float32)


def _product(left: sp.csr_matrix, right: sp.csr_matrix) -> Scores:
    return np.asarray((left @ right.T).toarray(), dtype=np.float32)


def _texts(items: Sequence[Item]) -> list[str]:
    return [item.text for item in items]


def _run(scores: Scores, queries: Sequence[Item], corpus: Sequence[Item], k: int) -> Run:
    return {item.id: best_of(item.id, row, corpus, k) for item, row in zip(queries, scores, strict=True)}
