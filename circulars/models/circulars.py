"""Circulars: Office Memoranda, letters, orders, with their paragraphs and addressees."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from circulars.models.documents import IssuedDocument
from circulars.models.files import AddressList, OfficeFile
from circulars.rules import digest_of
from circulars.states import PUBLIC, CircularState


class CircularQuerySet(models.QuerySet["Circular"]):
    def public(self) -> "CircularQuerySet":
        return self.filter(state__in=PUBLIC, issued_at__isnull=False)

    def in_force(self) -> "CircularQuerySet":
        return self.filter(state=CircularState.ISSUED)

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

    def rendered(self) -> "CircularQuerySet":
        return self.filter(document__isnull=False)

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
    def rendered_document(self) -> IssuedDocument:
        """Return the document of a circular that has one.

        :raises ValueError: its PDF is still to be made
        """
        if self.document is None:
            raise ValueError(f"{self} has no document yet")
        return self.document

    @property
    def subject_in_language(self) -> str:
        return self.subject_hi if get_language() == "hi" and self.subject_hi else self.subject

    @property
    def signatory_in_language(self) -> str:
        """Name who signs, with the designation, in the language of the page."""
        if get_language() == "hi" and self.signatory_name_hi and self.signatory_designation_hi:
            return f"{self.signatory_name_hi}, {self.signatory_designation_hi}"
        return f"{self.signatory_name}, {self.signatory_designation}"

    @property
    def has_hindi(self) -> bool:
        """Tell whether the PDF is in both languages."""
        return bool(self.subject_hi) and not self.hindi_override_reason


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
