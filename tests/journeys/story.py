"""Who acts in the journey of the whole outcome, and what they say: once for each direction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from models import User, utc_now
from models.types import Country, Language
from tests.support import build


def days_ahead(days: int) -> date:
    return utc_now().date() + timedelta(days=days)


@dataclass(frozen=True)
class Story:
    """What is typed. Everything else is the same in both directions."""

    language: str
    sending: Country
    home_domain: str
    name_home: str
    name_romanised: str
    name_order: str
    form_of_address: str
    title: str
    description: str
    title_translated: str
    """Empty where the post is published with the translation awaited."""
    description_translated: str
    post_region: str
    grade_range: tuple[str, str]
    working_language: str
    grade: str
    job_series: str
    region: str
    test: tuple[str, str, str]
    """Language, test and score."""
    search: str
    """What the person types into the search for a skill that the role did not bring."""
    experience: str
    bases: tuple[str, ...]
    """Questions about taking part: the lawful bases of the country."""

    @property
    def email(self) -> str:
        return f"wren@{self.home_domain}"

    @property
    def name_shown(self) -> str:
        """The name as pages show it to readers of this language."""
        return self.name_home if self.language == "ko" else self.name_romanised

    @property
    def manager(self) -> str:
        return f"head.of.unit@{self.home_domain}"


@dataclass
class Cast:
    """Everybody but the civil servant, who has no account yet."""

    author: User
    colleague: User
    home_hr: User
    reviewer: User
    """Administrator of the sending country."""
    host_administrator: User
    organisation_id: str = field(default="")

    @classmethod
    def gather(cls, session: Session, story: Story) -> Cast:
        language = Language(story.language)
        host = build.organisation(session, country=story.sending.other)
        home = build.organisation(session, country=story.sending, domain=story.home_domain)
        return cls(
            author=build.hr(session, organisation=host, language=language),
            colleague=build.hr(session, organisation=host, language=language),
            home_hr=build.hr(session, organisation=home, language=language),
            reviewer=build.administrator(session, country=story.sending, language=language),
            host_administrator=build.administrator(session, country=story.sending.other, language=language),
            organisation_id=home.id,
        )


TO_KOREA = Story(
    language="en",
    sending=Country.GB,
    home_domain="harbour-office.example",
    name_home="Wren Appleyard",
    name_romanised="Wren Appleyard",
    name_order="given_first",
    form_of_address="Ms Appleyard",
    title="Data engineer for open transport data",
    description="Build pipelines that publish open data about buses.\n\nYou work with two engineers and a designer.",
    title_translated="대중교통 개방 데이터 엔지니어",
    description_translated="버스 개방 데이터를 제공하는 파이프라인을 구축합니다.",
    post_region="KR-11",
    grade_range=("KR-6", "KR-5"),
    working_language="en",
    grade="UK-SEO",
    job_series="",
    region="UK-TLI",
    test=("ko", "topik-2", "195"),
    search="accessibility",
    experience="I build data pipelines for harbour statistics and publish them as open data.",
    bases=("taking_part", "showing_abroad"),
)
TO_BRITAIN = Story(
    language="ko",
    sending=Country.KR,
    home_domain="naru-cheong.example",
    name_home="한나루",
    name_romanised="Han Naru",
    name_order="family_first",
    form_of_address="주무관님",
    title="지방 통계 데이터 엔지니어",
    description="지방 통계를 제공하는 데이터 파이프라인을 함께 구축합니다.\n\n영국 동료 두 명과 한 팀으로 일합니다.",
    title_translated="",
    description_translated="",
    post_region="UK-TLI",
    grade_range=("UK-HEO", "UK-G7"),
    working_language="en",
    grade="KR-6",
    job_series="전산직",
    region="KR-50",
    test=("en", "toeic-lr", "905"),
    search="웹 접근성",
    experience="항만 통계 데이터 파이프라인을 구축하고 공공데이터로 개방하는 업무를 맡고 있습니다.",
    bases=("taking_part", "collection", "third_party", "transfer_abroad", "showing_abroad"),
)
