"""Single questions, single changes, and the reading of one record."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ml.bench import peers, synthetic, texts
from ml.bench.timing import each_call, private_bytes
from ml.bench.topk import K, build
from ml.concepts import SkillLexicon
from ml.encoder import installed_encoder
from ml.index_reader import Asked, Index
from ml.index_rules import days_of, keys_of
from ml.index_writer import IndexWriter
from ml.meaning import meaning_of
from ml.params import MatcherParams
from ml.schema import ProfileRecord
from ml.topk import match_one

WORDS_A_SEARCH = 3
_SEARCHED = 100_000


def measure_queries(
    profiles: int,
    opportunities: int,
    *,
    peers_wanted: tuple[str, ...],
    calls: int,
    threads: int,
    dimensions: int = 0,
) -> dict[str, Any]:
    """Measure one post against all profiles, one profile against all posts, memory, and keyword search."""
    pool = synthetic.make_pool(profiles, opportunities, dimensions=dimensions)
    chance = np.random.default_rng(2)
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        build(pool.content(), Path(folder) / "bound")
        index = build(pool.content(open_to_all=True), Path(folder) / "free")
        on_disk = [path.stat().st_size for path in index.state.base.folder.glob("*.bin")]
        vectors = sum(path.stat().st_size for path in index.state.base.folder.glob("*_vectors.bin"))
        result["index_megabytes"] = (sum(on_disk) - vectors) / 1e6
        result["vectors_megabytes"] = vectors / 1e6
        keys, days = keys_of(ProfileRecord("", "GB")), days_of(ProfileRecord("", "GB"))

        def anybody(row: Any) -> Asked:
            return Asked(row, keys, days, 1, np.empty(0, np.int8))

        posts = [index.state.post_id(number) for number in chance.integers(0, opportunities, calls).tolist()]
        people = [index.state.profile_id(number) for number in chance.integers(0, profiles, calls).tolist()]
        rows = [index.state.row_of("profile", number) for number in chance.integers(0, profiles, calls).tolist()]
        asked: dict[str, Callable[[], dict[str, float]]] = {
            "post_against_profiles": lambda: each_call(
                lambda post: index.top_profiles(post, K, threads=threads), posts
            ),
            "profile_against_posts": lambda: each_call(lambda row: index.posts_for(anybody(row), K), rows),
            "profile_by_id_against_posts": lambda: each_call(lambda person: index.top_opportunities(person, K), people),
        }
        for work in asked.values():
            work()
        result.update({name: work() for name, work in asked.items()})
        result["reader"] = _in_another_process(Path(folder) / "free")
        if peers_wanted:
            result["search"] = _searches(peers_wanted, calls, threads)
        if "cosine_similarity" in peers_wanted:
            mine, theirs = synthetic.matrix(pool.people), synthetic.matrix(pool.posts)
            few = list(range(min(5, opportunities)))
            compare: Callable[[int], Any] = lambda post: peers.cosine_similarity(theirs[post], mine, K)  # noqa: E731
            result["cosine_similarity"] = each_call(compare, few)
    return result


def measure_updates(profiles: int, opportunities: int, *, calls: int) -> dict[str, Any]:
    """Measure a changed profile from its text to its stored row and its ranked posts, without the sentence vector."""
    people, posts, lexicon = texts.people(max(profiles, 100)), texts.posts(opportunities), texts.lexicon()
    settings: dict[str, Any] = {"params": MatcherParams(), "lexicon": lexicon}
    changed = [replace(person, id=f"new-{number}") for number, person in enumerate(texts.people(calls, seed=9))]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        started = time.perf_counter()
        Index.create(folder, profiles=people, posts=posts, **settings)
        result: dict[str, Any] = {"create_seconds": time.perf_counter() - started}
        reader = Index.open(folder, **settings)
        with IndexWriter(folder, **settings) as writer:
            writer.put_profile(replace(people[0], id="first"))
            writer.index.top_opportunities("first", K)

            def put_and_rank(person: Any) -> None:
                writer.put_profile(person)
                writer.index.top_opportunities(person.id, K)

            result["put_and_rank"] = each_call(put_and_rank, changed)
            result["put"] = each_call(writer.put_profile, changed)
            result["rank_a_text"] = each_call(lambda person: writer.index.top_opportunities(person, K), changed)
            writer.put_profile(replace(people[1], id="last"))
            result["seen_by_a_reader"] = each_call(lambda _: reader.refresh(), [0])
            reader.top_opportunities("last", K)
    return result


def measure_reading(profiles: int, *, calls: int) -> dict[str, Any]:
    """Measure the reading of a text into a row, and its sentence vectors where an encoder is installed."""
    people, lexicon = texts.people(max(50, min(profiles, 2000))), texts.lexicon()
    settings: dict[str, Any] = {"params": MatcherParams(), "lexicon": lexicon}
    some = texts.people(calls, seed=9)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        index = Index.create(folder, profiles=people, posts=texts.posts(20), **settings)
        index.fresh_row(some[0])
        result: dict[str, Any] = {"row": each_call(index.fresh_row, some)}
    encoder = installed_encoder()
    if encoder is not None:
        limit = MatcherParams().profile_text_limit
        meaning_of(some[0].texts, encoder, limit=limit)
        result["sentence_vectors"] = each_call(
            lambda person: meaning_of(person.texts, encoder, limit=limit), some[: min(20, calls)]
        )
    return result


def _searches(wanted: Sequence[str], calls: int, threads: int) -> dict[str, Any]:
    """Search for three words among 100,000 documents: ours by the index's own blocks."""
    from ml.blocks import PeopleBlocks

    pool = synthetic.make_pool(_SEARCHED, 64, seed=3)
    blocks = PeopleBlocks.of(pool.people, synthetic.WIDTH)
    chance = np.random.default_rng(4)
    asked = np.sort(chance.integers(64, 5000, (calls, WORDS_A_SEARCH)).astype(np.int32), axis=1)
    content = pool.content(open_to_all=True).people
    rules = content.codes, np.arange(content.codes.shape[1]), np.ones(3, np.bool_), np.zeros(0, np.bool_)
    slots, days = blocks.slots, content.days[0]

    def ours(columns: Any) -> Any:
        query = columns, np.ones(len(columns), np.float32), 1.0, 1
        return match_one(query, (blocks, slots, content.hashes, content.days), rules, days, K, threads=1)

    starts, columns = pool.people.starts, pool.people.columns
    documents = [
        " ".join(f"w{column}" for column in columns[starts[row] : starts[row + 1]].tolist())
        for row in range(len(pool.people))
    ]
    ours(asked[0])
    result: dict[str, Any] = {"ours": each_call(ours, list(asked))}
    words = [[f"w{column}" for column in row] for row in asked.tolist()]
    makers = {"tantivy": peers.tantivy_search, "sqlite_fts5": peers.sqlite_search}
    for name in wanted:
        if name in makers and peers.is_installed(name):
            search = makers[name](documents)
            result[name] = each_call(search, words)
    return result


def _in_another_process(folder: Path) -> dict[str, float]:
    """Open the index in a fresh process, ask once, and return what that process holds for itself."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as other:
        return other.apply(_held_by_a_reader, (str(folder),))


def _held_by_a_reader(folder: str) -> dict[str, float]:
    """Return what a reader holds for itself before and after the first questions, in megabytes."""
    import ml.kernels  # noqa: F401 - what the loops themselves take is not the index's

    before = private_bytes()
    started = time.perf_counter()
    index = Index.open(folder, params=MatcherParams(), lexicon=SkillLexicon(()))
    opened = time.perf_counter() - started
    index.top_profiles(index.state.post_id(0), K)
    index.top_opportunities(index.state.profile_id(0), K)
    return {"open_ms": 1000 * opened, "private_megabytes": (private_bytes() - before) / 1e6}
