"""The audit trail, the seals that chain it, and the notices that hang on its entries."""

from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from igot.lib.append_only import AppendOnlyModel, AppendOnlyQuerySet


class AuditEntryQuerySet(AppendOnlyQuerySet):
    def about(self, subject: models.Model) -> "AuditEntryQuerySet":
        """Return the entries on `subject`, oldest first."""
        label = subject._meta.label_lower
        return self.filter(subject_type=label, subject_id=subject.pk).order_by("pk")

    def unsealed(self) -> "AuditEntryQuerySet":
        return self.filter(seal__isnull=True).order_by("pk")


class AuditEntry(AppendOnlyModel):
    """That somebody did something to something, written in the transaction that did it."""

    event = models.CharField(_("event"), max_length=80, db_index=True)
    subject_type = models.CharField(_("kind of subject"), max_length=80)
    subject_id = models.BigIntegerField(_("subject"))
    subject_name = models.CharField(_("name of the subject"), max_length=250, blank=True)
    acting_user = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    acting_roles = models.CharField(_("roles held"), max_length=300, blank=True)
    on_behalf_of = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("on behalf of"),
    )
    address = models.CharField(_("network address"), max_length=45, blank=True)
    at = models.DateTimeField(_("at"))
    details: Any = models.JSONField(_("details"), default=dict)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="accounts_audit_subject"),
            models.Index(fields=["acting_user", "at"], name="accounts_audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject_name}"


class AuditSeal(AppendOnlyModel):
    """The link of one entry in the chain: its place, and a digest over it and the link before."""

    entry = models.OneToOneField(
        AuditEntry, models.PROTECT, related_name="seal", verbose_name=_("entry")
    )
    position = models.BigIntegerField(_("position"), unique=True)
    digest = models.CharField(_("digest"), max_length=64)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("seal of an audit entry")
        verbose_name_plural = _("seals of audit entries")

    def __str__(self) -> str:
        return f"{self.position}: {self.digest[:12]}"


class AuditChain(models.Model):
    """The one row that sealing locks, so that two writers keep one chain."""

    name = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.name


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> "NoticeQuerySet":
        return self.filter(user=user)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)

    def unread_by(self, user: User) -> int:
        """Count the unread notices of `user`, in SQL: every page asks."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM accounts_notice WHERE user_id = %s AND read_at IS NULL",
                [user.pk],
            )
            return int(cursor.fetchone()[0])

    def unsent(self) -> "NoticeQuerySet":
        """Return what is to be mailed by itself and was not."""
        return self.filter(mailed_at__isnull=True, user__is_active=True, in_digest=False)

    def awaiting_digest(self) -> "NoticeQuerySet":
        """Return what waits for the next mail of the day and stands in none yet."""
        return self.filter(
            mailed_at__isnull=True, user__is_active=True, in_digest=True, digest__isnull=True
        )


class DigestQuerySet(models.QuerySet["Digest"]):
    def unsent(self) -> "DigestQuerySet":
        return self.filter(mailed_at__isnull=True, user__is_active=True)


class Digest(models.Model):
    """The one mail of a day that tells a user of many notices; made before it is sent."""

    user = models.ForeignKey(User, models.PROTECT, related_name="digests", verbose_name=_("user"))
    day = models.DateField(_("day"))
    made_at = models.DateTimeField(_("made at"))
    mailed_at = models.DateTimeField(_("mailed at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts to mail"), default=0)
    leased_until = models.DateTimeField(null=True, blank=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail of the day")
        verbose_name_plural = _("mails of the day")
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="accounts_digest_once_a_day")
        ]
        indexes = [
            models.Index(
                fields=["made_at"],
                condition=models.Q(mailed_at__isnull=True),
                name="accounts_digest_unsent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} → {self.user_id}"


class Notice(models.Model):
    """Word to one user of one audit entry: in the in-box at once, and by mail after the commit."""

    user = models.ForeignKey(User, models.PROTECT, related_name="notices", verbose_name=_("user"))
    entry = models.ForeignKey(
        AuditEntry, models.PROTECT, related_name="notices", verbose_name=_("entry")
    )
    template = models.CharField(_("text"), max_length=80)
    params: Any = models.JSONField(_("particulars"), default=dict)
    link = models.CharField(_("link"), max_length=300, blank=True)
    attachment = models.CharField(
        _("attachment"),
        max_length=40,
        blank=True,
        default="",
        help_text=_("Names what is made and sent along with the mail (NOTICE_ATTACHMENTS)."),
    )
    in_digest = models.BooleanField(_("mailed in the mail of the day"), default=False)
    digest = models.ForeignKey(
        Digest,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("mail of the day"),
    )
    created_at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("mailed at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts to mail"), default=0)
    leased_until = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["user", "entry"], name="accounts_notice_once"),
            models.CheckConstraint(
                condition=models.Q(digest__isnull=True) | models.Q(in_digest=True),
                name="accounts_notice_only_marked_in_digest",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "created_at"], name="accounts_notice_inbox"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(mailed_at__isnull=True),
                name="accounts_notice_unsent",
            ),
            models.Index(
                fields=["user"],
                condition=models.Q(mailed_at__isnull=True, in_digest=True, digest__isnull=True),
                name="accounts_notice_for_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.user_id}"
