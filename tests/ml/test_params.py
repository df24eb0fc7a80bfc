from __future__ import annotations

import json

import pytest

from ml.params import MatcherParams


def test_settings_survive_json() -> None:
    params = MatcherParams(weight_text=0.3, version="next")
    assert MatcherParams.from_json(params.to_json()) == params
    assert MatcherParams.from_json("{}") == MatcherParams()


def test_equal_settings_hash_alike_and_any_change_shows() -> None:
    assert MatcherParams(band_strong=1).sha256 == MatcherParams(band_strong=1.0).sha256
    assert MatcherParams(weight_text=0.21).sha256 != MatcherParams().sha256


@pytest.mark.parametrize(
    "change",
    [
        {"weight_text": -0.1},
        {"weight_text": float("nan")},
        {"weight_text": "0.2"},
        {"weight_text": True},
        {"band_strong": 1.2},
        {"band_strong": 0.2},
        {"text_full_cosine": 0},
        {"claimed_level": 1.5},
        {"latin_char_least": 6},
        {"explained_terms": 1.5},
        {"unheard_of": 1},
        {
            "weight_skills_essential": 0,
            "weight_skills_desirable": 0,
            "weight_concepts": 0,
            "weight_text": 0,
            "weight_meaning": 0,
        },
        {"meaning_best_floor_ko": 0.7},
        {"meaning_mean_full_cross": 1.1},
    ],
)
def test_senseless_settings_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        MatcherParams.from_json(json.dumps(change))


@pytest.mark.parametrize("text", ["[]", "not json", "null"])
def test_what_is_not_settings_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        MatcherParams.from_json(text)


def test_a_band_begins_at_its_threshold() -> None:
    params = MatcherParams()
    edges = (params.band_strong, params.band_good, params.band_possible)
    assert [params.band_of(edge) for edge in edges] == ["strong", "good", "possible"]
    assert [params.band_of(edge - 1e-9) for edge in edges] == ["good", "possible", "weak"]
