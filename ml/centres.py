"""What all texts of a language have in common, taken off before vectors are compared.

Vectors of any two texts of our field are alike to some degree, more so in one language than across two, and means of
many passages more so than single ones. Taking off the centre of a language, the mean vector of the framework's texts
in it, leaves what a passage says beyond that. `python -m ml.centres` makes the centres again, as after an update of the
encoder; they are kept in `data/vectors/centres.json`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ml.encoder import Encoder, Vectors, installed_encoder
from ml.text import LANGUAGES, Language, normalise

_DATA = Path(__file__).resolve().parent.parent / "data"
_FILE = _DATA / "vectors" / "centres.json"
_TABLES = ("skills", "roles", "families")
_PLACES = 4  # decimals kept


def centred(vectors: Vectors, languages: Sequence[Language], encoder_name: str) -> Vectors:
    """Return rows of length one without the centres of their languages; as they are for an unknown encoder."""
    centres = centres_of(encoder_name)
    if not centres or not len(vectors):
        return vectors
    moved = vectors - np.array([centres[language] for language in languages])
    lengths = np.sqrt((moved * moved).sum(axis=1, keepdims=True))
    return np.where(lengths > 0, moved / np.where(lengths > 0, lengths, 1), vectors).astype(np.float32)


@lru_cache(maxsize=4)
def centres_of(encoder_name: str) -> Mapping[Language, Vectors]:
    """Return the centre of each language among the vectors of an encoder; nothing for an encoder without them."""
    kept = json.loads(_FILE.read_text(encoding="utf-8"))
    if kept["encoder"] != encoder_name:
        return MappingProxyType({})
    return MappingProxyType({language: np.array(kept[language], dtype=np.float32) for language in LANGUAGES})


def reference_texts(language: Language) -> list[str]:
    """Return the framework's names and descriptions of skills, roles and families in a language, normalised."""
    found: set[str] = set()
    for table in _TABLES:
        with (_DATA / "reference" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found.update(normalise(text) for name, text in row.items() if text and name.endswith(f"_{language}"))
    return sorted(found)


def measure(encoder: Encoder, texts: Sequence[str]) -> list[float]:
    """Return the mean vector of texts."""
    mean = encoder.encode(texts).astype(np.float64).mean(axis=0)
    return [round(float(number), _PLACES) for number in mean]


def main() -> None:
    """Make the centres of the installed encoder."""
    encoder = installed_encoder()
    if encoder is None:
        raise SystemExit("no sentence encoder is installed")
    found = {language: measure(encoder, reference_texts(language)) for language in LANGUAGES}
    _FILE.parent.mkdir(parents=True, exist_ok=True)
    _FILE.write_text(json.dumps({"encoder": encoder.name, **found}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
