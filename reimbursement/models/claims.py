"""Claims: what was paid, on what terms it comes back, where it goes, and who did what."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, User
from accounts.roles import Role
from courses.models import Course
from enrollment.models import CertificateSubmission, Enrollment
from igot.lib.crypto import EncryptedTextField
from reimbursement.models.budget import ReimbursementPolicy
from reimbursement.models.sanctions import SanctionOrder
from reimbursement.states import LIVE, OPEN_TO_CLAIMANT, PAYABLE, ClaimState, Lane


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: User) -> "ClaimQuerySet":
        """Return the claims `user` may see; a draft is its claimant's alone."""
        desk = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.PAYING_OFFICER, Role.AUDITOR)
        own = Q(officer__user=user)
        if user.has_role(*desk) or user.is_superuser:
            return self.filter(~Q(state=ClaimState.DRAFT) | own)
        return self.filter(own)

    def live(self) -> "ClaimQuerySet":
        return self.filter(state__in=LIVE)

    def awaiting_scrutiny(self) -> "ClaimQuerySet":
        return self.filter(state=ClaimState.SUBMITTED)

    def awaiting_sanction(self) -> "ClaimQuerySet":
        return self.filter(state=ClaimState.RECOMMENDED)

    def awaiting_payment(self) -> "ClaimQuerySet":
        return self.filter(state=ClaimState.SANCTIONED, sanction_order__document__isnull=False)

    def awaiting_claimant(self) -> "ClaimQuerySet":
        return self.filter(state__in=OPEN_TO_CLAIMANT | {ClaimState.PAYMENT_FAILED})

    def sanctioned_without_document(self) -> "ClaimQuerySet":
        return self.filter(state=ClaimState.SANCTIONED, sanction_order__document__isnull=True)

    def of(self, user: User) -> "ClaimQuerySet":
        return self.filter(officer__user=user)

    def for_registration(self, enrollment: Enrollment) -> "ClaimQuerySet":
        return self.filter(enrollment=enrollment)

    def made(self) -> "ClaimQuerySet":
        """Return the claims that were put in and not taken back, whatever came of them."""
        return self.exclude(state__in=[ClaimState.DRAFT, ClaimState.WITHDRAWN])

    def with_account(self, digest: str) -> "ClaimQuerySet":
        """Return the claims, drafts and dead ones aside, that name the account behind `digest`."""
        if not digest:
            return self.none()
        return self.made().filter(account_digest=digest)

    def latest_first(self) -> "ClaimQuerySet":
        return self.order_by("-started_at", "-pk")

    def with_course(self) -> "ClaimQuerySet":
        return self.select_related("course", "officer__user", "enrollment__run")

    def with_everything(self) -> "ClaimQuerySet":
        return self.with_course().select_related(
            "certificate__reviewed_by",
            "policy",
            "sanction_order__document",
            "sanction_order__allotment",
            "taken_up_by",
            "recommended_by",
            "sanctioned_by",
            "course__institute",
        )


class Claim(models.Model):
    """An officer's claim for the fee of a completed course."""

    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="claims", verbose_name=_("officer")
    )
    course = models.ForeignKey(
        Course, models.PROTECT, related_name="claims", verbose_name=_("course")
    )
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="claims", verbose_name=_("registration")
    )
    certificate = models.ForeignKey(
        CertificateSubmission,
        models.PROTECT,
        related_name="claims",
        verbose_name=_("verified certificate"),
    )
    number = models.CharField(  # noqa: DJ001 – drafts have none; unique "" could stand only once
        _("number"),
        max_length=30,
        null=True,
        unique=True,
    )
    state = models.CharField(
        _("state"), max_length=15, choices=ClaimState, default=ClaimState.DRAFT
    )
    # What was paid.
    paid_on = models.DateField(_("fee paid on"), null=True, blank=True)
    fee_usd = models.DecimalField(
        _("fee paid, in US$"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    debited_inr = models.DecimalField(
        _("debited for the fee, in ₹"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    markup_inr = models.DecimalField(
        _("foreign currency mark-up, in ₹"), max_digits=12, decimal_places=2, default=0
    )
    tax_inr = models.DecimalField(
        _("tax on the mark-up, in ₹"), max_digits=12, decimal_places=2, default=0
    )
    # Frozen at submission: the ceiling and the rate that it was made with.
    policy = models.ForeignKey(
        ReimbursementPolicy,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("policy of reimbursement"),
    )
    cap_source = models.CharField(_("circular of the ceiling"), max_length=200, blank=True)
    cap_usd = models.DecimalField(
        _("ceiling, in US$"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    rate = models.DecimalField(
        _("reference rate"), max_digits=10, decimal_places=4, null=True, blank=True
    )
    rate_on = models.DateField(_("day of the reference rate"), null=True, blank=True)
    rate_source = models.CharField(_("source of the reference rate"), max_length=120, blank=True)
    claimed_amount = models.DecimalField(
        _("claimed, in whole ₹"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    admissible_amount = models.DecimalField(
        _("admissible by the rule, in ₹"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    recommended_amount = models.DecimalField(
        _("recommended, in ₹"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    sanctioned_amount = models.DecimalField(
        _("sanctioned, in ₹"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    due_on = models.DateField(_("fell due on"), null=True, blank=True)
    lane = models.CharField(_("time bar"), max_length=15, choices=Lane, default=Lane.NORMAL)
    late_reason = models.TextField(_("why the claim comes late"), blank=True)
    lane_note = models.TextField(_("note on the time bar"), blank=True)
    # Where the money goes: sealed, shown by the last four digits, found by the digest.
    payee_name = models.CharField(_("name in the bank's records"), max_length=200, blank=True)
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    ifsc = models.CharField(_("IFSC"), max_length=11, blank=True)
    account_number = EncryptedTextField(_("account number"), blank=True)
    account_digest = models.CharField(max_length=64, blank=True, db_index=True)
    account_ending = models.CharField(_("account ends with"), max_length=4, blank=True)
    declared_at = models.DateTimeField(_("declaration made at"), null=True, blank=True)
    # Who did what.
    started_at = models.DateTimeField(_("started at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    revision_number = models.PositiveSmallIntegerField(_("revision"), default=0)
    taken_up_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken up by")
    )
    recommended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("maker")
    )
    recommended_revision = models.CharField(
        _("revision that was recommended"), max_length=64, blank=True
    )
    sanctioned_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checker")
    )
    sanctioned_at = models.DateTimeField(_("sanctioned at"), null=True, blank=True)
    sanction_order = models.ForeignKey(
        SanctionOrder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name=_("sanction order"),
    )
    claimant_user = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("claimant")
    )
    reason = models.TextField(_("reason"), blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "course"],
                condition=Q(state__in=sorted(LIVE)),
                name="reimbursement_claim_one_live",
            ),
            models.CheckConstraint(
                condition=Q(recommended_by__isnull=True) | ~Q(recommended_by=F("claimant_user")),
                name="reimbursement_claim_maker_is_not_claimant",
            ),
            models.CheckConstraint(
                condition=Q(sanctioned_by__isnull=True) | ~Q(sanctioned_by=F("claimant_user")),
                name="reimbursement_claim_checker_is_not_claimant",
            ),
            models.CheckConstraint(
                condition=Q(sanctioned_by__isnull=True)
                | Q(recommended_by__isnull=False) & ~Q(sanctioned_by=F("recommended_by")),
                name="reimbursement_claim_checker_is_not_maker",
            ),
            models.CheckConstraint(
                condition=Q(sanctioned_amount__isnull=True)
                | Q(
                    recommended_amount__isnull=False,
                    admissible_amount__isnull=False,
                    claimed_amount__isnull=False,
                    sanctioned_amount__gt=0,
                    sanctioned_amount__lte=F("recommended_amount"),
                    recommended_amount__lte=F("admissible_amount"),
                    admissible_amount__lte=F("claimed_amount"),
                ),
                name="reimbursement_claim_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(recommended_amount__isnull=True)
                | Q(recommended_amount__gte=0, recommended_amount__lte=F("admissible_amount")),
                name="reimbursement_claim_recommended_within_admissible",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(PAYABLE))
                | Q(
                    sanctioned_by__isnull=False,
                    sanctioned_amount__isnull=False,
                    sanctioned_at__isnull=False,
                    sanction_order__isnull=False,
                    recommended_amount__isnull=False,
                ),
                name="reimbursement_claim_payable_is_sanctioned",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(
                    number__isnull=False,
                    submitted_at__isnull=False,
                    claimed_amount__isnull=False,
                    admissible_amount__isnull=False,
                    policy__isnull=False,
                    cap_usd__isnull=False,
                    cap_usd__gt=0,
                    rate__isnull=False,  # a comparison with NULL would pass
                    rate__gt=0,
                    rate_on__isnull=False,
                    rate_source__gt="",
                ),
                name="reimbursement_claim_submitted_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state="recommended") | Q(recommended_by__isnull=False),
                name="reimbursement_claim_recommended_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="reimbursement_queue")]

    def __str__(self) -> str:
        return self.number or str(self.course)

    def get_absolute_url(self) -> str:
        return reverse("reimbursement:detail", args=[self.pk])

    @property
    def is_open_to_claimant(self) -> bool:
        return self.state in OPEN_TO_CLAIMANT
