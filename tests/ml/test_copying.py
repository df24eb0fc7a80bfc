"""Copied passages: what is taken from the other text is found where it stands, and honest texts stay untouched."""

from __future__ import annotations

import json
import random
import re
import time
import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from ml.copying import Traces, blanked, candidates, copied, copied_between, repeated

ENGLISH_POST = (
    "Service designer, Coastal Permits Office. You will map the whole journey of a small harbour business from first "
    "enquiry to inspection, run workshops with licensing officers and fishers, sketch alternatives to paper forms, and "
    "agree measures of success with finance colleagues. You have led redesign of a service across several channels "
    "and can explain trade-offs to senior managers. Experience with accessibility audits, journey mapping, mock-ups, "
    "facilitation, stakeholder engagement, tendering and content guidelines is welcome."
)
ENGLISH_PERSON = (
    "For four years I looked at how people apply for disabled parking. I sat with callers, drew every letter and "
    "telephone call on one wall, and tried cheaper ways of doing the same thing with the staff who open the post. "
    "We now ask for eleven facts where we used to ask for forty, and fewer people give up."
)
KOREAN_POST = (
    "담당 업무: 소상공인이 처음 문의할 때부터 점검을 받을 때까지의 전 과정을 그림으로 정리하고, 인허가 담당자와 "
    "함께 현장 토론을 운영하며, 종이 서식을 대신할 대안을 만들어 시험합니다. 여러 창구에 걸친 서비스를 개편해 본 "
    "경험이 필요하며, 웹 접근성 점검, 고객 여정 분석, 화면 시제품 제작, 이해관계자 조정, 제안요청서 작성, 사용자 "
    "면담, 통계 분석, 예산 협의 능력을 우대합니다."
)
KOREAN_PERSON = (
    "장애인 주차표지 발급 업무를 4년간 맡으면서 민원실 창구에 앉아 신청인과 직원의 대화를 듣고 불편한 점을 "
    "모았습니다. 읍면동 직원들과 벽에 처리 절차를 붙여 놓고 빠뜨려도 되는 서류를 하나씩 떼어 냈으며, 그 결과 "
    "구비서류를 열한 종에서 네 종으로 줄였습니다."
)


def quoted(text: str, profile: str) -> list[str]:
    return [profile[span.start : span.end] for span in copied([profile], [text]).profile_spans]


@pytest.mark.parametrize(("person", "post"), [(ENGLISH_PERSON, ENGLISH_POST), (KOREAN_PERSON, KOREAN_POST)])
def test_a_pasted_post_is_found_and_the_rest_stays(person: str, post: str) -> None:
    profile = f"{person}\n{post}"
    found = copied([profile], [post])
    kept = blanked([profile], found.profile_spans)[0]
    assert found.share > 0.4
    assert kept.startswith(person)
    assert len(kept) == len(profile)
    assert len(kept[len(person) :].strip()) < 0.1 * len(post)


@pytest.mark.parametrize(("person", "post"), [(ENGLISH_PERSON, ENGLISH_POST), (KOREAN_PERSON, KOREAN_POST)])
def test_honest_texts_have_no_copied_passage(person: str, post: str) -> None:
    assert copied([person], [post]).profile_spans == ()
    assert copied([post], [person]).profile_spans == ()
    assert repeated([person, post]).profile_spans == ()


def test_case_punctuation_spacing_particles_and_composition_play_no_part() -> None:
    passage = "MAP, the WHOLE journey - of small harbour business; first enquiry / inspection: run workshops"
    assert quoted(ENGLISH_POST, f"{ENGLISH_PERSON} {passage}.") == [passage.removesuffix("s") + "s"]
    korean = "소상공인 처음 문의 때부터 점검 받을때까지 전과정 그림 정리, 인허가담당자 함께 현장토론 운영"
    forms: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
    for form in forms:
        profile = unicodedata.normalize(form, f"{KOREAN_PERSON} {korean}")
        assert copied([profile], [KOREAN_POST]).share > 0.15


def test_a_changed_word_here_and_there_does_not_hide_a_copy() -> None:
    words = ENGLISH_POST.split()
    for place in range(5, len(words), 9):
        words[place] = "really"
    assert copied([ENGLISH_PERSON + " ".join(words)], [ENGLISH_POST]).share > 0.4


@pytest.mark.parametrize(("person", "post"), [(ENGLISH_PERSON, ENGLISH_POST), (KOREAN_PERSON, KOREAN_POST)])
@pytest.mark.parametrize("separator", [", ", " ", "\n- "])
def test_a_shuffled_list_of_the_posts_terms_is_found(person: str, post: str, separator: str) -> None:
    terms = [word for word in dict.fromkeys(re.findall(r"\w{2,}", post)) if word.lower() not in {"you", "will", "with"}]
    random.Random(4).shuffle(terms)
    listed = separator.join(terms[:40])
    found = copied([f"{person}\n{listed}"], [post])
    assert found.profile_spans
    assert min(span.start for span in found.profile_spans) >= len(person) - 1
    assert sum(span.end - span.start for span in found.profile_spans) > 0.6 * len(listed)


def test_an_honest_list_of_tools_is_not_a_copy() -> None:
    honest = (
        "Tools I use: Python, SQL, R, Tableau, Git, Figma, Jira, Excel, PowerPoint, Miro, QGIS, Stata, SPSS, Looker"
    )
    post = (
        "We work with Python, SQL, Tableau, Airflow, dbt, BigQuery, Git, Terraform, Docker and Looker in small teams."
    )
    assert copied([honest], [post]).profile_spans == ()


@pytest.mark.parametrize("term", ["agile", "데이터분석", "user research", "agile, scrum, kanban", "사용자 조사"])
@pytest.mark.parametrize("separator", [" ", ", ", ".\n"])
def test_a_term_repeated_without_end_says_nothing(term: str, separator: str) -> None:
    text = f"{ENGLISH_PERSON} {separator.join([term] * 500)}"
    kept = blanked([text], repeated([text]).profile_spans)[0]
    assert kept.startswith(ENGLISH_PERSON)
    assert term not in kept[len(ENGLISH_PERSON) :]
    assert len(kept) == len(text)


def test_a_term_repeated_a_few_times_counts_once() -> None:
    text = "We test, test, test, test, test, test and mend."
    kept = blanked([text], repeated([text]).profile_spans)[0]
    assert " ".join(kept.split()) == "We test, and mend."


def test_a_paragraph_that_stands_there_before_counts_once() -> None:
    found = repeated([ENGLISH_PERSON, ENGLISH_PERSON, KOREAN_PERSON + "\n" + KOREAN_PERSON])
    kept = blanked([ENGLISH_PERSON, ENGLISH_PERSON, KOREAN_PERSON + "\n" + KOREAN_PERSON], found.profile_spans)
    assert kept[0] == ENGLISH_PERSON
    assert len(kept[1].split()) < 8
    assert len(kept[2].split()) < len(KOREAN_PERSON.split()) + 5


def test_candidates_leave_out_no_pair_with_a_copy() -> None:
    posts = [Traces.of([text]) for text in (ENGLISH_POST, KOREAN_POST, ENGLISH_PERSON)]
    terms = ", ".join(sorted(set(re.findall(r"\w{4,}", ENGLISH_POST))))
    people = [Traces.of([text]) for text in (ENGLISH_PERSON, KOREAN_PERSON + KOREAN_POST[:120], terms, "", "agile")]
    chosen = candidates(people, posts)
    found = {(i, j) for i, mine in enumerate(people) for j, post in enumerate(posts)
             if copied_between(mine, post).profile_spans}  # fmt: skip
    assert found <= set(chosen)
    assert found == {(0, 2), (1, 1), (2, 0)}
    assert len(chosen) < len(people) * len(posts) / 2


@pytest.mark.parametrize("text", ["", "\x00", "\ud800 a", "a", "ㅏ" * 50, "가" * 50_000, "a " * 50_000, "́" * 9000])
def test_odd_texts_are_read_in_linear_time(text: str) -> None:
    start = time.thread_time()
    assert 0 <= copied([text], [text]).share <= 1
    assert 0 <= repeated([text]).share <= 1
    assert time.thread_time() - start < 5


def test_honest_sample_people_are_not_flagged() -> None:
    folder = Path(__file__).parents[2] / "data" / "sample"
    people = json.loads((folder / "profiles.json").read_text("utf-8"))
    posts = json.loads((folder / "opportunities.json").read_text("utf-8"))
    mine = [Traces.of([item["text"] for item in person["experience"]]) for person in people]
    theirs = [Traces.of([text for text in post["texts"]["description"].values() if text]) for post in posts]
    flagged = [
        pair for pair in candidates(mine, theirs) if copied_between(mine[pair[0]], theirs[pair[1]]).profile_spans
    ]
    assert len(flagged) < 0.02 * len(mine) * len(theirs)
