"""All pairs of profiles and posts: ours, both directions at once, and what libraries need for one."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ml.bench import peers, synthetic
from ml.bench.timing import in_turns
from ml.concepts import SkillLexicon
from ml.index_base import Content
from ml.index_lists import AllPairs
from ml.index_reader import Index, settings_of
from ml.index_writer import put_in_use
from ml.params import MatcherParams
from ml.segments import Store

K = 20


def build(content: Content, folder: Path | str) -> Index:
    """Write a base of synthetic records and open it."""
    params, lexicon = MatcherParams(), SkillLexicon(())
    put_in_use(Store(folder), content, settings_of(params, lexicon, b""))
    return Index.open(folder, params=params, lexicon=lexicon)


def measure(
    profiles: int,
    opportunities: int,
    *,
    wanted_peers: tuple[str, ...],
    peer_profiles: int,
    rounds: int,
    threads: int,
    dimensions: int = 0,
) -> dict[str, Any]:
    """Measure both directions, without and with eligibility; peers on `peer_profiles` of the profiles, and ours too."""
    pool = synthetic.make_pool(profiles, opportunities, dimensions=dimensions)
    result: dict[str, Any] = {"products": _products(pool)}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        started = time.perf_counter()
        free = build(pool.content(open_to_all=True), Path(folder) / "free")
        result["layout_seconds"] = time.perf_counter() - started
        bound = build(pool.content(), Path(folder) / "bound")
        result["eligible_share"] = _eligible_share(bound)
        _warm_up(free)
        result["all_pairs"] = in_turns(
            {
                "unfiltered": lambda: free.all_pairs(K, threads=threads),
                "eligible": lambda: bound.all_pairs(K, threads=threads),
            },
            rounds,
        )
        if wanted_peers and not dimensions:
            result["peers"] = _beside_peers(pool, Path(folder), wanted_peers, (peer_profiles, rounds, threads))
    return result


def _beside_peers(
    pool: synthetic.Pool, folder: Path, wanted: tuple[str, ...], sizes: tuple[int, int, int]
) -> dict[str, Any]:
    count, rounds, threads = sizes
    some = synthetic.Pool(
        _first(pool.people, count), pool.posts, pool.profiles, pool.opportunities, pool.of_profiles[:count],
        pool.of_opportunities, (np.zeros((count, 0), np.int8), np.zeros((len(pool.posts), 0), np.int8)),
    )  # fmt: skip
    index = build(some.content(open_to_all=True), folder / "some")
    rows, posts = synthetic.matrix(some.people), synthetic.matrix(some.posts)
    found: dict[str, Any] = {}
    work: dict[str, Callable[[], Any]] = {"ours": lambda: found.update(ours=index.all_pairs(K, threads=threads))}
    runs: dict[str, Callable[[], Any]] = {
        "cosine_similarity": lambda: peers.cosine_similarity(rows, posts, K),
        "sparse_dot_topn": lambda: peers.sparse_dot_topn(rows, posts, K, threads),
        "nearest_neighbors": lambda: peers.nearest_neighbors(rows, posts, K),
    }
    for name in wanted:
        if name in runs and peers.is_installed(name):
            work[name] = lambda name=name: found.update({name: runs[name]()})  # type: ignore[misc]
    taken: dict[str, Any] = dict(in_turns(work, rounds))
    for values in taken.values():
        values["times_ours"] = values["seconds"] / taken["ours"]["seconds"]
        values["times_ours_cpu"] = values["cpu_seconds"] / taken["ours"]["cpu_seconds"]
    exact = _best_values(rows, posts)
    mine = _ours(found["ours"], len(some.people))
    taken["ours"]["equal_to_brute_force"] = bool(np.array_equal(mine[: len(exact)], exact))
    if "sparse_dot_topn" in found:
        theirs = found["sparse_dot_topn"] * np.float32(synthetic.SCALE)
        taken["sparse_dot_topn"]["same_values"] = bool(np.array_equal(theirs, mine))
    return {"profiles": count, **taken}


def _best_values(rows: Any, posts: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the best values of the first rows, from all products as whole numbers of 64 bits."""
    products = (rows[:2000].astype(np.int64) @ posts.astype(np.int64).T).toarray().astype(np.float32)
    best: np.ndarray[Any, np.dtype[np.float32]] = -np.sort(-products, axis=1)[:, :K] * np.float32(synthetic.SCALE)
    return best


def _ours(pairs: AllPairs, count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    best = np.zeros((count, K), np.float32)
    for row, (_, found) in enumerate(pairs.of_profiles()):
        best[row, : len(found)] = [candidate.score or 0.0 for candidate in found]
    return best


def _first(rows: Any, count: int) -> Any:
    end = int(rows.starts[count])
    return type(rows)(rows.starts[: count + 1], rows.columns[:end], rows.weights[:end])


def _warm_up(index: Index) -> None:
    """Compile, or read what was compiled, before the clock runs."""
    index.top_opportunities(index.state.profile_id(0), K)
    index.top_profiles(index.state.post_id(0), K)


def _products(pool: synthetic.Pool) -> dict[str, float]:
    mine = np.bincount(pool.people.columns, minlength=synthetic.WIDTH) / len(pool.people)
    theirs = np.bincount(pool.posts.columns, minlength=synthetic.WIDTH) / len(pool.posts)
    both = -np.sort(-mine * theirs)
    return {"a_pair": float(both.sum()), "in_64_commonest": float(both[:64].sum() / both.sum())}


def _eligible_share(index: Index) -> float:
    """Return the share of pairs that suit each other, but for dates."""
    records, posts = index.state.base.people, index.state.posts()
    bits = index.state.verdicts.bits(posts[1].codes)
    offsets = index.state.base.people_keys.offsets()
    codes, counts = np.unique(records.codes, axis=0, return_counts=True)
    there = np.packbits(posts[0].scales > 0, bitorder="little").view(np.uint64)
    suiting = 0
    for code, count in zip(codes, counts, strict=True):
        allowed = there.copy()
        for factor, number in enumerate(code.tolist()):
            allowed &= bits[offsets[factor] + number]
        suiting += int(count) * int(np.bitwise_count(allowed).sum())
    return suiting / (len(records) * int((posts[0].scales > 0).sum()))
