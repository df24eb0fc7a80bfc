"""Translators' work: what waits, side by side, draft, checked, and what follows from it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, LawfulBasis, Opportunity, Profile, ProfileBasis, ProfileText
from models.types import Country, Language, OpportunityStatus, ProfileStatus, TextState
from talent import events, texts
from talent.db import transaction
from talent.errors import Forbidden, Invalid, StaleRecord
from talent.framework.dated import row_in_force
from talent.opportunities import answers, drafting
from talent.opportunities import services as posts
from talent.texts import TextStatus
from talent.translations import queries, services
from tests.support import build
from tests.support.build_opportunities import opportunity, published
from tests.support.mail import Mailbox

ENGLISH_ONLY = {"title_en": "Court data engineer", "description_en": "You build pipelines."}


def profile(session: Session, content: str = "I ran a team of eight.", lang: Language = Language.EN) -> Profile:
    owner = build.civil_servant(session)
    with transaction(session):
        row = Profile(user_id=owner.id, organisation_id=owner.organisation_id, status=ProfileStatus.ACTIVE)
        row.texts = [ProfileText(field="experience", lang=lang, content=content, state=TextState.ORIGINAL)]
        showing = row_in_force(session, LawfulBasis, "showing-abroad", country="GB")
        assert showing is not None
        row.bases = [ProfileBasis(purpose=showing.purpose, lawful_basis_id=showing.id, agreed=True)]
        session.add(row)
    return row


@pytest.mark.database
def test_the_queue_lists_what_is_awaited_stale_or_unchecked(session: Session) -> None:
    awaited = opportunity(session, texts=ENGLISH_ONLY, status=OpportunityStatus.SUBMITTED)
    opportunity(session, texts=ENGLISH_ONLY)  # drafts do not wait for translators
    published(session)  # checked: nothing to do
    stale = published(session)
    with transaction(session):
        texts_of = {(row.field, row.lang): row for row in stale.texts}
        texts_of["title", Language.EN].content = "A new title"
    person = profile(session, "저는 데이터를 다룹니다.", Language.KO)
    found = {(entry.owner_id, entry.target): entry for entry in queries.queue(session).entries}
    assert set(found) == {(awaited.id, Language.KO), (stale.id, Language.KO), (person.id, Language.EN)}
    assert found[awaited.id, Language.KO].state is TextStatus.AWAITED
    assert found[stale.id, Language.KO].state is TextStatus.STALE
    assert found[awaited.id, Language.KO].characters == sum(len(text) for text in ENGLISH_ONLY.values())
    assert queries.queue(session, target=Language.EN).total == 1
    assert queries.queue(session, state=TextStatus.STALE).total == 1


def test_a_translator_drafts_checks_and_the_author_is_told(
    session: Session, sign_in: Any, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setitem(events._handlers, events.OpportunityChanged, [lambda _session, event: seen.append(event)])
    author = build.hr(session)
    post = published(session, author=author, texts=ENGLISH_ONLY)
    translator = build.translator(session, country=Country.KR, language=Language.KO)
    visitor = sign_in(translator)
    page = visitor.page("translations.queue")
    assert page.heading == "번역"
    page = page.click("Court data engineer")
    assert 'lang="en">You build pipelines.' in page.html
    answer = page.submit(button="검토 완료", text_title="법원 데이터 엔지니어", text_description="")
    assert answer.errors() == ["번역문을 입력하십시오"]
    page = page.submit(button="초안으로 저장", text_title="법원 데이터 엔지니어", text_description="").follow()
    assert "번역 초안을 저장했습니다" in page.text
    session.expire_all()
    assert texts.status(post.texts, "title", Language.KO) is TextStatus.DRAFT
    assert texts.status(post.texts, "description", Language.KO) is TextStatus.AWAITED
    assert not [letter for letter in mailbox.letters(author.email) if "translation" in letter.subject]
    page = page.submit(button="검토 완료", text_description="데이터 파이프라인을 만듭니다.").follow()
    assert "번역을 기다리는 글이 없습니다" in page.text
    session.expire_all()
    row = texts.version(post.texts, "description", Language.KO)
    assert row is not None
    assert (row.state, row.checked_by_id, row.written_by_id) == (TextState.CHECKED, translator.id, translator.id)
    assert mailbox.last(author.email).subject == "The translation of your post was checked"
    assert len(seen) == 2
    actions = list(
        session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.startswith("translation.")).order_by(AuditEntry.id)
        )
    )
    assert actions == ["translation.draft", "translation.checked"]
    reader = sign_in(build.civil_servant(session, country=Country.KR, language=Language.KO))
    assert "데이터 파이프라인을 만듭니다." in reader.page("opportunities.view", opportunity_id=post.id).text


def test_a_translated_post_can_be_published(session: Session) -> None:
    author = build.hr(session)
    post = opportunity(session, author=author, texts=ENGLISH_ONLY)
    posts.submit(session, actor=author, opportunity_id=post.id)
    approver = build.hr(session, organisation=author.organisation)
    with pytest.raises(Invalid):
        posts.publish(session, actor=approver, opportunity_id=post.id)
    services.mark_checked(
        session,
        actor=build.administrator(session),
        kind="post",
        owner_id=post.id,
        target=Language.KO,
        contents={"title": "제목", "description": "설명"},
    )
    posts.publish(session, actor=approver, opportunity_id=post.id)


def test_a_checked_text_comes_back_when_its_original_changes(session: Session) -> None:
    post = published(session)
    assert queries.queue(session).total == 0
    given = answers.Texts(
        original=Language.EN,
        title_en="Another title",
        description_en="You improve how families apply.",
        title_ko="학교 급식 서비스 디자이너",
        description_ko="가정의 신청 절차를 개선합니다.",
    )
    drafting.save_texts(session, actor=post.author, opportunity_id=post.id, given=given)  # type: ignore[arg-type]
    (entry,) = queries.queue(session).entries
    assert (entry.owner_id, entry.state) == (post.id, TextStatus.STALE)


def test_a_profile_text_is_translated_without_saying_whose_it_is(
    session: Session, sign_in: Any, mailbox: Mailbox
) -> None:
    person = profile(session)
    owner = person.user
    assert owner is not None
    visitor = sign_in(build.translator(session))
    page = visitor.page("translations.queue").click("Profile: experience")
    for words in (owner.name_home, owner.email, owner.organisation.name_en if owner.organisation else "-"):
        assert words not in page.html
    page.submit(button="Mark as checked", text_experience="여덟 명의 팀을 이끌었습니다.").follow()
    session.expire_all()
    row = texts.version(person.texts, "experience", Language.KO)
    assert row is not None
    assert row.state is TextState.CHECKED
    assert mailbox.last(owner.email).subject == "Your experience has been translated"


def test_two_translators_meet(session: Session, sign_in: Any) -> None:
    post = published(session, texts=ENGLISH_ONLY)
    address = {"kind": "post", "owner_id": post.id, "target": "ko"}
    mine, theirs = (sign_in(build.translator(session)).page("translations.edit", **address) for _person in range(2))
    whole = {"text_title": "첫 제목", "text_description": "첫 설명"}
    assert theirs.submit(button="Keep as a draft", **whole).status_code == 302
    page = mine.submit(button="Keep as a draft", **{**whole, "text_title": "다른 제목"})
    assert page.status_code == 409
    assert "다른 제목" in page.text
    assert "첫 제목" in page.text
    assert theirs.submit(button="Keep as a draft", **whole).status_code == 302  # sent twice: nothing new
    with pytest.raises(StaleRecord):
        services.save_draft(
            session,
            actor=build.translator(session),
            kind="post",
            owner_id=post.id,
            target=Language.KO,
            contents={"title": "셋째"},
            seen="old",
        )


def test_who_reaches_the_queue(session: Session, sign_in: Any) -> None:
    post = published(session, texts=ENGLISH_ONLY)
    draft = opportunity(session, texts=ENGLISH_ONLY)
    for person in (build.hr(session), build.civil_servant(session)):
        visitor = sign_in(person)
        assert visitor.page("translations.queue").status_code == 403
        assert visitor.page("translations.edit", kind="post", owner_id=post.id, target="ko").status_code == 403
        with pytest.raises(Forbidden):
            services.save_draft(
                session, actor=person, kind="post", owner_id=post.id, target=Language.KO, contents={"title": "가"}
            )
    visitor = sign_in(build.translator(session))
    for owner_id, target in ((draft.id, "ko"), (uuid4(), "ko"), (post.id, "en")):
        page = visitor.page("translations.edit", kind="post", owner_id=owner_id, target=target)
        assert page.status_code == 404
    assert visitor.page("translations.edit", kind="profile", owner_id=post.id, target="ko").status_code == 404


def test_texts_that_cannot_be_kept(session: Session, sign_in: Any) -> None:
    post = published(session, texts=ENGLISH_ONLY)
    visitor = sign_in(build.translator(session))
    page = visitor.page("translations.edit", kind="post", owner_id=post.id, target="ko")
    long = page.submit(button="Keep as a draft", text_title="x" * 151, text_description="y" * 1_000_000)
    assert len([line for line in long.errors() if "characters or fewer" in line]) == 2
    broken = page.submit(button="Keep as a draft", text_title="\x00", text_description="kept")
    assert any("cannot be shown" in line for line in broken.errors())
    assert "kept" in broken.html
    for query in ("page=x", "state=%00", "target=fr", "page=9999999"):
        assert visitor.get(f"/translations/?{query}").status_code == 200


def test_the_queue_runs_a_fixed_number_of_statements(session: Session, sign_in: Any, statements: list[str]) -> None:
    visitor = sign_in(build.translator(session))
    published(session, texts=ENGLISH_ONLY)
    profile(session)

    def count() -> int:
        visitor.page("translations.queue")
        statements.clear()
        visitor.page("translations.queue")
        return len(statements)

    before = count()
    assert before <= 14
    for _more in range(4):
        published(session, texts=ENGLISH_ONLY)
        profile(session)
    assert count() == before
    assert session.scalars(select(Opportunity)).all()
