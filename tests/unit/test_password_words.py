"""Passwords that others would guess, and some they would not (R11)."""

from __future__ import annotations

import pytest

from talent.auth.browsers import browser_words, partial_address
from talent.auth.password_words import common_words, is_common, on_latin_keys
from tests.support.growth import assert_grows_linearly

OWN = ("gildong.hong@mois.example", "홍길동", "Hong Gildong")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password1234!!",
        "P@ssw0rd2026!!",
        "123456789012",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "qwertyuiop12",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "zaq1xsw2cde3",
        "Spring2026!!!!",
        "London Manchester 24",
        "administrator1!",
        "TalentExchange1",
        "dkssudgktpdy",
        "DKSSUDGKTPDY!1",
        "안녕하세요안녕하세요",
        "비밀번호1234!!",
        "관리자입니다1234",
    ],
)
def test_r11_common_passwords_are_found_in_every_disguise(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password", ["gildong.hong2026!", "홍길동홍길동1234", "ghdrlfehd12345", "H0ngG1ldong!!!", "moismois2026"]
)
def test_r11_ones_own_name_and_address_are_found(password: str) -> None:
    assert is_common(password, OWN)
    assert not is_common(f"{password} tractor violin", OWN)


@pytest.mark.parametrize(
    "password",
    [
        "plum tractor violin 7",
        "correct horse battery",
        "kX9#vLq2!mZt",
        "세 낱말 자전거 구름다리",
        "a long password for tests 1",
    ],
)
def test_r11_other_passwords_are_let_through(password: str) -> None:
    assert not is_common(password, OWN)


def test_r11_hangul_is_read_as_the_keys_it_is_typed_with() -> None:
    assert on_latin_keys("안녕하세요") == "dkssudgktpdy"
    assert on_latin_keys("닭값있다 ok") == "ekfrrkqtdltek ok"


PIECES = ("q1w2", "password", "x", "가나다")


def test_r11_the_list_holds_a_few_thousand_and_is_quick() -> None:
    assert len(common_words()) > 2000
    assert_grows_linearly(lambda length: [is_common(piece * (length // len(piece)), OWN) for piece in PIECES], 200)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/140.0 Safari/537.36 Edg/140.0", "Microsoft Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 16) SamsungBrowser/29.0 Chrome/140 Safari/537", "Samsung Internet, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15) Version/19 Safari/605", "Safari, macOS"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Whale/4.0 Safari/537", "Naver Whale, Windows"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_r1_browsers_are_told_in_a_few_words(agent: str, words: str) -> None:
    assert browser_words(agent) == words


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("203.0.113.77", "203.0.…"),
        ("::ffff:203.0.113.77", "203.0.…"),
        ("2001:db8:1:2::3", "2001:0db8:0001:…"),
        (None, ""),
    ],
)
def test_r1_addresses_are_kept_in_part(address: str | None, part: str) -> None:
    assert partial_address(address) == part
