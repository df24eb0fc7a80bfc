"""Human judgement, the matcher's inputs and its switch."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tests.probe.browser import Browser, Form, Page
from tests.probe.promises import Visit, promise

BANDS = re.compile(r"(Strong|Good|Possible|Weak) match|of 100 points|강한|양호", re.IGNORECASE)
REASON = "Every essential skill of the post is missing or two levels short in what this person wrote."


def waiting_posts(reviewer: Browser) -> list[Form]:
    """Forms that begin a shortlist, one for each post in the queue."""
    return [form for form in reviewer.get("/matching/queue").forms if form.action.endswith("/shortlist")]


def begin(reviewer: Browser, most: int = 6) -> Page:
    """First views of the first post with somebody to look at."""
    for form in waiting_posts(reviewer)[:most]:
        page = reviewer.follow(reviewer.post(form.action, form.values))
        if any(name.endswith("-view") for form in page.forms for name in form.names):
            return page
    raise LookupError("nobody waits for a review")


def give_views(reviewer: Browser, page: Page) -> Page:
    names = [name for name in page.form("then").names if name.endswith("-view")]
    answer = reviewer.submit(page, "then", button="Save my first views", **dict.fromkeys(names, "unsure"))
    return reviewer.follow(answer)


def card_forms(page: Page) -> list[Form]:
    return [form for form in page.forms if "/cards/" in form.action]


@promise("M3", "no score before the reviewer's own first view, then both are kept")
def first_view(visit: Visit) -> str:
    reviewer = visit.person("admin_uk")
    queue = reviewer.get("/matching/queue")
    assert not re.search(r"of 100 points", queue.html), "the queue shows scores"
    page = begin(reviewer)
    assert not BANDS.search(page.text), f"the first page shows {BANDS.search(page.text)}"
    views = [name for name in page.form("then").names if name.endswith("-view")]
    assert 1 <= len(views) <= 6, f"{len(views)} cards"
    assert not any(name in dict(page.form("then").values) for name in views), "a view is chosen beforehand"
    without = reviewer.submit(page, "then", button="Save my first views")
    assert without.status in (200, 422), "first views can be left out"
    after = give_views(reviewer, reviewer.get(page.url))
    assert BANDS.search(after.text), "nothing is shown after the first view"
    return f"{len(views)} cards: views first, then bands"


@promise("M4", "an answer needs a written reason, and there is no yes for many at once")
def reasons(visit: Visit) -> str:
    reviewer = visit.person("admin_uk")
    page = give_views(reviewer, begin(reviewer))
    form = card_forms(page)[0]
    names = {name.rsplit("-", 1)[-1]: name for name in form.names}
    assert not dict(form.values).get(names["answer"]), "an answer is chosen beforehand"
    code = next(value for value in form.choices[names["reason"]] if "level" in value or "missing" in value)

    def answer(note: str) -> Page:
        given = {names["answer"]: "no", names["reason"]: code, names["note"]: note}
        values = [item for item in form.values if item[0] not in given]
        return reviewer.post(form.action, [*values, *given.items()])

    assert answer("").status in (200, 409, 422), "no written reason was asked"
    assert answer("......................").status in (200, 409, 422), "dots are taken for a reason"
    assert answer(REASON).status in (302, 303), "a good reason is refused"
    bulk = [("csrf_token", dict(form.values)["csrf_token"]), *(("cards", str(number)) for number in range(40))]
    base = urlsplit(page.url).path
    for path in (f"{base}/approve", f"{base}/accept", base, "/matching/queue", "/matching/review"):
        assert reviewer.post(path, [*bulk, ("answer", "yes")]).status in (400, 404, 405), f"{path} took forty"
    return "no reason, dots: refused; written: kept; forty at once: refused"


@promise("M5", "everybody eligible can be reached, without names or scores")
def everyone(visit: Visit) -> str:
    reviewer = visit.person("admin_uk")
    post = re.search(r"/review/posts/([0-9a-f-]{36})", reviewer.get("/matching/queue").html)
    assert post, "no post in review"
    page = reviewer.get(f"/review/posts/{post.group(1)}/everyone")
    assert page.status == 200
    assert not re.search(r"of 100 points", page.html)
    return page.heading.strip()[:80]


@promise("M7", "reviewers see how their reviews go")
def report(visit: Visit) -> str:
    page = visit.person("admin_uk").get("/review/report")
    assert page.status == 200
    assert visit.person("hr_uk").get("/review/report").status == 403
    return page.heading.strip()


@promise("M2", "language, names and form of address change no ranking")
def inputs(visit: Visit) -> str:
    person = visit.person("civil_servant_uk")

    def ranking() -> list[str]:
        return [href for _, href in person.get("/matching/for-you").links if re.search("for-you/[0-9a-f]{8}-", href)]

    def rename(name: str, address: str) -> None:
        answer = person.submit(
            person.get("/account/names"), "name_home", name_home=name, name_romanised=name, form_of_address=address
        )
        assert answer.status in (302, 303), answer.status

    before = ranking()
    assert before, "nothing is ranked"
    rename("Guillermina Vandersloot", "Professor Dame")
    changed = ranking()
    person.submit(person.get("/home"), "/language", language="ko")
    in_korean = ranking()
    person.submit(person.get("/home"), "/language", language="en")
    rename("Rowan Thistledown", "Rowan")
    assert before == changed == in_korean, "the order changed"
    return f"{len(before)} posts in the same order"


@promise("M10", "equality questions are optional, one's own, and can be deleted")
def equality(visit: Visit) -> str:
    person = visit.person("civil_servant_uk")
    page = person.get(person.get("/my-data/held/equality").link("Go to the equality questions"))
    assert page.status == 200
    admin = visit.person("admin_uk").get(page.url)
    assert "Rowan" not in admin.text
    return page.heading.strip()


@promise("M11", "a person asks why, and gets a coded answer; a decision can be contested")
def why_not(visit: Visit) -> str:
    person = visit.person("civil_servant_uk")
    posts = [href for _, href in person.get("/opportunities/").links if re.search("/opportunities/[0-9a-f]{8}-", href)]
    for href in posts:
        page = person.get(href)
        asked = [link for words, link in page.links if "why" in words.lower()]
        if asked:
            answer = person.get(asked[0])
            assert answer.status == 200
            assert len(answer.text) > 100
            return answer.heading.strip()[:80]
    raise LookupError("no post says how to ask why")


@promise("M14", "the notice on AI-assisted matching is versioned and open to all, in both languages")
def notice(visit: Visit) -> str:
    english, korean = visit.stranger().get("/how-matching-works"), visit.stranger("ko").get("/how-matching-works")
    assert (english.status, korean.status, korean.language) == (200, 200, "ko")
    assert len(re.findall("[가-힣]", korean.text)) > 300
    person = visit.person("civil_servant_uk").get("/my-data/held/notices_read")
    assert person.status == 200
    return person.text[:60]


@promise("M18", "one command turns the matcher off; people go on by hand")
def switch(visit: Visit) -> str:
    off = visit.service.flask("match", "disable", "--reason", "probing the switch")
    assert off.returncode == 0, off.stderr[-300:]
    try:
        reviewer = visit.person("admin_uk")
        assert "off" in reviewer.get("/matching/queue").text
        assert waiting_posts(reviewer) or reviewer.get("/matching/queue").status == 200
        person = visit.person("civil_servant_uk")
        assert not BANDS.search(person.get("/matching/for-you").text), "scores are shown while it is off"
        assert "paused" in visit.stranger().get("/transparency/").text.lower(), "the record does not say so"
        post = re.search(r"/opportunities/([0-9a-f-]{36})", person.get("/opportunities/").html)
        assert post, "no post to read"
        assert person.get(f"/opportunities/{post.group(1)}").status == 200
    finally:
        on = visit.service.flask("match", "enable", "--reason", "probe is over")
        assert on.returncode == 0, on.stderr[-300:]
    return "queue, For you and the transparency record say so; on again"
