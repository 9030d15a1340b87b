from datetime import date
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from eligibility.models import Decision, Representation
from eligibility.states import RepresentationState as S
from tests.factories.accounts import make_nodal_officer, make_officer, make_user, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets, make_decision, make_representation
from tests.lib.bad_files import BAD, plain_pdf

pytestmark = pytest.mark.django_db
TEXT = "I joined on 28.08.2016, as page 4 of the service book shows."
HINDI = "मेरे सेवा अभिलेख में कार्यग्रहण की तिथि गलत है।"


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def decision() -> Decision:
    load_rule_sets()
    run = make_run(course=make_course(rule_set_code="OM"))
    return make_decision(officer=make_officer(joined_on=timezone.localdate()), run=run)


@pytest.fixture
def desk():
    """Give the roles their permissions, as an installation has them."""
    call_command("sync_roles", stdout=StringIO())


def address(decision) -> str:
    return reverse("eligibility:represent", args=[decision.public_id])


def main_of(page) -> str:
    html = page.content.decode()
    return " ".join(html.split("<main")[1].split("</main>")[0].split())


# --- sending ---
def test_an_officer_sends_a_representation_from_the_page_of_the_decision(client, decision):
    sign_in(client, decision.officer.user)
    assert address(decision) in main_of(client.get(decision.get_absolute_url()))

    page = client.post(address(decision), {"text": TEXT}, follow=True)

    sent = Representation.objects.get()
    assert sent.number in main_of(page)
    assert TEXT in main_of(page)
    assert "Received" in main_of(page)
    why = main_of(client.get(decision.get_absolute_url()))
    assert sent.number in why
    assert address(decision) not in why


def test_a_paper_may_be_attached_and_is_handed_out_to_whom_it_concerns(client, decision):
    sign_in(client, decision.officer.user)
    paper = SimpleUploadedFile("book.pdf", plain_pdf())
    client.post(address(decision), {"text": TEXT, "attachment": paper})
    url = reverse("eligibility:representation_attachment", args=[Representation.objects.get().pk])

    own = client.get(url)
    client.logout()
    sign_in(client, make_officer(name="Other").user)
    other = client.get(url)

    assert own.status_code == 200
    assert own["Content-Type"] == "application/pdf"
    assert 'filename="book.pdf"' in own["Content-Disposition"]
    assert other.status_code == 404


def test_without_a_paper_there_is_nothing_to_hand_out(client):
    sent = make_representation()
    sign_in(client, sent.officer.user)

    assert (
        client.get(reverse("eligibility:representation_attachment", args=[sent.pk])).status_code
        == 404
    )


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("text", "", "required"),
        ("text", "Too short", "at least 20 characters"),
        ("text", "long " * 1000, "at most 4000 characters"),
        ("text", "Read backwards: \u202e and so on, please.", "reverses the reading order"),
        ("text", "A control \x07 character stands here.", "control character"),
        ("attachment", SimpleUploadedFile("a.exe", b"MZ"), "of one of these kinds: PDF"),
        ("attachment", SimpleUploadedFile("a.pdf", b""), "empty"),
        ("attachment", SimpleUploadedFile("a.pdf", b"no PDF"), "Whatever its name says"),
    ],
)
def test_a_mistake_is_named_and_nothing_typed_is_lost(client, decision, field, value, says):
    sign_in(client, decision.officer.user)

    page = client.post(address(decision), {"text": TEXT, field: value})

    assert says in str(page.context["form"].errors[field])
    assert page.context["form"]["text"].value() == (value if field == "text" else TEXT)
    assert not Representation.objects.exists()


def test_a_paper_with_active_content_is_refused(client, decision):
    sign_in(client, decision.officer.user)
    paper = SimpleUploadedFile("a.pdf", BAD["script on opening"][1]())

    page = client.post(address(decision), {"text": TEXT, "attachment": paper})

    assert page.context["form"].errors["attachment"]
    assert not Representation.objects.exists()


def test_what_is_written_is_shown_as_text_and_never_as_markup(client, decision):
    sign_in(client, decision.officer.user)

    page = client.post(
        address(decision), {"text": f"<script>alert(1)</script> {TEXT}"}, follow=True
    )

    assert "<script>alert" not in main_of(page)
    assert "&lt;script&gt;alert" in main_of(page)


def test_a_favourable_decision_offers_no_representation(client):
    decision = make_decision()
    sign_in(client, decision.officer.user)

    assert address(decision) not in main_of(client.get(decision.get_absolute_url()))
    assert "in your favour" in main_of(client.get(address(decision)))


def test_a_second_one_is_declined_with_a_sentence_and_the_text_kept(client, decision):
    make_representation(decision=decision)
    sign_in(client, decision.officer.user)

    page = client.post(address(decision), {"text": TEXT})

    assert "waits for its answer already" in main_of(page)
    assert page.context["form"]["text"].value() == TEXT


@pytest.mark.parametrize(
    ("role", "status"), [(Role.DEALING_HAND, 403), (Role.AUDITOR, 403), (Role.OFFICER, 404)]
)
def test_nobody_else_reaches_the_form(client, decision, role, status):
    sign_in(client, make_user(role))

    assert client.get(address(decision)).status_code == status
    assert client.post(address(decision), {"text": TEXT}).status_code == status


def test_a_nodal_officer_reads_the_decision_and_cannot_represent(client, decision):
    make_representation(decision=decision)
    sign_in(client, make_nodal_officer(authority=decision.officer.authority))

    why = client.get(decision.get_absolute_url())

    assert why.status_code == 200
    assert "Represent" not in main_of(why)
    assert client.post(address(decision), {"text": TEXT}).status_code == 403


def test_the_twenty_first_sending_in_an_hour_is_declined(client, decision, monkeypatch):
    monkeypatch.setattr("igot.lib.limits.time.time", lambda: 1000.0)
    sign_in(client, decision.officer.user)
    for _number in range(20):
        assert client.post(address(decision), {}).status_code == 200

    assert client.post(address(decision), {"text": TEXT}).status_code == 429


# --- the case ---
def test_the_officer_reads_the_answer(client, decision):
    sent = make_representation(decision=decision, text=HINDI, state=S.ANSWERED)
    sign_in(client, decision.officer.user)

    html = main_of(client.get(sent.get_absolute_url()))

    assert f'<div lang="hi"><p>{sent.answer}</p></div>' in html
    assert "The decision stands" in html
    assert str(sent.answered_by) in html
    assert "Withdraw it" not in html


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_page_of_a_case_is_there_in_every_state(client, decision, state, language):
    sent = make_representation(decision=decision, state=state)
    sign_in(client, decision.officer.user)
    client.cookies["django_language"] = language

    html = main_of(client.get(sent.get_absolute_url()))

    assert sent.number in html
    assert ("/withdraw/" in html) == (state in (S.RECEIVED, S.UNDER_CONSIDERATION))


def test_a_case_of_somebody_else_is_not_found(client, decision):
    sent = make_representation(decision=decision)
    sign_in(client, make_officer(name="Other").user)

    assert client.get(sent.get_absolute_url()).status_code == 404
    withdraw = reverse("eligibility:representation_withdraw", args=[sent.pk])
    assert client.post(withdraw).status_code == 404
    sent.refresh_from_db()
    assert sent.state == S.RECEIVED


def test_the_officer_withdraws_after_confirming(client, decision):
    sent = make_representation(decision=decision)
    sign_in(client, decision.officer.user)
    url = reverse("eligibility:representation_withdraw", args=[sent.pk])
    assert "Withdraw this representation?" in main_of(client.get(url))

    page = client.post(url, follow=True)
    again = client.post(url)

    assert "Your representation is withdrawn." in page.content.decode()
    assert again.status_code == 409
    assert "can no longer be withdrawn" in main_of(client.get(url))


def test_the_own_representations_are_listed_page_by_page(client, decision):
    for _number in range(2):
        sent = make_representation(decision=decision, state=S.WITHDRAWN)
    sign_in(client, decision.officer.user)

    html = main_of(client.get(reverse("eligibility:representation_list")))

    assert html.count("IGOT/E/") == 2
    assert sent.get_absolute_url() in html


def test_an_empty_list_says_what_will_fill_it(client):
    sign_in(client, make_officer().user)

    html = main_of(client.get(reverse("eligibility:representation_list")))

    assert "You have sent no representation" in html


@pytest.mark.parametrize("which", ["case", "list", "form"])
def test_the_pages_take_few_queries(client, decision, which, django_assert_max_num_queries):
    sent = make_representation(decision=decision, state=S.ANSWERED)
    make_representation(decision=decision, state=S.WITHDRAWN)
    url = {
        "case": sent.get_absolute_url(),
        "list": reverse("eligibility:representation_list"),
        "form": address(decision),
    }[which]
    sign_in(client, decision.officer.user)
    client.get("/")

    with django_assert_max_num_queries(12):
        client.get(url)


# --- the dashboards ---
def test_the_officer_finds_the_representation_among_my_work(client, decision):
    sent = make_representation(decision=decision)
    sign_in(client, decision.officer.user)

    html = main_of(client.get(reverse("reports:dashboard")))

    assert "Your representations" in html
    assert sent.number in html


@pytest.mark.usefixtures("desk")
def test_a_dealing_hand_is_told_of_those_that_wait(client, decision):
    sent = make_representation(decision=decision)
    make_representation(state=S.ANSWERED)
    sign_in(client, make_user(Role.DEALING_HAND))

    html = client.get(reverse("reports:dashboard")).content.decode()
    listed = client.get(
        reverse("admin:eligibility_representation_changelist")
        + "?state__in=received,under_consideration"
    ).content.decode()

    assert "1 representation waits for its answer" in html
    assert sent.number in listed
    assert listed.count("IGOT/E/") == 1


# --- the desk ---
def step(sent, name: str) -> str:
    return reverse("admin:eligibility_representation_step", args=[sent.pk, name])


@pytest.mark.usefixtures("desk")
def test_a_dealing_hand_takes_it_up_and_answers_in_hindi(client, decision):
    sent = make_representation(decision=decision, text=HINDI)
    sign_in(client, make_user(Role.DEALING_HAND))
    client.post(step(sent, "take-up"), {"desk_confirmed": "1"})
    form = client.get(step(sent, "uphold")).content.decode()
    english = client.post(step(sent, "uphold"), {"desk_confirmed": "1", "answer": "It stands."})
    hindi = client.post(step(sent, "uphold"), {"desk_confirmed": "1", "answer": "निर्णय यथावत है।"})

    assert "Answer, in Hindi" in form
    assert "Official Languages Rules, 1976, rule 7" in form
    assert "answered in Hindi" in str(english.context["form"].errors["answer"])
    assert english.context["form"]["answer"].value() == "It stands."
    assert hindi.status_code == 302
    sent.refresh_from_db()
    assert (sent.state, sent.answer) == (S.ANSWERED, "निर्णय यथावत है।")


@pytest.mark.usefixtures("desk")
def test_the_desk_decides_anew_and_sees_beforehand_what_the_rules_say_now(client, decision):
    sent = make_representation(decision=decision, state=S.UNDER_CONSIDERATION)
    officer = decision.officer
    officer.joined_on = date(2010, 1, 1)
    officer.save()
    sign_in(client, make_user(Role.DEALING_HAND))

    before = " ".join(client.get(step(sent, "decide-anew")).content.decode().split())
    client.post(step(sent, "decide-anew"), {"desk_confirmed": "1", "answer": "Corrected."})

    assert "By the record as it stands now</dt><dd>Eligible</dd>" in before
    sent.refresh_from_db()
    assert sent.new_decision.outcome == "ELIGIBLE"


@pytest.mark.usefixtures("desk")
def test_the_sanctioning_authority_answers_by_proposing_an_override(client, decision):
    sent = make_representation(decision=decision, state=S.UNDER_CONSIDERATION)
    sign_in(client, make_user(Role.SANCTIONING_AUTHORITY))
    papers = {"answer": "Put up.", "reason": "Lent service.", "order_reference": "F. 1"}

    client.post(step(sent, "propose"), {"desk_confirmed": "1", **papers, "order_reference": ""})
    assert not decision.override_proposals.exists()
    client.post(step(sent, "propose"), {"desk_confirmed": "1", **papers})

    sent.refresh_from_db()
    assert sent.override_proposal == decision.override_proposals.get()
    client.logout()
    sign_in(client, decision.officer.user)
    assert "A second person decides on it" in main_of(client.get(sent.get_absolute_url()))


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("name", ["take-up", "uphold", "decide-anew", "propose"])
def test_the_auditor_reads_the_case_and_takes_no_step(client, decision, name):
    sent = make_representation(decision=decision)
    sign_in(client, make_user(Role.AUDITOR))

    record = client.get(reverse("admin:eligibility_representation_change", args=[sent.pk]))
    answer = client.post(step(sent, name), {"desk_confirmed": "1", "answer": "x"})

    assert sent.text in record.content.decode()
    assert answer.status_code == 409
    sent.refresh_from_db()
    assert sent.state == S.RECEIVED


@pytest.mark.usefixtures("desk")
def test_the_list_at_the_desk_takes_few_queries(client, django_assert_max_num_queries):
    for _number in range(4):
        make_representation()
    sign_in(client, make_user(Role.DEALING_HAND))
    client.get("/desk/")

    with django_assert_max_num_queries(15):
        page = client.get(reverse("admin:eligibility_representation_changelist"))

    assert page.status_code == 200
