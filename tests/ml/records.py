"""Small records and a small bilingual lexicon for the matcher's tests."""

from __future__ import annotations

from typing import Any

from ml.concepts import SkillLexicon
from ml.schema import HeldSkill, OpportunityRecord, ProfileRecord, RecordText, RequiredSkill

ALIASES = (
    ("accessibility", "en", "Accessibility"),
    ("accessibility", "en", "WCAG"),
    ("accessibility", "ko", "웹 접근성"),
    ("user-research", "en", "user research"),
    ("user-research", "en", "user stories"),
    ("user-research", "ko", "사용자 조사"),
    ("data-engineering", "en", "Spark"),
    ("data-engineering", "en", "data pipelines"),
    ("data-engineering", "en", "SQL"),
    ("data-engineering", "ko", "데이터 파이프라인"),
    ("data-science", "en", "R"),
    ("data-science", "en", "data analysis"),
    ("data-science", "en", "SQL"),
    ("data-science", "ko", "데이터분석"),
    ("data-science", "ko", "R 활용"),
    ("analysis", "en", "analysis"),
    ("analysis", "ko", "분석"),
    ("agile", "en", "lean"),
    ("agile", "en", "agile delivery"),
    ("agile", "ko", "린"),
    ("agile", "ko", "애자일·린 실천"),
    ("service-design", "en", "user-centred design"),
    ("service-design", "en", "Programme organisation"),
    ("service-design", "ko", "서비스 디자인"),
    ("architecture", "en", "EA"),
    ("architecture", "ko", "전사 아키텍처"),
)

ENGLISH_RESEARCH = """I led user research for a benefits service: planned interviews, ran usability sessions with
people who use screen readers, and turned what we saw into user stories. I audited pages against WCAG and trained
designers."""
ENGLISH_PIPELINES = """Built data pipelines that load tax records every night, moved reporting from spreadsheets to a
warehouse, and wrote SQL for performance reports. Kept the platform running during peaks and documented each release."""
KOREAN_RESEARCH = """복지 서비스의 사용자 조사를 맡아 면담을 계획하고 화면 낭독기 이용자와 사용성 평가를 진행했습니다.
웹접근성 진단을 하고 개선 과제를 정리하여 디자이너에게 교육하였습니다. 현장 의견을 모아 서비스 개편에 반영했습니다."""
KOREAN_PIPELINES = """국세 자료를 매일 적재하는 데이터 파이프라인을 구축하고 보고 체계를 자동화했습니다.
데이터분석팀과 함께 성과 지표를 설계하고 운영 장애에 대응하는 절차를 문서로 남겼습니다."""
ENGLISH_RESEARCH_POST = """We need somebody to plan and run user research with people who use assistive technology,
audit our service against WCAG, write user stories with the delivery team and coach designers in
inclusive interviews."""
KOREAN_RESEARCH_POST = """장애인 이용자를 대상으로 사용자 조사를 계획하고 면담과 사용성 평가를 진행할 분을 찾습니다.
웹 접근성을 진단하고 개선 과제를 제시하며 디자이너를 교육하게 됩니다. 서비스 개편에 의견을 반영합니다."""
ENGLISH_PIPELINES_POST = """Join us to build data pipelines for customs records, load them into our warehouse every
night, tune SQL for reporting and keep the platform running during peaks, with clear documentation of each release."""


def lexicon() -> SkillLexicon:
    return SkillLexicon(ALIASES)


def profile(profile_id: str, *texts: str, country: str = "KR", **values: Any) -> ProfileRecord:
    return ProfileRecord(profile_id, country, texts=tuple(RecordText("en", text) for text in texts), **values)


def post(post_id: str, *texts: str, country: str = "GB", **values: Any) -> OpportunityRecord:
    return OpportunityRecord(post_id, country, texts=tuple(RecordText("en", text) for text in texts), **values)


def holds(**levels: int | None) -> tuple[HeldSkill, ...]:
    """Return held skills by id (with _ for -) and level."""
    return tuple(HeldSkill(name.replace("_", "-"), level) for name, level in levels.items())


def asks(**levels: int) -> tuple[RequiredSkill, ...]:
    """Return essential skills by id (with _ for -) and level."""
    return tuple(RequiredSkill(name.replace("_", "-"), level) for name, level in levels.items())


def people() -> list[ProfileRecord]:
    return [
        profile("en-research", ENGLISH_RESEARCH, country="GB", skills=holds(user_research=3, accessibility=2)),
        profile("en-pipelines", ENGLISH_PIPELINES, country="GB", skills=holds(data_engineering=3)),
        profile("ko-research", KOREAN_RESEARCH, skills=holds(user_research=3, accessibility=3)),
        profile("ko-pipelines", KOREAN_PIPELINES, skills=holds(data_engineering=2, data_science=2)),
        profile("ko-silent", skills=holds(service_design=4)),
    ]


def posts() -> list[OpportunityRecord]:
    return [
        post("gb-research", ENGLISH_RESEARCH_POST, skills=asks(user_research=3, accessibility=3)),
        post("gb-pipelines", ENGLISH_PIPELINES_POST, skills=asks(data_engineering=3)),
        post("kr-research", KOREAN_RESEARCH_POST, country="KR", skills=asks(user_research=3, accessibility=2)),
    ]
