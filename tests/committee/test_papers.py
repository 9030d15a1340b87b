"""Papers of an item, who opens them, and what experts do with them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import AuditEntry, Notice, User
from accounts.roles import Role
from committee.actions.interests import declare_interest
from committee.actions.papers import (
    add_paper,
    give_opinion,
    invite_expert,
    withdraw_invitation,
    withdraw_paper,
)
from committee.models import AgendaItem, ItemPaper, Participation
from committee.states import ItemState, MeetingState
from igot.lib.errors import Refused
from igot.lib.uploads import PDF, CheckedFile
from tests.factories.accounts import make_user
from tests.factories.committee import (
    make_item,
    make_meeting,
    make_seat,
    make_secretary,
    members_of,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def pdf(content: bytes = b"%PDF-1.7 syllabus") -> CheckedFile:
    sent = SimpleUploadedFile("syllabus.pdf", content)
    return CheckedFile(
        name="syllabus.pdf",
        content_type=PDF,
        sha256=f"{hash(content):064x}"[-64:],
        size=sent.size or 0,
        pages=1,
        content=content,
        is_rewritten=False,
    )


def add(item: AgendaItem, *, by: User | None = None, content: bytes = b"%PDF-1.7 a") -> ItemPaper:
    return add_paper(
        item_id=item.pk,
        title="Syllabus",
        file=pdf(content),
        acting_user=by or make_secretary(),
        at=NOW,
    )


def invite(item: AgendaItem, expert: User | None = None) -> User:
    expert = expert or make_user(Role.NODAL_OFFICER)
    invite_expert(
        item_id=item.pk, user_id=expert.pk, field="Law", acting_user=make_secretary(), at=NOW
    )
    return expert


def declare(item: AgendaItem, user: User, interest: str) -> None:
    declare_interest(item_id=item.pk, interest=interest, note="", acting_user=user, at=NOW)


def opens(paper: ItemPaper, user: User) -> bool:
    return ItemPaper.objects.visible_to(user).filter(pk=paper.pk).exists()


def opine(item: AgendaItem, user: User, text: str = "Sound.") -> None:
    give_opinion(item_id=item.pk, opinion=text, acting_user=user, at=NOW)


# --- papers -----------------------------------------------------------------------------------


def test_a_paper_is_kept_with_its_digest() -> None:
    item = make_item()

    paper = add(item)

    assert item.papers.get() == paper
    assert paper.file.read() == b"%PDF-1.7 a"
    assert AuditEntry.objects.about(item).get().details["sha256"] == paper.sha256


def test_the_same_file_is_refused_and_not_stored() -> None:
    item = make_item()
    add(item)

    with pytest.raises(Refused, match="already"):
        add(item)

    assert item.papers.count() == 1


def test_a_decided_item_takes_no_papers() -> None:
    item = make_item(state=ItemState.CARRIED_OVER)

    with pytest.raises(Refused, match="Carried over"):
        add(item)


def test_only_the_secretary_adds_papers() -> None:
    with pytest.raises(Refused, match="Secretary"):
        add(make_item(), by=make_user(Role.COMMITTEE_MEMBER))


def test_secretary_and_auditor_open_a_paper() -> None:
    paper = add(make_item())

    assert opens(paper, make_secretary())
    assert opens(paper, make_user(Role.AUDITOR))


def test_a_member_opens_papers_once_no_interest_is_declared() -> None:
    item = make_item()
    paper, user = add(item), members_of(item)[0].seat.user
    assert not opens(paper, user)

    declare(item, user, "none")

    assert opens(paper, user)


def test_a_recused_member_gets_no_papers() -> None:
    item = make_item()
    paper, user = add(item), members_of(item)[0].seat.user
    declare(item, user, "none")
    assert opens(paper, user)

    declare(item, user, "financial")

    assert not opens(paper, user)


def test_a_secretary_who_sits_and_is_recused_gets_no_papers_either() -> None:
    meeting = make_meeting(present=False)
    both = make_user(Role.COMMITTEE_SECRETARY, Role.COMMITTEE_MEMBER)
    seat = make_seat(committee=meeting.committee, user=both)
    item = make_item(meeting=meeting)
    Participation.objects.create(item=item, seat=seat, interest="family", is_recused=True)

    assert not opens(add(item), both)


@pytest.mark.parametrize(
    "role", sorted(set(Role) - {Role.COMMITTEE_SECRETARY, Role.AUDITOR}), ids=str
)
def test_nobody_else_opens_papers(role: Role) -> None:
    assert not opens(add(make_item()), make_user(role))


def test_members_of_another_meeting_open_nothing() -> None:
    item, elsewhere = make_item(), make_item()
    user = members_of(elsewhere)[0].seat.user
    declare(elsewhere, user, "none")

    assert not opens(add(item), user)


def test_a_withdrawn_paper_is_open_to_the_auditor_only() -> None:
    item = make_item()
    paper, user = add(item), members_of(item)[0].seat.user
    declare(item, user, "none")

    withdraw_paper(paper_id=paper.pk, acting_user=make_secretary(), at=NOW)

    assert not opens(paper, user)
    assert opens(paper, make_user(Role.AUDITOR))


def test_a_paper_is_withdrawn_once() -> None:
    paper = add(make_item())
    withdraw_paper(paper_id=paper.pk, acting_user=make_secretary(), at=NOW)

    with pytest.raises(Refused, match="already"):
        withdraw_paper(paper_id=paper.pk, acting_user=make_secretary(), at=NOW)


# --- experts ----------------------------------------------------------------------------------


def test_a_nodal_officer_is_invited_and_told_once_the_meeting_is_called() -> None:
    item = make_item()

    expert = invite(item)

    assert item.invitations.get().field == "Law"
    assert Notice.objects.get().user == expert
    assert list(AgendaItem.objects.visible_to(expert)) == [item]


def test_an_expert_sees_only_the_own_items() -> None:
    meeting = make_meeting()
    item, _other = make_item(meeting=meeting), make_item(meeting=meeting)

    expert = invite(item)

    assert list(AgendaItem.objects.visible_to(expert)) == [item]


def test_while_a_meeting_is_prepared_the_expert_is_not_told() -> None:
    invite(make_item(meeting=make_meeting(state=MeetingState.DRAFT)))

    assert not Notice.objects.exists()


@pytest.mark.parametrize("roles", [(), (Role.OFFICER,), (Role.COMMITTEE_MEMBER,)])
def test_only_nodal_officers_are_invited(roles: tuple[Role, ...]) -> None:
    with pytest.raises(Refused, match="not a nodal officer"):
        invite(make_item(), make_user(*roles))


def test_a_member_is_no_expert() -> None:
    item = make_item()
    member = make_user(Role.COMMITTEE_MEMBER, Role.NODAL_OFFICER)
    make_seat(committee=item.meeting.committee, user=member)

    with pytest.raises(Refused, match="sits in the committee"):
        invite(item, member)


def test_nobody_is_invited_twice_to_an_item() -> None:
    item = make_item()
    expert = invite(item)

    with pytest.raises(Refused, match="already"):
        invite(item, expert)


def test_an_expert_opens_the_papers_after_declaring() -> None:
    item = make_item()
    paper, expert = add(item), invite(item)
    assert not opens(paper, expert)

    declare(item, expert, "none")

    assert opens(paper, expert)


def test_an_expert_with_an_interest_gets_no_papers_and_gives_no_opinion() -> None:
    item = make_item()
    paper, expert = add(item), invite(item)

    declare(item, expert, "teaching")

    assert not opens(paper, expert)
    with pytest.raises(Refused, match="no opinion is asked"):
        opine(item, expert)


def test_an_interest_of_one_expert_is_not_hidden_by_the_answer_of_another() -> None:
    item = make_item()
    paper, partial, free = add(item), invite(item), invite(item)

    declare(item, partial, "teaching")
    declare(item, free, "none")

    assert opens(paper, free)
    assert not opens(paper, partial)


def test_an_opinion_is_given_after_declaring() -> None:
    item = make_item()
    expert = invite(item)
    with pytest.raises(Refused, match="Say first"):
        opine(item, expert)
    declare(item, expert, "none")

    opine(item, expert, "Sound.")
    opine(item, expert, "Sound, but short.")

    assert item.invitations.get().opinion == "Sound, but short."
    entries = AuditEntry.objects.about(item).filter(event="item.opinion_given")
    assert [entry.details["opinion"] for entry in entries] == ["Sound.", "Sound, but short."]


def test_an_opinion_stands_once_the_item_is_taken_up() -> None:
    item = make_item(state=ItemState.OPEN)
    expert = invite(item)
    declare(item, expert, "none")
    opine(item, expert)

    with pytest.raises(Refused, match="it stands"):
        opine(item, expert, "On second thoughts")


def test_who_is_not_invited_gives_no_opinion() -> None:
    with pytest.raises(Refused, match="not invited"):
        opine(make_item(), make_user(Role.NODAL_OFFICER))


def test_an_invitation_stands_once_the_opinion_is_given() -> None:
    item = make_item()
    expert = invite(item)
    declare(item, expert, "none")
    opine(item, expert)

    with pytest.raises(Refused, match="the invitation stands"):
        withdraw_invitation(
            invitation_id=item.invitations.get().pk, acting_user=make_secretary(), at=NOW
        )
