"""Contests: asking for a decision to be looked at again by somebody else."""

from talent.matching.contested import open_contest_of

__all__ = ["open_contest_of"]
