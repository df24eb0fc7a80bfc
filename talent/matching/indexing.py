"""The index of people and posts (`ml.index`): for pools so large that scoring every pair takes too long.

Only the worker's process writes it, and only while the pool is large enough (docs/decisions/0017). Below that it is
deleted, so that no copy of people's data lies about without use. It names candidates; what they score is computed by
the matcher all the same.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.orm import Session

from ml.params import MatcherParams
from ml.schema import Ranked
from talent.matching.run_inputs import Inputs
from talent.matching.selection import Ranker

if TYPE_CHECKING:  # numba and scikit-learn take seconds to load: only a large pool pays for them
    from ml.concepts import SkillLexicon
    from ml.index import Candidate, Index
    from ml.matcher import SkillMatcher

log = structlog.get_logger(__name__)

INDEX = "matcher_index"
"""Execution option of the engine: the folder and the number of pairs from which on it is used (`Place`)."""
CANDIDATES = 200
"""Of each list, how many are scored in full; a list that is shown or suggested from holds a tenth of it at most."""
RECORDS = "records.json"
Fingerprints = dict[str, dict[str, str]]
"""By side and id, what tells that a record or its vectors have changed: no words."""


@dataclass(frozen=True)
class Place:
    """Where the index is kept, and from how many pairs of people and posts on."""

    folder: Path
    from_pairs: int

    @classmethod
    def of(cls, session: Session) -> Place | None:
        """What the settings say (TALENT_INDEX_DIR, TALENT_INDEX_FROM_PAIRS)."""
        found = session.get_bind().get_execution_options().get(INDEX)
        return found if isinstance(found, Place) else None

    def is_for(self, people: int, posts: int) -> bool:
        """Tell whether a pool is large enough."""
        return people * posts >= self.from_pairs

    def is_there(self) -> bool:
        """Tell whether there is an index."""
        return self.folder.is_dir()

    def delete(self) -> None:
        """Delete the index; there is none afterwards. Raises BlockingIOError while somebody writes it."""
        from ml.segments import Store

        with Store(self.folder).writing():
            shutil.rmtree(self.folder)


def ranker(session: Session, matcher: SkillMatcher, inputs: Inputs) -> Ranker:
    """Who ranks for a run: the matcher itself, or candidates of the index scored by it where the pool is large."""
    place = Place.of(session)
    if place is None or not place.is_for(len(inputs.profiles), len(inputs.posts)):
        return matcher
    index = synchronise(place, matcher.params_, matcher.lexicon_, inputs)
    return matcher if index is None else IndexedRanker(index, matcher)


def synchronise(place: Place, params: MatcherParams, lexicon: SkillLexicon, inputs: Inputs) -> Index | None:
    """Bring the index to what a run has read; None while another process writes it.

    Single changes go to its journal. It is written anew when it does not fit the settings, when much has changed, and
    when somebody was taken out, so that nothing of them stays in its files.
    """
    from ml.index import Index, IndexUnusable

    wanted = _fingerprints(inputs)
    try:
        if not _is_brought_up(place, params, lexicon, inputs, wanted):
            _write_anew(place, params, lexicon, inputs, wanted)
        return Index.open(place.folder, params=params, lexicon=lexicon)
    except (BlockingIOError, IndexUnusable) as error:  # another run writes it; this one does without
        log.info("the index is not used", reason=type(error).__name__)
        return None


def holds_too_much(place: Place, people: Iterable[str], posts: int) -> bool:
    """Tell whether the index holds somebody who takes no part any more, or is for a larger pool than there is."""
    taking_part = set(people)
    return not place.is_for(len(taking_part), posts) or not _known(place).get("profile", {}).keys() <= taking_part


class IndexedRanker:
    """Ranks as the matcher does, among those that the index finds worth scoring."""

    def __init__(self, index: Index, matcher: SkillMatcher) -> None:
        self.index, self.matcher = index, matcher

    def rank_profiles(self, opportunity_id: str, top_k: int | None = None) -> list[Ranked]:
        """The best people of a post, best first. Raises KeyError for an unknown id."""
        found = self.index.top_profiles(opportunity_id, self._most(top_k))
        return self.matcher.rank_profiles_among(opportunity_id, _ids(found))[:top_k]

    def rank_opportunities(self, profile_id: str, top_k: int | None = None) -> list[Ranked]:
        """The best posts of a person, best first. Raises KeyError for an unknown id."""
        found = self.index.top_opportunities(profile_id, self._most(top_k))
        return self.matcher.rank_opportunities_among(profile_id, _ids(found))[:top_k]

    @staticmethod
    def _most(top_k: int | None) -> int:
        return max(CANDIDATES, 10 * (top_k or 0))


def _ids(found: Iterable[Candidate]) -> list[str]:
    return [candidate.id for candidate in found]


def _is_brought_up(
    place: Place, params: MatcherParams, lexicon: SkillLexicon, inputs: Inputs, wanted: Fingerprints
) -> bool:
    """Put what changed into the journal; False when the index has to be written anew instead."""
    from ml.index import IndexUnusable, IndexWriter

    known = _known(place)
    gone = {side: known.get(side, {}).keys() - rows.keys() for side, rows in wanted.items()}
    if not place.is_there() or not known or gone["profile"]:
        return False
    try:
        with IndexWriter(place.folder, params=params, lexicon=lexicon) as writer:
            for post_id in gone["opportunity"]:
                writer.remove_opportunity(post_id)
            for key, record in ((source.key, source.record) for source in inputs.sources.values()):
                if known[key[0]].get(key[1]) == wanted[key[0]][key[1]]:
                    continue
                meaning = inputs.meanings.get(key)
                if key[0] == "profile":
                    writer.put_profile(record, meaning)  # type: ignore[arg-type]
                else:
                    writer.put_opportunity(record, meaning)  # type: ignore[arg-type]
            due = writer.refit_due()
    except IndexUnusable:
        return False
    _remember(place, wanted)
    return due is None


def _write_anew(
    place: Place, params: MatcherParams, lexicon: SkillLexicon, inputs: Inputs, wanted: Fingerprints
) -> None:
    from ml.index import create

    create(
        place.folder,
        params=params,
        lexicon=lexicon,
        profiles=inputs.profile_records(),
        posts=inputs.opportunity_records(),
        meanings=inputs.meanings,
    )
    _remember(place, wanted)


def _fingerprints(inputs: Inputs) -> Fingerprints:
    found: Fingerprints = {"profile": {}, "opportunity": {}}
    for source in inputs.sources.values():
        side, record_id = source.key
        with_vectors = "+" if source.key in inputs.meanings else "-"
        found[side][record_id] = inputs.digests[record_id][:16] + with_vectors
    return found


def _known(place: Place) -> Fingerprints:
    """What the index was last brought to: ids and fingerprints, no words."""
    try:
        found: Fingerprints = json.loads((place.folder / RECORDS).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _remember(place: Place, wanted: Fingerprints) -> None:
    scratch = place.folder / f"{RECORDS}.new"
    with scratch.open("w", encoding="ascii") as file:
        json.dump(wanted, file)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(place.folder / RECORDS)
