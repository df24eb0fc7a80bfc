"""What tells who somebody is by its shape: addresses, numbers, accounts elsewhere. Patterns are bounded, so the work
grows with the length of a text and with nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a piece of text gives away."""

    NAME = "name"
    EMAIL = "email"
    URL = "url"
    ACCOUNT = "account"
    PHONE = "phone"
    RESIDENT_NUMBER = "resident_number"
    INSURANCE_NUMBER = "insurance_number"
    PASSPORT = "passport"
    STAFF_NUMBER = "staff_number"


@dataclass(frozen=True)
class Found:
    """A piece of a text that tells who somebody is: what it is, and from where to where."""

    kind: Kind
    start: int
    end: int


_DASH = r"[-\u2010-\u2015\u2212~]"
_HOSTS = (
    r"(?:linkedin|github|gitlab|facebook|instagram|twitter|x|threads|youtube|medium|velog|tistory|notion|brunch"
    r"|blog\.naver|cafe\.naver|open\.kakao|bsky|mastodon|t)"
)
_SITES = (
    r"(?:twitter|instagram|threads|github|gitlab|linkedin|facebook|telegram|skype|slack|kakao(?:\s?talk)?"
    r"|트위터|인스타(?:그램)?|깃허브|깃랩|링크드인|페이스북|텔레그램|카카오톡|카톡|스카이프|슬랙)"
)
_BORN = r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_PASSPORT_WORD = r"(?:\bpassport|여권)(?:\s?(?:number|no\.?|번호|\#))?"
_HANDLE = r"[A-Za-z][A-Za-z0-9._-]{2,29}(?![A-Za-z0-9/])"
_ACCOUNT_WORD = r"(?:id|handle|account|아이디|계정)"
_IS = r"(?::|은|는|=|：)"
_PERSONAL = r"(?:dev|blog|xyz)"
"""Endings of domains that people hold, and offices do not: of others a bare domain is as often a service at work."""
_DOT = r"(?:\.|점|닷|dot)"
_AT_RULES = r"(?:media|import|font-face|keyframes|supports|property|param|return)\b"
"""Words after an at sign in code and style sheets."""
_SHAPES = re.compile(
    rf"""
    (?P<url>
        \bhttps?://[^\s<>"']+ | \bwww\.[^\s<>"'가-힣]+
      | (?<![\w@.-]){_HOSTS}\.(?:com|net|org|io|me|so|social|kr|app|dev)/[\w@%./~?=&#+-]+
      | (?<![\w@.-])[a-z0-9-]{{3,40}}\.(?:github\.io|tistory\.com|wordpress\.com|blogspot\.com|notion\.site)(?:/\S*)?
      | (?<![\w@.-])[a-z0-9-]{{4,40}}\.{_PERSONAL}(?![\w-])(?:/\S*)?
    )
    | (?P<email>
        (?<![\w.+-])[\w.+-]{{1,64}}\s?(?:@|[\[(]\s?(?:at|골뱅이)\s?[\])])\s?
        [\w-]{{1,63}}(?:\s?(?:\.|[\[(]\s?(?:dot|점)\s?[\])])\s?[A-Za-z][\w-]{{1,62}}|\.[\w-]{{1,63}}){{1,6}}
    )
    | (?P<spoken>
        (?<![\w.+-])[\w.+-]{{1,64}}\s?골뱅이\s?[\w가-힣-]{{1,30}}(?:\s?{_DOT}\s?[a-z가-힣]{{1,20}}){{1,4}}
      | (?<![\w.+-])[\w.+-]{{1,64}}\sat\s[\w-]{{2,30}}(?:\s(?:dot|점)\s[a-z]{{2,20}}){{1,4}}
      | (?<![\w.+-])[a-z]{{1,30}}[._\d][\w.+-]{{0,30}}\sat\s[\w-]{{2,30}}(?:\.[a-z]{{2,20}}){{1,4}}
    )
    | (?P<resident_number>
        {_BORN}(?:\s?{_DASH}\s?|\s)[0-9](?:\d{{6}}|\d{{0,2}}[*xX]{{4,6}})(?!\d)
      | {_BORN}[1-8]\d{{6}}(?!\d)
    )
    | (?P<insurance_number>
        \b[A-Za-z]{{2}}[\s-]?\d{{2}}[\s-]?\d{{2}}[\s-]?\d{{2}}[\s-]?[A-Da-d]\b
    )
    | (?P<passport>
        {_PASSPORT_WORD}(?:\s?(?:is|:|은|는|：))?\s?[A-Za-z]{{0,2}}\d{{3}}[A-Za-z0-9]\d{{3,5}}(?![A-Za-z0-9])
      | (?<![A-Za-z0-9])(?-i:[MSRODG]\d{{8}}|[MSRODG]\d{{3}}[A-Z]\d{{4}})(?![A-Za-z0-9])
    )
    | (?P<staff_number>
        (?:\b(?:staff|employee|payroll|personnel|warrant)(?:\s?(?:number|no\.?|id|\#)){{1,2}}
          |(?:사번|사원\s?번호|직원\s?번호|공무원\s?번호|개인\s?번호|행정\s?번호|교번))
        (?:\s?(?:is|:|은|는|：))?\s?[A-Za-z]{{0,4}}[-/]?\d[\dA-Za-z/-]{{2,14}}(?![A-Za-z0-9])
    )
    | (?P<phone>
        (?<![\w.])(?:\+\d{{1,3}}[\s.-]?\(?\d{{1,5}}\)?|\(?0\d{{1,4}}\)?)(?:[\s.{_DASH[1:-1]}]{{0,2}}\d{{3,4}}){{2}}(?:[\s.-]?\d{{3}})?(?!\w)
      | (?<![\w.])\+\d{{1,3}}[\s.-]?\(0\)[\s.-]?\d{{2,5}}(?:[\s.-]?\d{{3,4}}){{1,2}}(?!\w)
      | (?<![\w.])(?:\+44[\s.-]?\d|0)\d{{3,4}}[\s.-]\d{{5,6}}(?!\w)
      | (?:\bext(?:ension|\.)?|내선)(?:\s?번호)?\s?:?\s?\d{{3,5}}(?!\w)
    )
    | (?P<account>
        {_SITES}\s?{_ACCOUNT_WORD}?\s?{_IS}?\s?@?(?=[A-Za-z0-9._-]{{0,29}}[0-9_.@-]){_HANDLE}
      | {_SITES}\s?{_ACCOUNT_WORD}\s?{_IS}?\s?@?{_HANDLE}
      | {_SITES}\s?(?::|=|：)\s?@?{_HANDLE}
      | (?<![\w.@/])@(?!{_AT_RULES})(?-i:[a-z0-9_][a-z0-9_.]{{2,29}})(?![\w/(])
    )
    """,
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)


def by_shape(text: str) -> list[Found]:
    """Everything in a text that its shape gives away, in order and not overlapping."""
    found = []
    for match in _SHAPES.finditer(text):
        kind = Kind.EMAIL if match.lastgroup == "spoken" else Kind(match.lastgroup or "")
        end = match.end() - _trailing(match.group()) if kind in (Kind.URL, Kind.ACCOUNT, Kind.EMAIL) else match.end()
        found.append(Found(kind, match.start(), end))
    return found


def _trailing(text: str) -> int:
    """How many marks at the end belong to the sentence."""
    return len(text) - len(text.rstrip(".,;:!?)]}'\"…"))
