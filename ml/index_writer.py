"""Writing an index: a whole base at once, or one record at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ml.concepts import SkillLexicon
from ml.index_base import Content, Records, hash_of, rows_of, to_segment
from ml.index_journal import Entry, append_entry
from ml.index_reader import Index, settings_of, vector_of
from ml.index_rules import KeyTable, days_of, keys_of, plain
from ml.index_signals import Bags, Vocabulary, names_of_skills, post_items, profile_items
from ml.meaning import Meaning
from ml.params import MatcherParams
from ml.schema import OpportunityRecord, ProfileRecord
from ml.segments import Step, Store
from ml.sides import NO_MEANINGS, Meanings, read_opportunity, read_profile

GROWTH, FEWEST_CHANGES = 0.10, 200  # a new base is due when this share of records changed, and at least so many
UNSEEN, FEWEST_WORDS = 0.02, 2_000  # or when so many more words are unknown than among the base's own records

_NOTHING = np.empty(0, np.uint16)


def create(
    folder: Path | str,
    *,
    params: MatcherParams,
    lexicon: SkillLexicon,
    profiles: Sequence[ProfileRecord],
    posts: Sequence[OpportunityRecord],
    meanings: Meanings = NO_MEANINGS,
    seed: bytes = b"",
    step: Step = lambda _: None,
) -> None:
    """Write a base of all these records and put it in use; readers see it at their next refresh.

    `meanings` are those of the records that have one, as for `SkillMatcher.fit`. `step` hears of each step before it is
    taken. Raises BlockingIOError while another holds the right to write, ValueError when two records have the same id.
    """
    store = Store(folder)
    with store.writing():
        content = _content(params, lexicon, profiles, posts, meanings, seed)
        put_in_use(store, content, settings_of(params, lexicon, seed), step)


def put_in_use(store: Store, content: Content, settings: Mapping[str, str], step: Step = lambda _: None) -> None:
    """Write a base and put it in use."""
    arrays, meta = to_segment(content)
    store.replace(arrays, {**meta, "settings": dict(settings)}, step)


class IndexWriter:
    """Puts and removes single records; each is on disk when the call returns, and seen by readers when they refresh.

    Use it as a context: one writer at a time. Raises BlockingIOError while another holds the right to write, and
    IndexUnusable as `Index.open` does.
    """

    def __init__(self, folder: Path | str, *, params: MatcherParams, lexicon: SkillLexicon, seed: bytes = b"") -> None:
        self._store, self._settings = Store(folder), (params, lexicon, seed)
        self._held = ExitStack()
        self.index: Index

    def __enter__(self) -> Self:
        self._held.enter_context(self._store.writing())
        try:
            self.index = Index(self._store, *self._settings)
        except BaseException:
            self._held.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def put_profile(self, record: ProfileRecord, meaning: Meaning | None = None) -> None:
        """Add a profile, or replace the one with its id."""
        self._put("profile", record, meaning)

    def put_opportunity(self, record: OpportunityRecord, meaning: Meaning | None = None) -> None:
        """Add a post, or replace the one with its id."""
        self._put("opportunity", record, meaning)

    def remove_profile(self, profile_id: str) -> None:
        """Take a profile out of every list at once; its numbers leave the disk with the next base."""
        self._append(Entry({"op": "remove", "side": "profile", "id": profile_id}, _NOTHING, _NOTHING, _no_vector()))

    def remove_opportunity(self, post_id: str) -> None:
        """Take a post out of every list at once."""
        self._append(Entry({"op": "remove", "side": "opportunity", "id": post_id}, _NOTHING, _NOTHING, _no_vector()))

    def refit_due(self) -> str | None:
        """Tell why a new base is due: "removed", "growth" or "unseen_words"; None while it is not.

        "removed": a profile was removed, and what the base and the journal hold of it waits to leave the disk.
        """
        self.index.refresh()
        base, changes = self.index.state.base, self.index.state.changes
        if changes["profile"].withdrawn:
            return "removed"
        count = sum(len(item.ids) + item.withdrawn for item in changes.values())
        if count >= max(FEWEST_CHANGES, GROWTH * (len(base.people) + int(base.meta["posts"]))):
            return "growth"
        words = sum(item.words for item in changes.values())
        unseen = sum(item.unseen for item in changes.values())
        if words >= FEWEST_WORDS and unseen / words > base.vocabulary.unseen_share + UNSEEN:
            return "unseen_words"
        return None

    def _put(self, side: str, record: ProfileRecord | OpportunityRecord, meaning: Meaning | None) -> None:
        row = self.index.fresh_row(record)
        values: dict[str, Any] = {
            "op": "put",
            "side": side,
            "id": record.id,
            "keys": [plain(key) for key in keys_of(record)],
            "days": days_of(record),
            "scale": row.scale,
            "words": row.words,
            "unseen": row.unseen,
        }
        vector = _no_vector() if meaning is None else vector_of(meaning)
        self._append(Entry(values, row.columns, row.weights, vector))

    def _append(self, entry: Entry) -> None:
        self.index.refresh()
        append_entry(self.index.journal, self.index.journal_end, entry)
        self.index.refresh()


def _content(
    params: MatcherParams,
    lexicon: SkillLexicon,
    profiles: Sequence[ProfileRecord],
    posts: Sequence[OpportunityRecord],
    meanings: Meanings,
    seed: bytes,
) -> Content:
    mine = sorted(profiles, key=_order)
    theirs = sorted(posts, key=_order)
    names: dict[str, int] = {}
    people_bags, post_bags = Bags(names), Bags(names)
    for profile in mine:
        people_bags.add(profile_items(profile, read_profile(profile, params, lexicon), params))
    for post in theirs:
        post_bags.add(post_items(post, read_opportunity(post, params, lexicon), params))
    vocabulary = Vocabulary.fit(names, people_bags, post_bags, names_of_skills(lexicon))
    columns = vocabulary.columns_of(names)
    people_rows = [vocabulary.profile_row(columns[ids], values) for ids, values in _each(people_bags)]
    post_rows = [vocabulary.post_row(columns[ids], values, params) for ids, values in _each(post_bags)]
    people_keys, post_keys = KeyTable(), KeyTable()
    vectors = {key: vector_of(meaning) for key, meaning in meanings.items()}
    dimensions = max((len(vector) for vector in vectors.values()), default=0)
    return Content(
        vocabulary,
        _records("profile", mine, people_keys, vectors, dimensions, seed),
        rows_of(people_rows),
        _records("opportunity", theirs, post_keys, vectors, dimensions, seed),
        rows_of(post_rows),
        np.array([row.scale for row in post_rows], np.float32),
        people_keys,
        post_keys,
    )


def _each(bags: Bags) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    return (bags[place] for place in range(len(bags)))


def _order(record: ProfileRecord | OpportunityRecord) -> tuple[str, str, str]:
    """Sort by direction, grade and language, so that whole blocks suit each other or not."""
    if isinstance(record, ProfileRecord):
        return record.country, f"{record.grade_order or 0:04d}", repr(record.languages)
    language = f"{record.audience} {record.working_language} {record.speaking or 0} {record.reading or 0}"
    return record.country, language, f"{record.grade_min_order or 0:04d} {record.kind}"


def _records(
    side: Any,
    records: Sequence[ProfileRecord] | Sequence[OpportunityRecord],
    table: KeyTable,
    vectors: Mapping[Any, NDArray[np.int8]],
    dimensions: int,
    seed: bytes,
) -> Records:
    ids = [record.id for record in records]
    if len(set(ids)) < len(ids):
        raise ValueError("two records have the same id")
    nothing = np.zeros(dimensions, np.int8)
    found = [vectors.get((side, record_id), nothing) for record_id in ids]
    kept = [vector if len(vector) == dimensions else nothing for vector in found]
    codes = [table.codes_of(keys_of(record)) for record in records]
    return Records(
        ids,
        np.array([hash_of(seed, side, record_id) for record_id in ids], np.uint64),
        np.array(codes, np.uint16).reshape(len(ids), len(table.keys)),
        np.array([days_of(record) for record in records], np.int32).reshape(len(ids), 2),
        np.array(kept, np.int8).reshape(len(ids), dimensions),
    )


def _no_vector() -> NDArray[np.int8]:
    return np.empty(0, np.int8)
