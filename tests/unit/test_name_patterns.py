"""When hiding one name hides another."""

from __future__ import annotations

import pytest

from talent.name_patterns import is_hidden_with, pattern_of
from tests.trust.corpus import OWNERS


@pytest.mark.parametrize(
    "name", [name for owner in OWNERS for name in owner.names] + ["김", "허준", "Cher", "Kim 민수"]
)
def test_a_name_hides_itself(name: str) -> None:
    assert is_hidden_with(name, name)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("GRACE HOPEWELL", "Grace Hopewell"),
        ("grace  hopewell", "Grace Hopewell"),
        ("Hopewell Grace", "Grace Hopewell"),
        ("홍 길동", "홍길동"),
        ("홍길동", "홍 길동"),
        ("남궁민수", "남궁 민수"),
    ],
)
def test_capitals_and_spaces_make_no_other_name(name: str, other: str) -> None:
    assert is_hidden_with(name, other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Grace Hopewell", "Grace Kim"),
        ("Grace", "Grace Hopewell"),  # alone, it is also found in small letters
        ("McDonald Ann", "Ann M"),
        ("홍길동", "김길동"),
        ("홍길동", "Gil-dong Hong"),
        ("Gil dong Hong", "Gildong Hong"),
        ("Ada", ""),
        ("Ada", "김"),
    ],
)
def test_other_names_stay_names_of_their_own(name: str, other: str) -> None:
    assert not is_hidden_with(name, other)


def test_there_is_nothing_to_look_for_without_names() -> None:
    assert pattern_of(("", "김", "-", ". .", "X")) is None
