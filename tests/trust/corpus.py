"""A seeded corpus for masking: sentences of officials in both languages, with and without what gives a person away.

The sentences are our own. Positives are made by putting a secret into a carrier sentence; negatives are honest
sentences full of numbers, dates, product names, domains and words that look like names.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

SEED = 20270301


@dataclass(frozen=True)
class Owner:
    """A person as the account knows them."""

    home: str
    romanised: str

    @property
    def names(self) -> tuple[str, str]:
        return self.home, self.romanised


@dataclass(frozen=True)
class Planted:
    """A sentence, its owner, and the words that must be gone from it."""

    text: str
    owner: Owner
    secrets: tuple[str, ...]
    kind: str


OWNERS = (
    Owner("홍길동", "Gil-dong Hong"),
    Owner("김서연", "Seoyeon Kim"),
    Owner("남궁민수", "Minsu Namgung"),
    Owner("박지훈", "Park Ji-hoon"),
    Owner("이하늘빛", "Haneulbit Lee"),
    Owner("허준", "Jun Heo"),
    Owner("Marigold Quillfeather", "Marigold Quillfeather"),
    Owner("Siân Llewellyn-Reese", "Sian Llewellyn-Reese"),
    Owner("Oluwaseun Adebayo Whitlock", "Oluwaseun Adebayo Whitlock"),
    Owner("Tadhg O’Rourke", "Tadhg O’Rourke"),
    Owner("김지원", "Jiwon Kim"),  # the given name is an everyday word: support
    Owner("Grace Hopewell", "Grace Hopewell"),  # so is this one
)
KOREAN_FORMS = (
    "{n}입니다.", "{n}이 맡았습니다.", "{n}은 팀을 이끌었습니다.", "{n}의 업무였습니다.", "{n}님께서 발표했습니다.",
    "{n}씨와 함께했습니다.", "{n}에게 문의하십시오.", "{n} 주무관이 담당했습니다.", "{n}과장으로 근무했습니다.",
)  # fmt: skip
EVERYDAY, TITLES = ("지원",), ("님", "씨", "주무관", "과장")
"""A given name that is a word of every office is a name only before a title, or with the family name."""
KOREAN_CARRIERS = (
    "저는 {s}",
    "2023년 이 사업은 {s}",
    "(담당: {s})",
    "“{s}”",
    "민원 개선 과제에서 {s} 성과가 컸습니다.",
)
ENGLISH_FORMS = (
    "I am {n}.", "{n} led the team.", "It was {n}'s project.", "Contact {n}, please.", "By {n}: a new form.",
    "{n}’s note was used.", "Signed, {n}", "({n})",
)  # fmt: skip
PATTERNS: dict[str, tuple[str, ...]] = {
    "email": (
        "s.kim@korea.kr", "first.last+tag@digital.example.gov.uk", "hong_gd@mois.go.kr", "a@b.example",
        "kim (at) korea.kr", "sian[at]example.org", "m.q@office-17.example", "x1234@naver.com",
        "kim at example dot com", "hong.gd at korea.kr", "hong 골뱅이 korea 점 kr", "hong골뱅이korea.kr",
    ),
    "phone": (
        "010-1234-5678", "01012345678", "02-2100-3399", "044-205-1234", "+82 10 1234 5678", "+82-2-2100-3399",
        "020 7946 0958", "07700 900123", "+44 20 7946 0958", "+44 (0)20 7946 0958", "(020) 7946 0958", "0161 496 0000",
        "031.123.4567", "01632 960 983",
    ),
    "url": (
        "https://example.org/people/17", "http://www.example.com", "www.example.co.uk/me", "linkedin.com/in/someone-17",
        "github.com/some-one", "blog.naver.com/dev17", "someone.github.io", "someone-17.dev", "https://한글.example/path?x=1",
    ),
    "account": (
        "@some_one17", "github: someone17", "카카오톡 아이디: kim1234", "트위터 @dev_kim", "Slack id some.one",
        "인스타그램 my_name.17", "Telegram: someone",
    ),
    "resident_number": ("900101-1234567", "010203-4012345", "851231 - 2******", "9001011234567", "750615-5123456"),
    "insurance_number": ("QQ123456C", "AB 12 34 56 D", "qq 12 34 56 a", "JK-12-34-56-B"),
    "passport": ("M12345678", "M123A4567", "passport no. 123456789", "여권번호 M98765432", "passport: GB1234567"),
    "staff_number": ("staff number 1234567", "사번 20231234", "employee ID AB-12345", "공무원번호: 2019-00123"),
}  # fmt: skip
PATTERN_CARRIERS = (
    "Reach me at {s} in office hours.", "My details: {s}.", "({s})", "연락처는 {s}입니다.", "{s}로 문의해 주십시오.",
    "문의: {s}", "Please use {s}; it is the quickest.",
)  # fmt: skip


def planted_names() -> Iterator[Planted]:
    """Every owner's own names, whole, turned round, in capitals, in parts, with particles, glued on."""
    for owner in OWNERS:
        for name in dict.fromkeys((owner.home, owner.romanised)):
            yield from _korean(owner, name) if _is_hangul(name) else _english(owner, name)


def _korean(owner: Owner, name: str) -> Iterator[Planted]:
    family = name[:2] if name.startswith("남궁") else name[:1]
    given = name.removeprefix(family)
    ways = [name, f"{family} {given}"]
    ways += [given, f"{given} {family}"] if len(given) > 1 else []
    for way in ways:
        for number, form in enumerate(KOREAN_FORMS):
            if way in EVERYDAY and not any(title in form for title in TITLES):
                continue
            carrier = KOREAN_CARRIERS[number % len(KOREAN_CARRIERS)]
            yield Planted(carrier.format(s=form.format(n=way)), owner, (way,), "name")
    if len(name) > 2:
        yield Planted(f"담당자는{name}입니다", owner, (name,), "name")
        yield Planted(f"보고자{name}", owner, (name,), "name")
        yield Planted(f"담당자 {'.'.join(name)}입니다", owner, (".".join(name),), "name")


def _english(owner: Owner, name: str) -> Iterator[Planted]:
    pieces = name.split()
    ways = [name, name.upper(), " ".join(reversed(pieces)), ", ".join((pieces[-1], " ".join(pieces[:-1])))]
    ways += [name.lower(), ".".join(pieces).lower(), "_".join(pieces).lower()]
    ways += [piece for piece in pieces if len(piece) > 1] + [piece.upper() for piece in pieces if len(piece) > 1]
    ways += [
        f"{piece.lower()}.example.kr" for piece in pieces if len(piece) > 3 and piece.isascii() and piece.isalpha()
    ]
    ways += [" ".join(piece) for piece in pieces if len(piece) > 3 and piece.isalpha()]
    for number, way in enumerate(dict.fromkeys(ways)):
        for form in (ENGLISH_FORMS[number % len(ENGLISH_FORMS)], ENGLISH_FORMS[(number + 3) % len(ENGLISH_FORMS)]):
            yield Planted(form.format(n=way), owner, (way,), "name")
        yield Planted(f"{way}가 작성했습니다.", owner, (way,), "name")


def planted_patterns() -> Iterator[Planted]:
    """Each shape in each carrier sentence."""
    for kind, values in PATTERNS.items():
        for value in values:
            for number, carrier in enumerate(PATTERN_CARRIERS):
                yield Planted(carrier.format(s=value), OWNERS[number % len(OWNERS)], (value,), kind)


_ENGLISH_WORK = (
    "led the move of {a} to {b}", "wrote the service standard for {a}", "cut the time for {a} from {n} to {m} days",
    "managed a budget of £{n},{m}00 for {a}", "ran {n} rounds of research about {a} with {b}",
    "rebuilt {a} with {b}, at {p} per cent lower cost", "published {n} dashboards about {a} under GOV.UK guidance",
    "trained {n} colleagues in {b}", "answered {n} requests about {a} between 2019 and 2024",
    "kept {a} at {p}.{d} per cent availability", "reviewed ISO 27001 and WCAG 2.2 findings of {a}",
    "moved {n} tables of {a} from Oracle 11g to PostgreSQL 16", "held version 3.{d}.{p} of {a} until 31/12/2023",
    "checked {a} against section 12(3) of the rules and paragraph 4.{d}",
)  # fmt: skip
_KOREAN_WORK = (
    "{a} 시스템을 {b} 기반으로 전환했습니다", "{a} 처리 기간을 {n}일에서 {m}일로 줄였습니다",
    "예산 {n}억 {m}백만 원 규모의 {a} 사업을 관리했습니다", "{b} 교육을 {n}차례 진행했습니다",
    "2019년 3월부터 2024년 12월까지 {a} 업무를 담당했습니다", "{a} 가용률을 {p}.{d}%로 유지했습니다",
    "민원 {n},{m}00건을 분석하여 {a} 절차를 개선했습니다", "전자정부법 제{n}조에 따라 {a} 기준을 정비했습니다",
    "{b} 도입을 지원하고 보안 정책을 수립했습니다", "지원 업무의 정보 보호 수준을 높이고 성과를 공유했습니다",
    "국정감사 자료 {n}건을 작성하고 {a} 현황을 보고했습니다", "{a} 데이터 {n}만 건을 {b} 형식으로 정리했습니다",
)  # fmt: skip
_ENGLISH_THINGS = (
    "the licence register", "school meals", "the address base", "GOV.UK Notify", "a data catalogue",
    "the land register",
    "case handling", "the pay system", "the Mark scheme", "the Grace period notice",
    "rural transport", "Hope Street pilot",
)  # fmt: skip
_ENGLISH_TOOLS = (
    "Node.js", "Python 3.11", "R and C", "Terraform", "ASP.NET", "Figma", "SQL", "user research", "OpenAPI 3.1",
    "CSS @media rules", "the team at data.gov.uk", "GOV.UK", "Kubernetes 1.29", "plain English",
    "@Override annotations", "C++", "IPv6",
)  # fmt: skip
_KOREAN_THINGS = (
    "민원", "부동산 등기", "급식", "주소 정보", "공공데이터", "복지 급여", "차량 등록", "재난 문자",
    "여권 발급", "인사 관리",
    "국고 보조금", "하늘길 안내", "서연천 정비",
)  # fmt: skip
_KOREAN_TOOLS = (
    "클라우드",
    "PostgreSQL 16",
    "전자결재",
    "데이터 모델링",
    "사용자 조사",
    "파이썬",
    "접근성 점검",
    "API",
    "data.go.kr",
)
_WHO = ("I", "We", "My team", "The unit", "Together with HR, I")


def honest() -> list[tuple[str, Owner]]:
    """More than five hundred sentences in which nothing gives anybody away, each with an owner to look for."""
    chance = random.Random(SEED)
    found: dict[str, None] = {}
    while len(found) < 340:
        work = chance.choice(_ENGLISH_WORK).format(
            a=chance.choice(_ENGLISH_THINGS), b=chance.choice(_ENGLISH_TOOLS), n=chance.randint(2, 950),
            m=chance.randint(2, 99), p=chance.randint(10, 99), d=chance.randint(0, 9),
        )  # fmt: skip
        found[f"{chance.choice(_WHO)} {work}."] = None
    while len(found) < 620:
        work = chance.choice(_KOREAN_WORK).format(
            a=chance.choice(_KOREAN_THINGS), b=chance.choice(_KOREAN_TOOLS), n=chance.randint(2, 950),
            m=chance.randint(2, 99), p=chance.randint(10, 99), d=chance.randint(0, 9),
        )  # fmt: skip
        found[f"{chance.choice(('', '저는 ', '우리 팀은 '))}{work}."] = None
    return [(text, chance.choice(OWNERS)) for text in found]


def _is_hangul(text: str) -> bool:
    return all("가" <= char <= "힣" for char in text)
