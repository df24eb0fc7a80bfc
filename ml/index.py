"""The index: candidates among a million profiles in milliseconds, shared by processes, changed a record at a time.

A base holds all records of one moment, mapped into memory and sorted so that eligibility skips whole blocks; a journal
beside it holds what changed since. `Index` reads both, `IndexWriter` appends to the journal, `create` writes a new base
when one is due. The lists are exact for the index's own rows (see `ml.index_signals`); what they name is then scored in
full by `ml.matcher`.

Import this module where an index is about to be used: it loads scikit-learn, and the first question loads numba.
"""

from __future__ import annotations

from ml.index_lists import AllPairs, Candidate
from ml.index_reader import Index, IndexUnusable
from ml.index_writer import IndexWriter, create
from ml.topk import Cancelled

__all__ = ["AllPairs", "Cancelled", "Candidate", "Index", "IndexUnusable", "IndexWriter", "create"]
