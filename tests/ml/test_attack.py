"""The yardstick of gaming: the attacks are what they say, and a few of them gain nothing against the real matcher."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml import attack
from ml.attack import ATTACKS, flags, measure, tries
from ml.parity import Material
from ml.results import Figure, read
from ml.scorers import ProductScorer, yardstick_encoder
from ml.text import normalise
from tests.ml.test_parity import Blind, few


@pytest.mark.parametrize("name", list(ATTACKS))
def test_an_attack_adds_to_what_somebody_unsuited_wrote(name: str) -> None:
    material = few()
    chosen = material.pool(0.5)
    made = tries(material, chosen, name, 7)
    assert made == tries(material, chosen, name, 7)
    for item in made:
        person, language = chosen[item.place]
        assert person.id not in material.relevance[material.posts[item.column].id]
        written = item.changed[0].texts[item.changed[1]]
        assert written.startswith(person.texts[language])
        assert len(written) > len(person.texts[language])
        assert item.changed[0].skills == person.skills


def test_a_disguised_post_reads_like_the_post() -> None:
    material = few()
    chosen = material.pool(0.5)
    plain, disguised = (tries(material, chosen, name, 7)[0] for name in ("the post pasted", "the post disguised"))
    texts = [item.changed[0].texts[item.changed[1]] for item in (plain, disguised)]
    assert texts[0] != texts[1]
    assert normalise(texts[0]) == normalise(texts[1])


def test_attacks_are_flagged_and_honest_people_are_not() -> None:
    figures = flags(few())
    assert {item.subject for item in figures if item.is_met is False} == set()
    assert {item.measure for item in figures} == {"attacks_flagged", "honest_flagged"}


def test_gaming_gains_nothing_among_a_few() -> None:
    figures = measure(few(), ProductScorer(yardstick_encoder({})), 1)
    assert [item for item in figures if item.is_met is False] == []


def test_the_command_fails_when_pasting_pays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Material, "load", classmethod(lambda cls: few()))
    monkeypatch.setattr(attack, "_scorers", lambda: (Blind(),))
    assert attack.main(["--folder", str(tmp_path)]) == 1
    kept = read("attack", tmp_path)
    assert kept is not None
    pasted = kept.find("places_gained_median", "the post pasted")
    assert isinstance(pasted, Figure)
    assert pasted.value > 1
    assert "the post pasted" in capsys.readouterr().err
