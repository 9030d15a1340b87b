"""The provider's coupons: batches, codes (encrypted), and to whom each was issued."""

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, User
from accounts.roles import Role
from courses.models import Course, Provider
from enrollment.models.provider_files import ProviderFile, ProviderFileQuerySet, file_once
from enrollment.models.registrations import Enrollment
from enrollment.states import WITH_COUPON, BatchState, CouponState
from igot.lib.crypto import EncryptedTextField


class CouponBatchQuerySet(ProviderFileQuerySet):
    def visible_to(self, user: User) -> "CouponBatchQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.none()

    def standing(self) -> "CouponBatchQuerySet":
        """Return the batches whose file is not to come again: all that came to something."""
        return self.exclude(state__in=CouponBatch.NO_FILE_KEPT)

    def awaiting_release(self) -> "CouponBatchQuerySet":
        return self.filter(state=BatchState.IMPORTED)

    def with_counts(self) -> "CouponBatchQuerySet":
        """Count, for each batch, its accepted rows and its codes by state."""
        counts = {
            f"{state.value}_count": Count("coupons", filter=Q(coupons__state=state))
            for state in CouponState
        }
        return self.select_related("course", "provider").annotate(**counts)


class CouponBatch(ProviderFile):
    """A file of codes from the provider; whoever imports it may not release it."""

    provider = models.ForeignKey(Provider, models.PROTECT, verbose_name=_("provider"))
    course = models.ForeignKey(
        Course, models.PROTECT, related_name="coupon_batches", verbose_name=_("course")
    )
    letter_reference = models.CharField(_("letter of the provider"), max_length=150)
    request = models.ForeignKey(
        "enrollment.CouponRequest",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="batches",
        verbose_name=_("answers our letter"),
    )
    file_name = models.CharField(_("file"), max_length=150)
    sha256 = models.CharField(_("digest"), max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=BatchState, default=BatchState.IMPORTED
    )
    imported_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("imported by")
    )
    imported_at = models.DateTimeField(_("imported at"))
    released_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("released by")
    )
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    objects = CouponBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch of coupons")
        verbose_name_plural = _("batches of coupons")
        constraints = [
            file_once("couponbatch"),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("imported_by")),
                name="enrollment_couponbatch_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(released_by__isnull=False),
                name="enrollment_couponbatch_released_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} – {self.letter_reference}"


class CouponImportRow(models.Model):
    """What became of one row of a coupon file; the code itself is not kept here."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DUPLICATE = "duplicate", _("Already known")
        ALREADY_REDEEMED = "already_redeemed", _("Already redeemed")
        EXPIRED = "expired", _("Expired")
        BLANK = "blank", _("No code")
        UNKNOWN_COURSE = "unknown_course", _("For another course")
        MALFORMED = "malformed", _("Not readable")

    batch = models.ForeignKey(
        CouponBatch, models.PROTECT, related_name="rows", verbose_name=_("batch")
    )
    row = models.PositiveIntegerField(_("row"))
    ending = models.CharField(_("code ends with"), max_length=4, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("row of a coupon file")
        verbose_name_plural = _("rows of coupon files")
        constraints = [
            models.UniqueConstraint(fields=["batch", "row"], name="enrollment_couponimportrow_once")
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.outcome}"


class CouponQuerySet(models.QuerySet["Coupon"]):
    def visible_to(self, user: User) -> "CouponQuerySet":
        """Return what the desk and the auditor see; an officer sees an issue, never the pool."""
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.none()

    def standing_among(self, provider_id: int, digests: Sequence[str]) -> dict[str, int]:
        """Return which of the codes behind `digests` the portal has, each with its batch."""
        known = self.filter(provider=provider_id, code_digest__in=digests)
        return dict(known.values_list("code_digest", "batch"))

    def drop(self) -> None:
        """Delete codes that were never issued, without reading them; the foreign keys see to it."""
        self._raw_delete(self.db)

    def run_out(self, on: date) -> "CouponQuerySet":
        """Return the codes that were not shown to anybody and whose validity ended before `on`."""
        unseen = Q(state=CouponState.AVAILABLE) | Q(
            state=CouponState.ISSUED,
            issues__ended_at__isnull=True,
            issues__first_revealed_at__isnull=True,
        )
        return self.filter(unseen, valid_until__lt=on)

    def issuable(self, course: Course, on: date) -> "CouponQuerySet":
        """Return the codes that can be issued for `course`: released, unexpired through `on`."""
        ready = self.filter(
            course=course, state=CouponState.AVAILABLE, batch__state=BatchState.RELEASED
        )
        return ready.filter(valid_until__gte=on).order_by("valid_until", "pk")


class Coupon(models.Model):
    """One code: sealed, found by its digest, shown by its last four characters only."""

    batch = models.ForeignKey(
        CouponBatch, models.PROTECT, related_name="coupons", verbose_name=_("batch")
    )
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    course = models.ForeignKey(
        Course, models.PROTECT, related_name="coupons", verbose_name=_("course")
    )
    code = EncryptedTextField(_("code"))
    code_digest = models.CharField(max_length=64)
    ending = models.CharField(_("code ends with"), max_length=4)
    valid_until = models.DateField(_("valid until"))
    price_usd = models.DecimalField(_("price in US$"), max_digits=8, decimal_places=2)
    state = models.CharField(
        _("state"), max_length=10, choices=CouponState, default=CouponState.AVAILABLE
    )

    objects = CouponQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "code_digest"], name="enrollment_coupon_code_once"
            ),
            models.CheckConstraint(
                condition=Q(price_usd__gte=0), name="enrollment_coupon_price_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["course", "valid_until", "id"],
                condition=Q(state="available"),
                name="enrollment_coupon_pool",
            )
        ]

    def __str__(self) -> str:
        return f"••••{self.ending}"


class CouponIssueQuerySet(models.QuerySet["CouponIssue"]):
    def visible_to(self, user: User) -> "CouponIssueQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.filter(officer__user=user)

    def live(self) -> "CouponIssueQuerySet":
        return self.filter(ended_at__isnull=True)

    def own_live(self, user: User) -> "CouponIssueQuerySet":
        """Return the live issues to `user` alone, whatever else they may see."""
        rows = self.live().filter(officer__user=user)
        return rows.select_related("enrollment__course", "enrollment__officer__user", "officer")

    def to_be_reminded(self, provider: Provider, first: date, until: date) -> "CouponIssueQuerySet":
        """Return the live issues whose code expires from `first` through `until`, unredeemed and
        not declared as paid with, whose officer was not reminded."""
        soon = self.live().filter(
            coupon__provider=provider,
            coupon__state=CouponState.ISSUED,
            coupon__valid_until__range=(first, until),
            enrollment__state__in=WITH_COUPON,
            reminded_at__isnull=True,
            declaration__isnull=True,
        )
        return soon.order_by("coupon__valid_until", "pk")

    def weighing_on(self, enrollment: Enrollment) -> "CouponIssueQuerySet":
        """Return what decides on a new coupon: the officer's live one for the course, those of
        this registration that somebody has taken back, and those shown for the one that was
        deferred to it; latest last."""
        standing = Q(ended_at=None, officer=enrollment.officer_id, course=enrollment.course_id)
        taken_back = Q(ended_by__isnull=False, enrollment=enrollment)
        if enrollment.predecessor_id:
            taken_back |= Q(
                ended_by__isnull=False,
                first_revealed_at__isnull=False,
                enrollment=enrollment.predecessor_id,
            )
        return self.filter(standing | taken_back).select_related("coupon").order_by("pk")

    def standing_for(self, issue: "CouponIssue") -> "CouponIssueQuerySet":
        """Return the live issue to the officer of `issue` for its course."""
        return self.live().filter(officer=issue.officer_id, course=issue.course_id)

    def without_code(self) -> "CouponIssueQuerySet":
        """Load the coupon beside the issue, but leave its code sealed."""
        return self.select_related("coupon").defer("coupon__code")

    def with_use(self) -> "CouponIssueQuerySet":
        """Add what is known of the payment: the provider's report and the officer's word."""
        return self.without_code().select_related("coupon__redemption", "declaration")


class CouponIssue(models.Model):
    """That a coupon went to an officer for a course; at most one live on either side."""

    coupon = models.ForeignKey(
        Coupon, models.PROTECT, related_name="issues", verbose_name=_("coupon")
    )
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="coupon_issues", verbose_name=_("registration")
    )
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="coupon_issues")
    course = models.ForeignKey(Course, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("issued at"))
    first_revealed_at = models.DateTimeField(_("first shown at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    end_reason = models.CharField(_("reason of the end"), max_length=250, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )

    objects = CouponIssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue of a coupon")
        verbose_name_plural = _("issues of coupons")
        constraints = [
            models.UniqueConstraint(
                fields=["coupon"],
                condition=Q(ended_at__isnull=True),
                name="enrollment_couponissue_one_live_a_coupon",
            ),
            models.UniqueConstraint(
                fields=["officer", "course"],
                condition=Q(ended_at__isnull=True),
                name="enrollment_couponissue_one_live_an_officer",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(end_reason__gt=""),
                name="enrollment_couponissue_ended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coupon} → {self.enrollment}"


def waiting_for_coupon() -> models.QuerySet[Enrollment]:
    """Return the registrations in the queue for a coupon, first confirmed first.

    Not in it: who holds one for the course already, whose registration is held, and whose coupon
    somebody at the desk has taken away or that a deferral has ended once it was seen; a new one is
    then given by hand.
    """
    confirmed = Enrollment.objects.filter(
        state__in=WITH_COUPON,
        course__provider__issues_coupons=True,
        run__isnull=False,
        held_at__isnull=True,
    )
    return unweighed(confirmed).order_by("confirmed_at", "pk")


def with_weighing(registrations: models.QuerySet[Enrollment]) -> models.QuerySet[Enrollment]:
    """Add as `is_weighed` whether any issue weighs on a new coupon (`weighing_on` returns them)."""
    held, taken, shown = _weighing()
    return registrations.annotate(is_weighed=Q(held) | Q(taken) | Q(shown))


def unweighed(registrations: models.QuerySet[Enrollment]) -> models.QuerySet[Enrollment]:
    """Return those of some registrations on whose coupon no issue weighs."""
    for weighs in _weighing():
        registrations = registrations.exclude(weighs)
    return registrations


def _weighing() -> tuple[Exists, Exists, Exists]:
    """Ask for each kind by itself: each then has an index, however many codes have gone out."""
    held = CouponIssue.objects.live().filter(officer=OuterRef("officer"), course=OuterRef("course"))
    ended = CouponIssue.objects.filter(ended_by__isnull=False)
    taken = ended.filter(enrollment=OuterRef("pk"))
    shown = ended.filter(enrollment=OuterRef("predecessor"), first_revealed_at__isnull=False)
    return Exists(held), Exists(taken), Exists(shown)


def servable(on: date) -> models.QuerySet[Enrollment]:
    """Return that part of the queue for whose course there is any code still valid on `on`."""
    stock = Coupon.objects.filter(
        course=OuterRef("course"),
        state=CouponState.AVAILABLE,
        batch__state=BatchState.RELEASED,
        valid_until__gte=on,
    )
    return waiting_for_coupon().filter(Exists(stock))
