"""Files, circulars and their paragraphs, distribution, and the documents that were issued."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from circulars.rules import digest_of, file_key
from circulars.states import PUBLIC, CircularState


class OfficeFileQuerySet(models.QuerySet["OfficeFile"]):
    def numbered_like(self, number: str) -> "OfficeFileQuerySet":
        """Find the file of `number`, in whatever spelling it is written."""
        return self.filter(parts__key=file_key(number))


class OfficeFile(models.Model):
    """An office file by its number, kept as written, with the parts that could be read from it."""

    number = models.CharField(_("file number"), max_length=80, unique=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    parts: Any = models.JSONField(_("parts of the number"), default=dict, blank=True)

    objects = OfficeFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("office file")
        verbose_name_plural = _("office files")

    def __str__(self) -> str:
        return self.number


class AddressList(models.Model):
    """A standing list of addressees, such as all cadre controlling authorities."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=250)
    name_hi = models.CharField(_("name in Hindi"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("address list")
        verbose_name_plural = _("address lists")

    def __str__(self) -> str:
        return self.name


class AddressListEntry(models.Model):
    """One addressee of a standing list."""

    address_list = models.ForeignKey(
        AddressList,
        models.CASCADE,  # an entry is a part of its list
        related_name="entries",
        verbose_name=_("address list"),
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=250)
    name_hi = models.CharField(_("name in Hindi"), max_length=250, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)

    class Meta:
        verbose_name = _("entry of an address list")
        verbose_name_plural = _("entries of address lists")
        constraints = [
            models.UniqueConstraint(
                fields=["address_list", "position"], name="circulars_addresslistentry_position"
            )
        ]

    def __str__(self) -> str:
        return self.name


class IssuedDocumentQuerySet(models.QuerySet["IssuedDocument"]):
    def with_successor(self) -> "IssuedDocumentQuerySet":
        return self.select_related("replaced_by")


class IssuedDocument(models.Model):
    """A PDF that left the portal: frozen particulars, its digest, and whether it still holds."""

    class Standing(models.TextChoices):
        VALID = "valid", _("Genuine and in force")
        REVOKED = "revoked", _("Revoked")
        REPLACED = "replaced", _("Replaced by a later document")

    public_id = models.UUIDField(
        _("public number"), default=uuid.uuid4, unique=True, editable=False
    )
    kind = models.CharField(_("kind"), max_length=40)
    number = models.CharField(_("number"), max_length=80, blank=True)
    title = models.CharField(_("title"), max_length=250)
    title_hi = models.CharField(_("title in Hindi"), max_length=250, blank=True)
    dated_on = models.DateField(_("dated"))
    # What the public verification page may show, so that an edited paper is caught: no bank data.
    particulars: Any = models.JSONField(_("particulars"), default=dict)
    is_public = models.BooleanField(_("the PDF itself is public"), default=False)
    pdf = models.FileField(_("PDF"), upload_to="documents/%Y/", max_length=200)
    sha256 = models.CharField(_("digest"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    pages = models.PositiveSmallIntegerField(_("pages"))
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("issued by")
    )
    issued_at = models.DateTimeField(_("issued at"))
    standing = models.CharField(
        _("standing"), max_length=10, choices=Standing, default=Standing.VALID
    )
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("replaced by"),
    )

    objects = IssuedDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("issued document")
        verbose_name_plural = _("issued documents")

    def __str__(self) -> str:
        return f"{self.title} {self.number}".strip()

    def get_verify_url(self) -> str:
        return reverse("circulars:verify", args=[self.public_id])


class CircularQuerySet(models.QuerySet["Circular"]):
    def public(self) -> "CircularQuerySet":
        return self.filter(state__in=PUBLIC, issued_at__isnull=False)

    def visible_to(self, user: Any) -> "CircularQuerySet":
        """Return what `user`, maybe anonymous, may see: all at the desk, else what was issued."""
        roles = (Role.CIRCULAR_AUTHOR, Role.CIRCULAR_APPROVER, Role.AUDITOR)
        if user.is_authenticated and (user.is_superuser or user.has_role(*roles)):
            return self
        return self.public()

    def search(self, words: str) -> "CircularQuerySet":
        """Find circulars whose subject, number or text holds `words`, in either language."""
        found = Q(subject__icontains=words) | Q(subject_hi__icontains=words)
        found |= Q(number__icontains=words)
        told = Paragraph.objects.filter(Q(text__icontains=words) | Q(text_hi__icontains=words))
        return self.filter(found | Q(pk__in=told.values("circular")))

    def matching(
        self, *, words: str = "", form: str = "", year: int | None = None
    ) -> "CircularQuerySet":
        """Return those that a reader of the archive asked for; blank asks for all."""
        rows = self.search(words) if words else self
        if form:
            rows = rows.filter(form=form)
        if year:
            rows = rows.filter(dated_on__year=year)
        return rows

    def years(self) -> list[int]:
        """Return the years of the dates, the latest first."""
        return [day.year for day in self.dates("dated_on", "year", order="DESC")]

    def with_document(self) -> "CircularQuerySet":
        return self.select_related("document", "office_file")

    def latest_first(self) -> "CircularQuerySet":
        return self.order_by(F("dated_on").desc(nulls_last=True), "-pk")

    def before_on_file(self, circular: "Circular") -> "CircularQuerySet":
        """Return the public papers that "of even number" on `circular` can mean, latest first."""
        rows = self.public().filter(office_file=circular.office_file_id).exclude(pk=circular.pk)
        rows = rows.exclude(enclosed_in=circular.pk)
        if circular.enclosed_in_id:
            rows = rows.exclude(pk=circular.enclosed_in_id)
        if circular.dated_on:
            same_day = Q(dated_on=circular.dated_on, pk__lt=circular.pk)
            rows = rows.filter(Q(dated_on__lt=circular.dated_on) | same_day)
        return rows.latest_first()

    def unrendered(self) -> "CircularQuerySet":
        return self.filter(state__in=PUBLIC, document__isnull=True)

    def awaiting_distribution(self) -> "CircularQuerySet":
        """Return issued papers with a PDF whose mails are not yet listed as deliveries."""
        return self.filter(
            state=CircularState.ISSUED,
            is_distributed=True,
            distributed_at__isnull=True,
            document__isnull=False,
        )


class Circular(models.Model):
    """An Office Memorandum, letter, order or circular: text in two languages, then a frozen PDF."""

    class Form(models.TextChoices):
        OFFICE_MEMORANDUM = "om", _("Office Memorandum")
        LETTER = "letter", _("Letter")
        ORDER = "order", _("Order")
        CIRCULAR = "circular", _("Circular")

    form = models.CharField(_("form"), max_length=10, choices=Form)
    office_file = models.ForeignKey(
        OfficeFile, models.PROTECT, related_name="circulars", verbose_name=_("file")
    )
    number = models.CharField(
        _("number as printed"), max_length=80, help_text=_("Usually the number of the file.")
    )
    code = models.SlugField(_("code"), unique=True, help_text=_("Names it in its address."))
    subject = models.CharField(_("subject"), max_length=250)
    subject_hi = models.CharField(_("subject in Hindi"), max_length=250, blank=True)
    dated_on = models.DateField(_("dated"), null=True, blank=True)
    is_general_order = models.BooleanField(
        _("general order"),
        default=True,
        help_text=_("For a group of employees or of a standing nature: issues in both languages."),
    )
    salutation = models.CharField(_("salutation"), max_length=60, blank=True)
    salutation_hi = models.CharField(_("salutation in Hindi"), max_length=60, blank=True)
    signatory_name = models.CharField(_("name of the signatory"), max_length=120)
    signatory_name_hi = models.CharField(_("name in Hindi"), max_length=120, blank=True)
    signatory_designation = models.CharField(_("designation of the signatory"), max_length=150)
    signatory_designation_hi = models.CharField(
        _("designation in Hindi"), max_length=150, blank=True
    )
    signatory_telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    signatory_email = models.EmailField(_("e-mail address"), blank=True)
    hindi_override_reason = models.CharField(
        _("reason to issue without a current Hindi text"), max_length=300, blank=True
    )
    hindi_override_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("issued without Hindi by"),
    )
    is_distributed = models.BooleanField(
        _("mail it to the addressees"),
        default=False,
        help_text=_("Once issued, one mail goes to each address of its standing lists."),
    )
    distributed_at = models.DateTimeField(_("mails listed at"), null=True, blank=True)
    enclosed_in = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enclosures",
        verbose_name=_("enclosed in"),
    )
    supersedes = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name=_("supersedes"),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=CircularState, default=CircularState.DRAFT
    )
    # Nobody: the paper is older than the portal and was loaded from the records.
    author = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    approver = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approver")
    )
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    document = models.OneToOneField(
        IssuedDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="circular",
        verbose_name=_("document"),
    )

    objects = CircularQuerySet.as_manager()

    class Meta:
        verbose_name = _("circular")
        verbose_name_plural = _("circulars")
        constraints = [
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")),
                name="circulars_circular_approver_is_not_author",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "issued", "superseded", "archived"])
                | Q(approver__isnull=False)
                | Q(author__isnull=True),
                name="circulars_circular_approved_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(hindi_override_reason="") | Q(hindi_override_by__isnull=False),
                name="circulars_circular_override_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(enclosed_in__isnull=True) | ~Q(enclosed_in=F("pk")),
                name="circulars_circular_not_enclosed_in_itself",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "superseded", "archived"])
                | Q(issued_at__isnull=False, dated_on__isnull=False),
                name="circulars_circular_issued_with_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} – {self.subject_in_language}"

    def get_absolute_url(self) -> str:
        return reverse("circulars:detail", args=[self.code])

    @property
    def subject_in_language(self) -> str:
        return self.subject_hi if get_language() == "hi" and self.subject_hi else self.subject


class Paragraph(models.Model):
    """One paragraph of a circular, numbered as printed, with a table where it has one."""

    class Kind(models.TextChoices):
        PARAGRAPH = "paragraph", _("Paragraph")
        HEADING = "heading", _("Heading")
        SUBPARAGRAPH = "subparagraph", _("Sub-paragraph")
        TABLE = "table", _("Table")

    circular = models.ForeignKey(
        Circular,
        models.CASCADE,  # a paragraph is a part of its circular
        related_name="paragraphs",
        verbose_name=_("circular"),
    )
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PARAGRAPH)
    label = models.CharField(
        _("number"), max_length=12, blank=True, help_text=_("As printed: 2., 7.1 or (i).")
    )
    text = models.TextField(_("text"), blank=True)
    text_hi = models.TextField(_("text in Hindi"), blank=True)
    # For a table: {"head": […], "head_hi": […], "rows": [[…]], "rows_hi": [[…]]}
    table: Any = models.JSONField(_("table"), null=True, blank=True)
    # The digest of the English text that the Hindi text was made from: stale when it differs.
    hindi_of = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("paragraph")
        verbose_name_plural = _("paragraphs")
        constraints = [
            models.UniqueConstraint(
                fields=["circular", "position"], name="circulars_paragraph_position"
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.text[:60]}".strip()

    @property
    def is_hindi_current(self) -> bool:
        """Tell whether the Hindi text is there and was made from the English that now stands."""
        return self.hindi_of == digest_of(self.text, self.table)


class Addressee(models.Model):
    """To whom a circular goes: a line of the To list or of the copies, perhaps a standing list."""

    class Place(models.TextChoices):
        TO = "to", _("To")
        COPY = "copy", _("Copy to")

    circular = models.ForeignKey(
        Circular,
        models.CASCADE,  # a line is a part of its circular
        related_name="addressees",
        verbose_name=_("circular"),
    )
    place = models.CharField(_("place"), max_length=4, choices=Place, default=Place.TO)
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("as printed"), max_length=300)
    text_hi = models.CharField(_("as printed, in Hindi"), max_length=300, blank=True)
    address_list = models.ForeignKey(
        AddressList, models.PROTECT, null=True, blank=True, verbose_name=_("standing list")
    )

    class Meta:
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        constraints = [
            models.UniqueConstraint(
                fields=["circular", "place", "position"], name="circulars_addressee_position"
            )
        ]

    def __str__(self) -> str:
        return self.text


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, *, most_attempts: int) -> "DeliveryQuerySet":
        """Return mails that nobody has sent and nobody is sending."""
        return self.filter(sent_at=None, leased_until=None, attempts__lt=most_attempts)

    def cut_off(self, *, at: datetime) -> "DeliveryQuerySet":
        """Return mails that were taken in hand, and of which nothing was heard since."""
        return self.filter(sent_at=None, leased_until__lt=at)


class Delivery(models.Model):
    """The mail of one circular to one address: made once, so that a retry never sends twice.

    Leased and not sent means that a worker was cut off in the middle: whether the mail went out is
    not known, so it is not tried again by itself.
    """

    circular = models.ForeignKey(
        Circular, models.PROTECT, related_name="deliveries", verbose_name=_("circular")
    )
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("addressee"), max_length=250)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["circular", "email"], name="circulars_delivery_once")
        ]

    def __str__(self) -> str:
        return self.email
