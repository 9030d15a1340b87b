"""Feeds, calendars, the table and the map of the site: public, well formed, cheap to ask for."""

import csv
import io
from datetime import date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone
from icalendar import Calendar

from circulars.models import Circular
from courses import catalogue_table, news
from courses.models import CommitteeDecision, Course, CourseAlias, FormerTitle, RunReschedule
from courses.states import DecisionState, RunState
from tests.factories.accounts import make_user
from tests.factories.courses import make_course, make_institute, make_programme, make_run

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ODD = 'Tom & Jerry <script>alert("x")</script>; a, b\\n \x0b'
EVERY = [
    "/courses/feed.atom",
    "/courses/feed.rss",
    "/courses/calendar.ics",
    "/courses/catalogue.csv",
    "/sitemap.xml",
]


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def calendar_of(client, path="/courses/calendar.ics"):
    return Calendar.from_ical(client.get(path).content)


def events_of(client, path="/courses/calendar.ics"):
    return {str(event["UID"]).split("@")[0]: event for event in calendar_of(client, path).events}


def table_of(client) -> list[dict[str, str]]:
    text = body_of(client.get("/courses/catalogue.csv")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


# --- what holds of each ------------------------------------------------------------------------
@pytest.mark.parametrize("path", EVERY)
def test_anybody_may_keep_it_and_ask_whether_it_still_holds(client, path):
    make_run()
    first = client.get(path)
    body_of(first)

    again = client.get(path, headers={"If-None-Match": first["ETag"]})

    assert first.status_code == 200
    assert first["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in first.headers
    assert not first.cookies
    assert again.status_code == 304


@pytest.mark.parametrize("path", EVERY)
def test_what_changes_is_sent_anew(client, path):
    course = make_run().course
    first = client.get(path)
    body_of(first)

    Course.objects.filter(pk=course.pk).update(
        title="Renamed", updated_at=timezone.now() + timedelta(days=2)
    )
    again = client.get(path, headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 200
    assert b"Renamed" in body_of(again) or path == "/sitemap.xml"


def test_three_hundred_courses_take_few_queries(client, django_assert_max_num_queries):
    institute, programme = make_institute(), make_programme()
    for number in range(300):
        course = make_course(
            title=f"Course {number}", institute=institute, programme=programme, points=None
        )
        make_run(course=course)

    for path in EVERY:
        with django_assert_max_num_queries(9):
            assert len(body_of(client.get(path))) > 10_000, path


@pytest.mark.parametrize("path", EVERY)
def test_an_empty_catalogue_is_no_fault(client, path):
    answer = client.get(path)

    assert answer.status_code == 200
    assert body_of(answer)


@pytest.mark.parametrize("path", [*EVERY, "/courses/c-1/calendar.ics"])
def test_odd_text_breaks_nothing(client, path):
    make_run(course=make_course(code="c-1", title=ODD, title_hi=ODD), name=ODD[:100])

    body = body_of(client.get(path))

    assert b"<script>" not in body or path.endswith((".csv", ".ics"))
    if path.endswith(("atom", "rss", "xml")):
        ElementTree.fromstring(body)  # noqa: S314  our own answer
    if path.endswith("ics"):
        assert Calendar.from_ical(body).events


# --- calendars ---------------------------------------------------------------------------------
def test_a_batch_is_three_days_in_the_calendar(client):
    run = make_run(
        course=make_course(code="poverty", title="Poverty"),
        name="December 2026",
        opens_on=timezone.localdate() - timedelta(days=2),
        closes_on=timezone.localdate() + timedelta(days=8),
        commences_on=timezone.localdate() + timedelta(days=10),
    )

    events = events_of(client)

    assert set(events) == {f"run-{run.pk}-{kind}" for kind in ("opens", "closes", "begins")}
    closes = events[f"run-{run.pk}-closes"]
    assert closes["DTSTART"].dt == run.registration_closes_on
    assert not isinstance(closes["DTSTART"].dt, datetime)
    assert closes["DTEND"].dt == run.registration_closes_on + timedelta(days=1)
    assert "Last day of registration: Poverty, December 2026" in closes["SUMMARY"]
    assert closes["URL"].endswith("/courses/poverty/")
    assert closes["TRANSP"] == "TRANSPARENT"


def test_the_calendar_asks_to_be_looked_at_again(client):
    make_run()

    calendar = calendar_of(client)

    assert calendar["VERSION"] == "2.0"
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=12)


def test_a_moved_batch_moves_in_the_subscribers_calendar(client):
    run = make_run()
    before = events_of(client)
    later = run.commences_on + timedelta(days=30)
    days = {
        f"{name}_{side}": run.commences_on if side == "from" else later
        for name in ("commences", "opens", "closes")
        for side in ("from", "to")
    }
    told = {"reason": "Moved", "reference": "L/1", "rescheduled_by": make_user()}
    RunReschedule.objects.create(run=run, at=timezone.now(), **told, **days)
    run.__class__.objects.filter(pk=run.pk).update(commences_on=later, ends_on=None)

    after = events_of(client)

    assert set(before) == set(after)
    key = f"run-{run.pk}-begins"
    assert after[key]["DTSTART"].dt == later
    assert (before[key]["SEQUENCE"], after[key]["SEQUENCE"]) == (0, 1)


def test_a_withdrawn_batch_is_cancelled_in_the_calendar_and_an_undated_one_has_no_day(client):
    course = make_course()
    gone = make_run(course=course, state=RunState.WITHDRAWN)
    course.runs.create(code="june", name="June batch", state=RunState.ANNOUNCED)

    events = events_of(client)

    assert {event["STATUS"] for event in events.values()} == {"CANCELLED"}
    assert {key.split("-")[1] for key in events} == {str(gone.pk)}


def test_the_calendar_of_a_course_holds_its_own_days_alone(client):
    mine, other = make_run(course=make_course(code="mine")), make_run()

    keys = events_of(client, "/courses/mine/calendar.ics")

    assert all(key.startswith(f"run-{mine.pk}-") for key in keys)
    assert any(key.startswith(f"run-{other.pk}-") for key in events_of(client))


def test_what_is_not_offered_is_in_no_calendar(client):
    make_run(course=make_course(code="hidden", is_published=False))

    assert events_of(client) == {}
    assert client.get("/courses/hidden/calendar.ics").status_code == 404


def test_a_batch_long_begun_has_left_the_calendar(client):
    make_run(commences_on=timezone.localdate() - timedelta(days=31))

    assert events_of(client) == {}


def test_the_calendar_reads_in_the_language_of_its_address(client):
    make_run(course=make_course(title="Poverty", title_hi="निर्धनता"))

    answer = client.get("/courses/calendar.ics?lang=hi")

    assert "निर्धनता" in str(Calendar.from_ical(answer.content).events[0]["SUMMARY"])
    assert answer["Content-Language"] == "hi"
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"


def test_lines_of_the_calendar_are_folded(client):
    make_run(course=make_course(title="निर्धनता " * 16))

    lines = client.get("/courses/calendar.ics").content.split(b"\r\n")

    assert max(len(line) for line in lines) <= 75


# --- feeds -------------------------------------------------------------------------------------
def test_the_feed_tells_of_a_new_course_and_of_a_window_that_closes(client):
    course = make_course(title="Poverty", first_published_at=timezone.now())
    run = make_run(course=course, closes_on=timezone.localdate() + timedelta(days=5))

    feed = ElementTree.fromstring(client.get("/courses/feed.atom").content)  # noqa: S314

    entries = {entry.find(f"{ATOM}id").text: entry for entry in feed.iter(f"{ATOM}entry")}
    assert f"tag:igot,2026:course-{course.pk}" in entries
    closing = entries[f"tag:igot,2026:run-{run.pk}-closes-{run.registration_closes_on:%Y%m%d}"]
    assert closing.find(f"{ATOM}title").text.startswith("Register by ")
    assert closing.find(f"{ATOM}link").get("href").endswith(course.get_absolute_url())
    assert feed.find(f"{ATOM}updated") is not None
    assert {link.get("rel") for link in feed.findall(f"{ATOM}link")} == {"alternate", "self"}


def test_the_feed_in_rss_has_the_same_entries(client):
    make_run(closes_on=timezone.localdate() + timedelta(days=5))

    channel = ElementTree.fromstring(client.get("/courses/feed.rss").content).find("channel")  # noqa: S314

    assert len(channel.findall("item")) == 2
    assert all(item.find("guid").get("isPermaLink") == "false" for item in channel.findall("item"))


@pytest.mark.parametrize(("days", "is_told"), [(0, True), (28, True), (29, False)])
def test_a_window_is_told_of_four_weeks_before_it_closes(days, is_told):
    today = timezone.localdate()
    make_run(opens_on=today, closes_on=today + timedelta(days=days))

    kinds = [entry.key.split("-")[0] for entry in news.news(today=today)]

    assert ("run" in kinds) is is_told


def test_a_course_of_before_is_as_new_as_its_decision():
    course = make_course()
    CommitteeDecision.objects.filter(course=course).update(valid_from=date(2020, 2, 3))

    (entry,) = news.news(today=timezone.localdate())

    assert timezone.localtime(entry.at).date() == date(2020, 2, 3)


def test_the_feed_ends_with_forty_entries_newest_first():
    now = timezone.now()
    for number in range(45):
        make_course(title=f"C{number}", first_published_at=now - timedelta(days=number))

    entries = news.news(today=timezone.localdate())

    assert len(entries) == 40
    assert entries[0].title.startswith("New course: C0 ")


# --- the table ---------------------------------------------------------------------------------
def test_a_course_is_one_line_with_both_titles_price_window_and_resolution(client):
    course = make_course(code="poverty", title="Poverty", title_hi="निर्धनता", weeks=12)
    CourseAlias.objects.create(course=course, key="14.73x")
    CourseAlias.objects.create(course=course, key="JPAL")
    FormerTitle.objects.create(course=course, title="Old name", until=date(2020, 1, 1))
    CommitteeDecision.objects.filter(course=course).update(resolution_number="SC/7")
    run = make_run(course=course, name="June", fee_usd=175)

    (line,) = table_of(client)

    assert tuple(line) == catalogue_table.COLUMNS
    assert (line["title_en"], line["title_hi"]) == ("Poverty", "निर्धनता")
    assert line["other_names"] == "14.73x; JPAL"
    assert line["former_titles"] == "Old name"
    assert (line["fee_usd"], line["reimbursed_up_to_usd"]) == ("175.00", "100.00")
    assert line["next_batch"] == "June"
    assert line["registration_closes_on"] == run.registration_closes_on.isoformat()
    assert line["resolution"] == "SC/7"
    assert line["address"].endswith("/courses/poverty/")


def test_the_price_is_that_of_the_course_where_the_batch_has_none(client):
    make_run(course=make_course(fee_usd=100))

    assert table_of(client)[0]["fee_usd"] == "100.00"


def test_no_cell_of_the_table_runs_as_a_formula(client):
    make_course(title='=HYPERLINK("http://x")', title_hi="@SUM(A1)")

    (line,) = table_of(client)

    assert line["title_en"].startswith("'=")
    assert line["title_hi"].startswith("'@")


def test_the_table_holds_what_is_offered_only(client):
    make_course(is_published=False)
    make_course().committee_decisions.update(state=DecisionState.WITHDRAWN)

    assert table_of(client) == []


# --- the map of the site -----------------------------------------------------------------------
def test_the_map_names_courses_institutes_programmes_and_lists_with_their_days(client):
    course = make_course(programme=make_programme())
    make_institute(code="idle", title="Offers nothing")

    root = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314

    days = {
        url.find(f"{SITE}loc").text.removeprefix("http://testserver"): url.find(f"{SITE}lastmod")
        for url in root.iter(f"{SITE}url")
    }
    today = timezone.localdate().isoformat()
    for path in (course.get_absolute_url(), "/courses/", "/programmes/dedp/", "/institutes/jpal/"):
        assert days[path].text == today
    assert "/institutes/" in days
    assert "/institutes/idle/" not in days
    assert Circular.objects.count() == 0


# --- institutes --------------------------------------------------------------------------------
def test_institutes_are_listed_with_what_they_offer_and_what_is_open(client):
    mit = make_institute(code="mit", title="MIT")
    make_institute(code="idle", title="Offers nothing")
    shared = make_run(course=make_course()).course
    shared.partners.add(mit, shared.institute)
    make_course()

    entries = client.get("/institutes/").context["entries"]

    assert [(entry.institute.code, *entry.offers) for entry in entries] == [
        ("jpal", 2, 1),
        ("mit", 1, 1),
    ]


def test_the_list_of_institutes_takes_few_queries(client, django_assert_max_num_queries):
    for number in range(40):
        make_course(institute=make_institute(code=f"i-{number}", title=f"Institute {number}"))

    with django_assert_max_num_queries(5):
        client.get("/institutes/")


def test_without_any_course_the_list_of_institutes_says_so(client):
    make_institute()

    assert "No institute offers a course" in client.get("/institutes/").content.decode()
