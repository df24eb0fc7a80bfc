"""What other libraries do for the same input; each is left out, with its name, where it is not installed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

TOPK = ("cosine_similarity", "sparse_dot_topn", "nearest_neighbors")
SEARCH = ("tantivy", "sqlite_fts5")
_BLOCK = 1000  # rows, so that a block of 10,000 columns is 80 MB

Best = NDArray[np.float32]  # the best values of each row, falling


def is_installed(peer: str) -> bool:
    """Tell whether a peer can be measured here."""
    modules = {"sparse_dot_topn": "sparse_dot_topn", "tantivy": "tantivy"}
    return peer not in modules or find_spec(modules[peer]) is not None


def cosine_similarity(rows: Any, posts: Any, k: int) -> Best:
    """Compare with scikit-learn, block by block, and take the best with argpartition; one direction."""
    from sklearn.metrics.pairwise import cosine_similarity as compare

    best = []
    for block in _blocks(rows):
        values = compare(block, posts)
        places = np.argpartition(values, -k, axis=1)[:, -k:]
        best.append(-np.sort(-np.take_along_axis(values, places, 1), axis=1))
    return np.concatenate(best)


def sparse_dot_topn(rows: Any, posts: Any, k: int, threads: int) -> Best:
    """Multiply with sparse_dot_topn, which keeps the best of each row; one direction."""
    from sparse_dot_topn import sp_matmul_topn

    found = sp_matmul_topn(rows, posts.T.tocsr(), top_n=k, n_threads=threads, sort=True)
    best = np.zeros((found.shape[0], k), np.float32)
    lengths = np.diff(found.indptr)
    for row in range(found.shape[0]):
        best[row, : lengths[row]] = found.data[found.indptr[row] : found.indptr[row + 1]]
    return best


def nearest_neighbors(rows: Any, posts: Any, k: int) -> Best:
    """Ask scikit-learn's NearestNeighbors by brute force for the least cosine distances; one direction."""
    from sklearn.neighbors import NearestNeighbors

    fitted = NearestNeighbors(n_neighbors=k, algorithm="brute", metric="cosine").fit(posts)
    distances = np.concatenate([fitted.kneighbors(block)[0] for block in _blocks(rows)])
    return np.asarray(1 - distances, np.float32)


def tantivy_search(documents: Sequence[str]) -> Callable[[Sequence[str]], Any]:
    """Index texts with tantivy in memory and return a search for the best 20."""
    import tantivy

    schema = tantivy.SchemaBuilder().add_text_field("text", stored=False, tokenizer_name="whitespace").build()
    index = tantivy.Index(schema)
    writer = index.writer(100_000_000)
    for text in documents:
        writer.add_document(tantivy.Document(text=[text]))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    return lambda words: searcher.search(index.parse_query(" ".join(words), ["text"]), 20).hits


def sqlite_search(documents: Sequence[str]) -> Callable[[Sequence[str]], Any]:
    """Index texts with SQLite FTS5 in memory and return a search for the best 20."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize='unicode61')")
    connection.executemany("INSERT INTO texts(text) VALUES (?)", ((text,) for text in documents))
    connection.commit()
    query = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT 20"
    return lambda words: connection.execute(query, (" OR ".join(words),)).fetchall()


def _blocks(rows: Any) -> Iterator[Any]:
    return (rows[start : start + _BLOCK] for start in range(0, rows.shape[0], _BLOCK))
