"""Meetings, who attends them, the items of their agenda, papers and invited experts."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import Role
from circulars.models import Circular
from committee.models.committees import Committee, Seat
from committee.models.proposals import Outcome, Proposal
from committee.models.rubrics import Rubric
from committee.states import MEETING_EDITABLE, ItemState, MeetingState


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: Any) -> "MeetingQuerySet":
        """Return all to the secretary and the auditor; to members and experts their own.

        A member sees the meetings that were called in the days of the own term, an expert those
        with an item to which the expert is invited; neither sees one still being prepared.
        """
        if user.is_superuser or user.has_role(Role.COMMITTEE_SECRETARY, Role.AUDITOR):
            return self
        called = self.exclude(state=MeetingState.DRAFT)
        if user.has_role(Role.COMMITTEE_MEMBER):
            return called.filter(Q(attendance__seat__user=user)).distinct()
        if user.has_role(Role.NODAL_OFFICER):
            return called.filter(items__invitations__user=user).distinct()
        return self.none()

    def over(self) -> "MeetingQuerySet":
        return self.filter(state__in=[MeetingState.CLOSED, MeetingState.CONFIRMED])

    def without_minutes(self) -> "MeetingQuerySet":
        return self.filter(state=MeetingState.CLOSED, minutes__isnull=True)

    def to_announce(self) -> "MeetingQuerySet":
        """Return those whose minutes are confirmed and whose decisions wait to be announced."""
        waiting = Q(items__resolution__isnull=False, items__resolution__announced_at__isnull=True)
        return self.filter(waiting, state=MeetingState.CONFIRMED).distinct()

    def without_circular(self) -> "MeetingQuerySet":
        """Return those with announced courses of which no circular is drafted yet."""
        announced = Q(
            items__resolution__outcome=Outcome.SHORTLISTED,
            items__resolution__announced_at__isnull=False,
        )
        return self.filter(announced, circular__isnull=True).distinct()

    def with_unnamed_circular(self) -> "MeetingQuerySet":
        """Return those whose circular is issued, but not named on all their decisions."""
        decided = Q(
            items__resolution__decision__isnull=False,
            items__resolution__decision__circular__isnull=True,
        )
        return self.filter(decided, circular__in=Circular.objects.public()).distinct()

    def latest_first(self) -> "MeetingQuerySet":
        return self.order_by("-begins_at", "-pk")

    def to_come(self) -> "MeetingQuerySet":
        return self.coming().order_by("begins_at", "pk")

    def coming(self) -> "MeetingQuerySet":
        """Return those that are called or sit now."""
        return self.filter(state__in=[MeetingState.CALLED, MeetingState.IN_SESSION])

    def awaiting_interests_of(self, user: Any) -> "MeetingQuerySet":
        """Return those in which `user`, as a member, has yet to declare on some item."""
        asked = AgendaItem.objects.filter(
            state__in=[ItemState.LISTED, ItemState.OPEN],
            participations__seat__user=user,
            participations__interest="",
        )
        return self.coming().filter(pk__in=asked.values("meeting"))

    def taking_items(self) -> "MeetingQuerySet":
        """Return those whose agenda may still be changed."""
        return self.filter(state__in=MEETING_EDITABLE).order_by("begins_at", "pk")

    def matching(self, words: str) -> "MeetingQuerySet":
        """Return those with all `words` in the number, the place or a title on the agenda."""
        rows = self
        for word in words.split()[:5]:
            on_agenda = AgendaItem.objects.filter(
                Q(proposal__title__icontains=word) | Q(proposal__title_hi__icontains=word)
            )
            known = Q(number__icontains=word) | Q(place__icontains=word)
            rows = rows.filter(known | Q(pk__in=on_agenda.values("meeting")))
        return rows

    def being_prepared(self) -> "MeetingQuerySet":
        return self.filter(state=MeetingState.DRAFT).order_by("begins_at", "pk")

    def with_counts(self) -> "MeetingQuerySet":
        """Add how many items each has that are on the agenda or were decided there."""
        kept = ~Q(items__state=ItemState.CARRIED_OVER)
        return self.annotate(number_of_items=models.Count("items", filter=kept, distinct=True))


class Meeting(models.Model):
    """A meeting of the committee, with one rubric for all its items."""

    class Mode(models.TextChoices):
        IN_PERSON = "person", _("In person")
        VIDEO = "video", _("By video")
        HYBRID = "hybrid", _("In person and by video")
        CIRCULATION = "circulation", _("By circulation")

    committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="meetings", verbose_name=_("committee")
    )
    number = models.CharField(_("number"), max_length=30, unique=True)
    mode = models.CharField(
        pgettext_lazy("meeting", "held"), max_length=12, choices=Mode, default=Mode.HYBRID
    )
    begins_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    video_link = models.URLField(_("address of the video conference"), blank=True)
    remarks = models.TextField(_("remarks for the notice"), blank=True)
    rubric = models.ForeignKey(
        Rubric, models.PROTECT, related_name="meetings", verbose_name=_("rubric")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=MeetingState, default=MeetingState.DRAFT
    )
    current_item = models.ForeignKey(
        "AgendaItem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("item before the committee"),
    )
    uid = models.UUIDField(
        _("number in calendars"), default=uuid.uuid4, unique=True, editable=False
    )
    notices_sent = models.PositiveSmallIntegerField(_("notices sent"), default=0)
    called_at = models.DateTimeField(_("called at"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    convened_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("convened by")
    )
    circular = models.ForeignKey(
        Circular,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("circular of its decisions"),
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("committee", "meeting")
        verbose_name_plural = pgettext_lazy("committee", "meetings")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="committee_meeting_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["committee"],
                condition=Q(state="in_session"),
                name="committee_meeting_one_in_session",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("committee:meeting", args=[self.pk])

    @property
    def control_url(self) -> str:
        """The secretary's page while the meeting is in session."""
        return reverse("committee:control", args=[self.pk])


class Attendance(models.Model):
    """How a member attends a meeting; a row for each member from the day the meeting is called."""

    class Mode(models.TextChoices):
        ABSENT = "absent", _("Absent")
        PERSON = "person", _("In person")
        VIDEO = "video", _("By video")
        CIRCULATION = "circulation", _("By circulation")

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="attendance", verbose_name=_("meeting")
    )
    seat = models.ForeignKey(
        Seat, models.PROTECT, related_name="attendance", verbose_name=_("member")
    )
    mode = models.CharField(_("attends"), max_length=12, choices=Mode, default=Mode.ABSENT)
    since = models.DateTimeField(_("since"), null=True, blank=True)
    reply = models.CharField(_("answer to the call"), max_length=12, choices=Mode, blank=True)
    replied_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "seat"], name="committee_attendance_once")
        ]

    def __str__(self) -> str:
        return f"{self.seat}: {self.get_mode_display()}"

    @property
    def is_present(self) -> bool:
        return self.mode != self.Mode.ABSENT


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def visible_to(self, user: Any) -> "AgendaItemQuerySet":
        """Return the items of the meetings that `user` may see; to experts only their own."""
        rows = self.filter(meeting__in=Meeting.objects.visible_to(user))
        roles = (Role.COMMITTEE_SECRETARY, Role.AUDITOR, Role.COMMITTEE_MEMBER)
        if user.is_superuser or user.has_role(*roles):
            return rows
        return rows.filter(invitations__user=user)

    def in_order(self) -> "AgendaItemQuerySet":
        return self.select_related("proposal").order_by("position", "pk")

    def with_all(self) -> "AgendaItemQuerySet":
        return self.select_related("proposal", "meeting__committee", "meeting__rubric")

    def with_counts(self) -> "AgendaItemQuerySet":
        """Add how many members count for the quorum of each item, and whether the chair does."""
        counting = Q(participations__is_voting=True, participations__is_recused=False)
        counting &= ~Q(participations__presence=Attendance.Mode.ABSENT)
        return self.annotate(
            counted=Count("participations", filter=counting),
            chairs_counted=Count(
                "participations", filter=counting & Q(participations__is_chair=True)
            ),
        )


class AgendaItem(models.Model):
    """A proposal on the agenda of a meeting; the quorum it needs is the committee's, kept here."""

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="items", verbose_name=_("meeting")
    )
    position = models.PositiveSmallIntegerField(_("number on the agenda"))
    proposal = models.ForeignKey(
        Proposal, models.PROTECT, related_name="items", verbose_name=_("proposal")
    )
    note = models.TextField(_("note of the secretary"), blank=True)
    state = models.CharField(_("state"), max_length=12, choices=ItemState, default=ItemState.LISTED)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    carried_over_reason = models.CharField(_("why carried over"), max_length=300, blank=True)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item of the agenda")
        verbose_name_plural = _("items of the agenda")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "position"],
                name="committee_agendaitem_number",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(state__in=["listed", "open", "closed"]),
                name="committee_agendaitem_one_live",
            ),
        ]  # with triggers: one item open at a time, but by circulation (migration 0005)

    def __str__(self) -> str:
        return f"{self.position}. {self.proposal.title_in_language}"

    def get_absolute_url(self) -> str:
        return reverse("committee:item", args=[self.pk])


class ItemPaperQuerySet(models.QuerySet["ItemPaper"]):
    def visible_to(self, user: Any) -> "ItemPaperQuerySet":
        """Return the papers of the items on which `user` may act or look, withdrawn ones aside.

        A member or expert opens them once no interest in the item is declared, and no longer
        when one is: whoever is recused has no papers of it, whatever other role he or she holds.
        """
        recused = AgendaItem.objects.filter(
            participations__seat__user=user, participations__is_recused=True
        )
        partial = Invitation.objects.filter(user=user).exclude(interest__in=["", "none"])
        rows = self.exclude(item__in=recused).exclude(item__in=partial.values("item"))
        if user.has_role(Role.AUDITOR):
            return rows
        rows = rows.filter(withdrawn_at__isnull=True)
        if user.is_superuser or user.has_role(Role.COMMITTEE_SECRETARY):
            return rows
        free = AgendaItem.objects.filter(
            Q(participations__seat__user=user, participations__interest="none")
            | Q(invitations__user=user, invitations__interest="none")
        )
        return rows.filter(item__in=AgendaItem.objects.visible_to(user)).filter(item__in=free)

    def standing(self) -> "ItemPaperQuerySet":
        return self.filter(withdrawn_at__isnull=True).order_by("pk")


class ItemPaper(models.Model):
    """A private paper of an item: for its members and experts only."""

    item = models.ForeignKey(
        AgendaItem, models.PROTECT, related_name="papers", verbose_name=_("item")
    )
    title = models.CharField(_("title"), max_length=150)
    file = models.FileField(_("file"), upload_to="committee/papers/%Y/", max_length=200)
    sha256 = models.CharField(_("digest"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("added by"))
    added_at = models.DateTimeField(_("added at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = ItemPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")

    def __str__(self) -> str:
        return self.title


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting_for(self, user: Any) -> "InvitationQuerySet":
        """Return those on which `user` has yet to declare an interest or to give an opinion."""
        asked = self.filter(
            user=user,
            item__state__in=[ItemState.LISTED, ItemState.OPEN],
            item__meeting__state__in=[MeetingState.CALLED, MeetingState.IN_SESSION],
        )
        return asked.filter(Q(interest="") | Q(interest="none", opinion=""))

    def of_items(self, items: AgendaItemQuerySet) -> "InvitationQuerySet":
        return self.filter(item__in=items).select_related("item", "user")


class Invitation(models.Model):
    """A nodal officer invited to one item as domain expert: sees its papers, gives an opinion."""

    item = models.ForeignKey(
        AgendaItem, models.PROTECT, related_name="invitations", verbose_name=_("item")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="invitations", verbose_name=_("expert")
    )
    field = models.CharField(_("expert in"), max_length=150)
    interest = models.CharField(_("interest declared"), max_length=12, blank=True)
    interest_note = models.CharField(_("what the interest is"), max_length=300, blank=True)
    opinion = models.TextField(_("opinion"), blank=True)
    given_at = models.DateTimeField(_("given at"), null=True, blank=True)
    invited_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited at"))

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation of an expert")
        verbose_name_plural = _("invitations of experts")
        constraints = [
            models.UniqueConstraint(fields=["item", "user"], name="committee_invitation_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.field}"
