"""What a run reads before it works: both sides as plain values, what became of earlier suggestions, stored vectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from ml.params import MatcherParams
from ml.schema import OpportunityRecord, ProfileRecord
from models import Opportunity, Profile, utc_now
from talent.matching import meanings, queries_inputs
from talent.matching.adapter import is_open
from talent.matching.meanings import Source
from talent.matching.selection import Pair
from talent.matching.snapshots import (
    Snapshot,
    opportunity_from_snapshot,
    profile_from_snapshot,
    snapshot_opportunity,
    snapshot_profile,
)
from talent.matching.standing import Past, Standing, same_grounds
from talent.matching.suggestions import inputs_hash, record_digest

if TYPE_CHECKING:
    from talent.matching.meanings import Meaning, RecordKey


@dataclass(frozen=True)
class Inputs:
    """Both sides as plain values, by id: nothing here changes when the database does."""

    profiles: dict[str, Snapshot]
    posts: dict[str, Snapshot]
    digests: dict[str, str]
    pasts: dict[Pair, Past]
    at_home: frozenset[Pair]
    """Pairs within one organisation, which are no exchange. Known here and not to the matcher."""
    sources: dict[str, Source]
    meanings: dict[RecordKey, Meaning]
    """Stored sentence vectors; a run adds those that it makes itself."""

    @classmethod
    def read(cls, session: Session, params: MatcherParams) -> Inputs:
        """Read active profiles, open posts, what became of earlier suggestions, and stored vectors."""
        facts = queries_inputs.facts(session, utc_now())
        people = queries_inputs.active_profiles(session)
        open_posts = [row for row in queries_inputs.published_posts(session) if is_open(row, facts.now)]
        profiles = {str(row.id): snapshot_profile(row, facts) for row in people}
        posts = {str(row.id): snapshot_opportunity(row, facts) for row in open_posts}
        digests = {key: record_digest(snapshot) for key, snapshot in (profiles | posts).items()}
        sources = sources_of(profiles, posts, params)
        return cls(
            profiles,
            posts,
            digests,
            queries_inputs.pasts(session),
            _at_home(people, open_posts),
            sources,
            meanings.read(session, list(sources.values())),
        )

    def profile_records(self) -> list[ProfileRecord]:
        return [profile_from_snapshot(snapshot) for snapshot in self.profiles.values()]

    def opportunity_records(self) -> list[OpportunityRecord]:
        return [opportunity_from_snapshot(snapshot) for snapshot in self.posts.values()]

    def lacking(self) -> list[Source]:
        """Records whose sentence vectors are not there yet: all of them, because whoever is out of scope competes."""
        return [item for item in self.sources.values() if item.key not in self.meanings]

    def has_vectors(self, pair: Pair) -> bool:
        """Tell whether both sides of a pair have sentence vectors."""
        return meanings.has_both(self.meanings, *pair)


class Hashes:
    """The fingerprint of each pair's inputs."""

    def __init__(self, inputs: Inputs, params_hash: str, lexicon_hash: str, encoder: str) -> None:
        self.inputs, self.params_hash, self.lexicon_hash, self.encoder = inputs, params_hash, lexicon_hash, encoder

    def of(self, pair: Pair) -> str:
        person, post = (self.inputs.digests[key] for key in pair)
        encoder = self.encoder if self.inputs.has_vectors(pair) else ""
        return inputs_hash(person, post, self.params_hash, self.lexicon_hash, encoder)

    def known(self, pair: Pair) -> bool:
        return pair[0] in self.inputs.profiles and pair[1] in self.inputs.posts

    def ended_unchanged(self) -> list[Pair]:
        """Pairs that ended and would be suggested on the very same grounds."""
        return [
            pair
            for pair, past in self.inputs.pasts.items()
            if past.standing is Standing.ENDED and self.known(pair) and same_grounds(past.inputs_hash, self.of(pair))
        ]


def sources_of(profiles: dict[str, Snapshot], posts: dict[str, Snapshot], params: MatcherParams) -> dict[str, Source]:
    """What is encoded of these snapshots, by record id."""
    records: dict[str, ProfileRecord | OpportunityRecord] = {
        **{key: profile_from_snapshot(row) for key, row in profiles.items()},
        **{key: opportunity_from_snapshot(row) for key, row in posts.items()},
    }
    both = profiles | posts
    return {key: meanings.source(record, both[key]["shown"]["version"], params) for key, record in records.items()}


def _at_home(people: Sequence[Profile], posts: Sequence[Opportunity]) -> frozenset[Pair]:
    of: dict[str, list[str]] = defaultdict(list)
    for post in posts:
        of[post.organisation_id].append(str(post.id))
    return frozenset((str(row.id), post_id) for row in people for post_id in of.get(row.organisation_id, ()))
