"""The Korean catalogue: every message of the code, nothing fuzzy or empty, the same placeholders, and Korean."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir

from talent.config import ROOT

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%\{(\w+)\}")
HANGUL = re.compile("[가-힣]")
MAPPING = [("**.py", "python"), ("**.html", "jinja2"), ("email/**.txt", "jinja2")]
OPTIONS = {"**.html": {"encoding": "utf-8", "trimmed": "true"}, "email/**.txt": {"trimmed": "true"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
SAME_IN_BOTH = {"English", "GOV.UK"}


def _catalogue(name: str) -> Catalog:
    path = ROOT / "translations" / "ko" / "LC_MESSAGES" / f"{name}.po"
    return pofile.read_po(BytesIO(path.read_bytes()), locale="ko")


def _messages_of_the_code() -> set[str]:
    found = set()
    for folder in ("talent", "models", "templates"):
        for _file, _line, message, _comments, _context in extract_from_dir(
            str(Path(ROOT) / folder), MAPPING, OPTIONS, keywords=KEYWORDS
        ):
            found.add(message[0] if isinstance(message, tuple | list) else message)
    return {message for message in found if message}


def _key(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, tuple | list) else message.id)


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_every_message_of_the_code_is_in_the_korean_catalogue() -> None:
    known = {_key(message) for message in _catalogue("messages") if message.id}

    assert sorted(_messages_of_the_code() - known) == []


def test_no_message_hides_in_an_f_string() -> None:
    """The extractor reads an f-string as one piece, so a message inside it would never be translated."""
    hidden = [
        f"{path.name}: {line.strip()}"
        for path in sorted((Path(ROOT) / "talent").rglob("*.py"))
        for line in path.read_text().splitlines()
        if re.search(r"""\bf["'].*\{_n?\(""", line)
    ]

    assert hidden == []


@pytest.mark.parametrize("name", ["messages", "flask_security"])
def test_every_message_has_a_korean_string_that_is_not_fuzzy(name: str) -> None:
    messages = [message for message in _catalogue(name) if message.id]

    assert len(messages) > 50
    assert [_key(message) for message in messages if message.fuzzy] == []
    assert [_key(message) for message in messages if not all(_strings(message))] == []


@pytest.mark.parametrize("name", ["messages", "flask_security"])
def test_placeholders_are_the_same_in_both_languages(name: str) -> None:
    wrong = []
    for message in _catalogue(name):
        if not message.id:
            continue
        wanted = {match.group(0) for match in PLACEHOLDER.finditer(" ".join(_texts(message)))}
        for text in _strings(message):
            if {match.group(0) for match in PLACEHOLDER.finditer(text)} - wanted:
                wrong.append(_key(message))
            if "num" not in str(wanted) and {m.group(0) for m in PLACEHOLDER.finditer(text)} != wanted:
                wrong.append(_key(message))

    assert wrong == []


def _texts(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def test_korean_strings_are_korean() -> None:
    english = [
        _key(message)
        for message in _catalogue("messages")
        if message.id
        and _key(message) not in SAME_IN_BOTH
        and re.search("[a-z]{3}", PLACEHOLDER.sub("", _key(message)))
        and not all(HANGUL.search(text) for text in _strings(message))
    ]

    assert english == []


# One voice and one word for each thing; what these words should have been stands beside them.
HOUSE_STYLE = {
    r"세요|[가-힣][나까]요\b": "합니다체: -하십시오, -습니까",
    "전자우편|(?<!이)(?<!스팸 )메일(?!함)": "이메일",
    "귀하|귀국": "본인, 자국, or nothing at all",
    "추천": "매칭 제안; 추천 is a formal nomination by one's own agency",
    "서울 시간": "한국 시간",
    "승인 절차": "승인 단계",
    r"자[가기] 평가": "자기평가",
    "내각부": "내각사무처",
    r"[“”！？（）：]|  | ~ | ,": "‘ ’ and half-width marks without spaces before them",
}


@pytest.mark.parametrize("name", ["messages", "flask_security"])
def test_korean_keeps_the_house_style(name: str) -> None:
    strings = [text for message in _catalogue(name) if message.id for text in _strings(message)]

    assert [(text, better) for wrong, better in HOUSE_STYLE.items() for text in strings if re.search(wrong, text)] == []
