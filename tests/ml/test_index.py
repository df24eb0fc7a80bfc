"""The index through its front door: what it finds, how it changes, and what a killed writer leaves."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml import blocks, index_state, index_writer
from ml.eligibility import check_eligibility, is_eligible
from ml.index import Candidate, Index, IndexUnusable, IndexWriter, create
from ml.index_rules import FACTORS, KeyTable, Verdicts, days_of, keys_of, plain, unplain
from ml.matcher import SkillMatcher
from ml.meaning import Meaning
from ml.params import MatcherParams
from ml.passage_vectors import PassagePlace
from ml.schema import LanguageAbility, OpportunityRecord, ProfileRecord
from ml.segments import SegmentDamaged, Store, read_segment
from tests.ml.records import (
    ENGLISH_PIPELINES,
    ENGLISH_PIPELINES_POST,
    asks,
    holds,
    lexicon,
    people,
    post,
    posts,
    profile,
)

SETTINGS: dict[str, Any] = {"params": MatcherParams(), "lexicon": lexicon()}


def ids(candidates: list[Candidate]) -> list[str]:
    return [candidate.id for candidate in candidates]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "index", profiles=people(), posts=posts(), **SETTINGS)
    return tmp_path / "index"


@pytest.fixture
def index(folder: Path) -> Index:
    return Index.open(folder, **SETTINGS)


def test_lists_hold_the_best_of_the_full_score(index: Index) -> None:
    matcher = SkillMatcher(lexicon=lexicon()).fit(people(), posts())
    for advert in posts():
        best = [ranked.id for ranked in matcher.rank_profiles(advert.id) if ranked.score > 0.3]
        assert set(best) <= set(ids(index.top_profiles(advert.id, 3)))
    for person in people():
        best = [ranked.id for ranked in matcher.rank_opportunities(person.id) if ranked.score > 0.3]
        assert set(best) <= set(ids(index.top_opportunities(person.id, 2)))


def test_a_fresh_record_is_read_like_an_indexed_one(index: Index) -> None:
    for person in people():
        assert index.top_opportunities(person, 5) == index.top_opportunities(person.id, 5)
    for advert in posts():
        assert index.top_profiles(advert, 5) == index.top_profiles(advert.id, 5)
    with pytest.raises(KeyError):
        index.top_opportunities("nobody", 5)


def test_records_of_any_block_are_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by id, whichever block and run of blocks holds them, records find what they find when they are new."""
    monkeypatch.setattr(blocks, "POSTS_A_BLOCK", 64)
    monkeypatch.setattr(blocks, "PEOPLE_A_BLOCK", 64)
    monkeypatch.setattr(blocks, "BLOCKS_A_RUN", 2)
    skills = ("agile", "analysis", "architecture", "data_engineering", "service_design", "user_research")
    mine = [
        replace(person, id=f"{person.id}-{number}", skills=holds(**{skills[number % 6]: number % 4 + 1}))
        for number in range(60)
        for person in people()
    ]
    theirs = [
        replace(advert, id=f"{advert.id}-{number}", skills=asks(**{skills[number % 6]: number % 4 + 1}))
        for number in range(100)
        for advert in posts()
    ]
    index = Index.create(tmp_path / "index", profiles=mine, posts=theirs, **SETTINGS)
    assert len(index.state.base.posts_blocks.starts) > 2
    for advert in theirs[::17]:
        assert index.top_profiles(advert.id, 5) == index.top_profiles(advert, 5)
    for person in mine[::17]:
        assert index.top_opportunities(person.id, 5) == index.top_opportunities(person, 5)


def test_all_pairs_agree_with_single_questions(index: Index) -> None:
    pairs = index.all_pairs(4)
    of_profiles, of_posts = dict(pairs.of_profiles()), dict(pairs.of_posts())
    assert of_profiles == {person.id: index.top_opportunities(person.id, 4) for person in people()}
    assert of_posts == {advert.id: index.top_profiles(advert.id, 4) for advert in posts()}


def test_changes_are_seen_by_open_readers(folder: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_state, "PART", 2)  # so that changes fill more than one part
    assert not index.refresh()
    with IndexWriter(folder, **SETTINGS) as writer:
        for number in range(5):
            writer.put_profile(profile(f"new-{number}", ENGLISH_PIPELINES, skills=holds(data_engineering=4)))
        writer.put_opportunity(post("late", ENGLISH_PIPELINES_POST))
        assert writer.refit_due() is None
    assert index.refresh()
    assert set(ids(index.top_profiles("late", 10))) >= {f"new-{number}" for number in range(5)}
    assert "late" in ids(index.top_opportunities("new-3", 10))
    with IndexWriter(folder, **SETTINGS) as writer:
        writer.put_profile(profile("new-1", skills=holds(accessibility=4)))
        writer.remove_profile("new-2")
        writer.remove_profile("en-pipelines")
        writer.remove_profile("never-there")
        writer.remove_opportunity("gb-pipelines")
    assert index.refresh()
    assert not set(ids(index.top_profiles("late", 10))) & {"new-1", "new-2", "en-pipelines"}
    assert "new-1" in ids(index.top_profiles("gb-research", 10))
    pairs = index.all_pairs(10)
    of_profiles, of_posts = dict(pairs.of_profiles()), dict(pairs.of_posts())
    assert of_profiles.keys() == {person.id for person in people()} - {"en-pipelines"} | {
        f"new-{number}" for number in (0, 1, 3, 4)
    }
    assert of_posts.keys() == {"gb-research", "kr-research", "late"}
    assert of_posts == {name: index.top_profiles(name, 10) for name in of_posts}
    assert of_profiles == {name: index.top_opportunities(name, 10) for name in of_profiles}
    with pytest.raises(KeyError):
        index.top_opportunities("new-2", 1)
    create(folder, profiles=people(), posts=posts(), **SETTINGS)
    assert index.refresh()
    assert ids(index.top_opportunities("en-pipelines", 1)) == ["gb-pipelines"]


def test_a_new_base_is_due_after_growth_unknown_words_or_a_removal(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_writer, "FEWEST_WORDS", 40)
    with IndexWriter(folder, **SETTINGS) as writer:
        writer.put_profile(people()[0])
        assert writer.refit_due() is None
        strange = " ".join(f"unheard{number}of" for number in range(40))
        writer.put_profile(profile("strange", strange))
        assert writer.refit_due() == "unseen_words"
        monkeypatch.setattr(index_writer, "FEWEST_CHANGES", 2)
        assert writer.refit_due() == "growth"
        writer.remove_profile("strange")
        assert writer.refit_due() == "removed"


def test_vectors_join_what_words_miss(tmp_path: Path) -> None:
    def meaning(*numbers: float) -> Meaning:
        vector = np.array([numbers], np.float32)
        passage = PassagePlace(0, 0, 4, "en", 1)
        return Meaning("test", (passage,), vector / np.linalg.norm(vector))

    silent = profile("silent", country="GB")
    meanings: Any = {("profile", "silent"): meaning(1, 0.1), ("opportunity", "kr-research"): meaning(1, 0)}
    index = Index.create(tmp_path / "index", profiles=[*people(), silent], posts=posts(), meanings=meanings, **SETTINGS)
    found = {candidate.id: candidate for candidate in index.top_profiles("kr-research", 5)}
    assert found["silent"].score is None
    assert found["silent"].similarity == pytest.approx(0.995, abs=0.01)
    assert found["ko-research"].similarity is None
    assert ids(index.top_opportunities("silent", 5)) == ["kr-research"]
    assert dict(index.all_pairs(5).of_profiles())["silent"] == index.top_opportunities("silent", 5)
    with IndexWriter(tmp_path / "index", **SETTINGS) as writer:
        writer.put_profile(profile("other", country="GB"), meaning(0.5, 0.5))
        assert "other" in ids(writer.index.top_profiles("kr-research", 9))
    assert ids(index.top_opportunities(profile("fresh", country="GB"), 5, meaning=meaning(1, 1))) == ["kr-research"]


@pytest.mark.parametrize("change", ["params", "lexicon", "seed"])
def test_an_index_for_other_settings_is_refused(folder: Path, change: str) -> None:
    from ml.concepts import SkillLexicon

    other: dict[str, Any] = {"params": MatcherParams(band_good=0.6), "lexicon": SkillLexicon(()), "seed": b"other"}
    with pytest.raises(IndexUnusable):
        Index.open(folder, **{**SETTINGS, change: other[change]})


def test_a_missing_or_damaged_index_is_refused_and_can_be_made_again(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable):
        Index.open(tmp_path / "nowhere", **SETTINGS)
    base = Store(folder).current()
    names = [path.name for path in base.iterdir()] + ["../current.json"]
    for name in names:
        path = base / name
        kept = path.read_bytes()
        if not kept:
            continue
        path.write_bytes(kept[:-2])
        with pytest.raises(IndexUnusable):
            Index.open(folder, **SETTINGS)
        path.write_bytes(bytes([kept[0] ^ 1]) + kept[1:])
        with pytest.raises((IndexUnusable, SegmentDamaged)):
            _check(folder, base)
        path.write_bytes(kept)
    (base / "segment.json").unlink()
    with pytest.raises(IndexUnusable):
        Index.open(folder, **SETTINGS)
    assert len(Index.create(folder, profiles=people(), posts=posts(), **SETTINGS).top_profiles("gb-research", 3)) == 3
    assert len(list(folder.glob("base-*"))) == 1


@pytest.mark.parametrize("step", ["write", "name", "swap", "tidy"])
def test_a_writer_killed_at_any_step_leaves_the_old_or_the_new_index(folder: Path, step: str) -> None:
    def killed(here: str) -> None:
        if here == step:
            os._exit(9)

    def build() -> None:
        create(folder, profiles=people()[:2], posts=posts(), step=killed, **SETTINGS)

    assert _in_a_fork(build) == 9
    profiles_left = len(Index.open(folder, **SETTINGS).all_pairs(1).profile_ids)
    assert profiles_left == (2 if step == "tidy" else 5)
    create(folder, profiles=people()[:3], posts=posts(), **SETTINGS)  # the lock went with the process
    assert len(Index.open(folder, **SETTINGS).all_pairs(1).profile_ids) == 3
    assert len(list(folder.glob("base-*"))) == 1


def test_a_journal_cut_anywhere_keeps_its_whole_entries(folder: Path, index: Index) -> None:
    with IndexWriter(folder, **SETTINGS) as writer:
        writer.put_profile(replace(people()[0], id="first"))
        whole = writer.index.journal_end
        writer.put_profile(replace(people()[0], id="second"))
        end = writer.index.journal_end
    kept = index.journal.read_bytes()
    for cut in range(whole, end, 7):
        index.journal.write_bytes(kept[:cut])
        with IndexWriter(folder, **SETTINGS) as writer:
            assert writer.index.state.number_of("profile", "first")
            with pytest.raises(KeyError):
                writer.index.state.number_of("profile", "second")
            writer.remove_profile("first")
        reader = Index.open(folder, **SETTINGS)
        assert "first" not in ids(reader.top_profiles("gb-research", 9))


def test_one_writer_at_a_time(folder: Path) -> None:
    with IndexWriter(folder, **SETTINGS):
        with pytest.raises(BlockingIOError), IndexWriter(folder, **SETTINGS):
            pass
        with pytest.raises(BlockingIOError):
            create(folder, profiles=(), posts=(), **SETTINGS)


def test_other_processes_see_a_change_within_a_second(folder: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready, seen = [context.Event() for _ in range(2)], context.Queue()

    def read(number: int) -> None:
        index = Index.open(folder, **SETTINGS)
        index.top_profiles("gb-research", 9)
        ready[number].set()
        for _ in range(2000):
            if index.refresh() and "new" in ids(index.top_profiles("gb-research", 9)):
                seen.put(time.time())
                return
            time.sleep(0.005)

    readers = [context.Process(target=read, args=(number,)) for number in range(2)]
    for reader in readers:
        reader.start()
    assert all(event.wait(20) for event in ready)
    with IndexWriter(folder, **SETTINGS) as writer:
        writer.put_profile(replace(people()[0], id="new"))
        written = time.time()
    assert max(seen.get(timeout=10) for _ in readers) - written < 1
    for reader in readers:
        reader.join(10)


def test_an_empty_index_answers(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "index", profiles=(), posts=(), **SETTINGS)
    assert index.top_profiles(posts()[0], 3) == []
    assert index.top_opportunities(people()[0], 3) == []
    assert list(index.all_pairs(3).of_posts()) == []
    with IndexWriter(tmp_path / "index", **SETTINGS) as writer:
        writer.put_opportunity(posts()[0])
        assert ids(writer.index.top_opportunities(people()[0], 3)) == ["gb-research"]


def test_two_records_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same id"):
        create(tmp_path / "index", profiles=[people()[0]] * 2, posts=(), **SETTINGS)


days = st.none() | st.integers(1, 6).map(lambda month: date(2027, month, 1))
codes = st.frozensets(st.sampled_from(["secondment", "job_shadowing"]))
abilities = st.lists(
    st.builds(LanguageAbility, st.sampled_from(["en", "ko"]), st.none() | st.integers(1, 6), st.none()), max_size=2
).map(tuple)
persons = st.builds(
    ProfileRecord, st.just("p"), st.sampled_from(["GB", "KR"]), languages=abilities, kinds=codes, available_from=days,
    available_to=days, grade_order=st.none() | st.integers(1, 5), taking_part=st.booleans(), shown_abroad=st.booleans(),
    lengths=st.frozensets(st.sampled_from(["up_to_3_months", "3_to_6_months"])),
)  # fmt: skip
adverts = st.builds(
    OpportunityRecord, st.just("o"), st.sampled_from(["GB", "KR"]),
    working_language=st.sampled_from([None, "en", "ko"]),
    speaking=st.none() | st.integers(1, 6),
    kind=st.sampled_from([None, "secondment", "job_shadowing"]),
    start_earliest=days, start_latest=days, length_months=st.sampled_from([None, 2.0, 5.0]), open=st.booleans(),
    grade_min_order=st.none() | st.integers(1, 5), audience=st.sampled_from(["abroad", "home", "both"]),
)  # fmt: skip


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.lists(persons, min_size=1, max_size=5), st.lists(adverts, min_size=1, max_size=5))
def test_numbered_rules_agree_with_the_rules(mine: list[ProfileRecord], theirs: list[OpportunityRecord]) -> None:
    people_keys, post_keys = KeyTable(), KeyTable()
    numbered = np.zeros((64, len(FACTORS)), np.uint16)
    for place, advert in enumerate(theirs):
        numbered[place] = post_keys.codes_of([unplain(plain(key)) for key in keys_of(advert)])
    mine_codes = [people_keys.codes_of(keys_of(person)) for person in mine]
    verdicts = Verdicts(people_keys, post_keys)
    bits, offsets = verdicts.bits(numbered), people_keys.offsets()
    for person, row in zip(mine, mine_codes, strict=True):
        for place, advert in enumerate(theirs):
            suits = all(
                bits[offset + code, 0] >> np.uint64(place) & np.uint64(1)
                for offset, code in zip(offsets, row, strict=True)
            )
            meets = _dates_suit(days_of(person), days_of(advert))
            assert (suits and meets) == is_eligible(check_eligibility(person, advert))
            allowed = verdicts.suiting("opportunity", keys_of(advert))
            assert suits == all(allowed[offset + code] for offset, code in zip(offsets, row, strict=True))


def _check(folder: Path, base: Path) -> None:
    Index.open(folder, **SETTINGS)
    read_segment(base, thorough=True)  # large arrays are hashed only when asked


def _dates_suit(mine: tuple[int, int], theirs: tuple[int, int]) -> bool:
    from ml.kernels import dates_meet

    return bool(dates_meet(np.array(mine, np.int32), np.array(theirs, np.int32)))


def _in_a_fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_blocks_are_small_enough_for_numbers_of_16_bits() -> None:
    assert blocks.PEOPLE_A_BLOCK <= 65_536
    assert blocks.POSTS_A_BLOCK % 64 == blocks.PEOPLE_A_BLOCK % 64 == 0
