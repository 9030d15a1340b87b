"""Reading a provider's report on its codes, and what each of its rows says beside our records."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import IO, Final, NamedTuple

from django.utils.translation import gettext as _

from courses.models import Provider
from enrollment.models import ColumnMap, Coupon, CouponIssue, Redemption, UsageReportRow
from enrollment.provider_tables import ProviderTable, fold, map_in_force, open_table
from enrollment.states import CouponState
from igot.lib.tables import TableError

Outcome = UsageReportRow.Outcome
COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "code": frozenset({"code", "coupon", "coupon_code", "enrollment_code", "voucher"}),
    "status": frozenset({"status", "code_status", "redemption_status", "used"}),
    "redeemed_on": frozenset({"redeemed_on", "redemption_date", "date_redeemed", "used_on"}),
    "redeemed_by": frozenset(
        {"redeemed_by", "redeemed_by_username", "redeemed_by_email", "redeemer", "used_by"}
    ),
}
REDEEMED: Final = frozenset({"redeemed", "used", "consumed", "yes", "true", "1", "y"})
UNUSED: Final = frozenset(
    {"", "-", "unused", "unassigned", "assigned", "available", "not redeemed", "no", "n", "false",
     "0", "revoked", "expired"}
)  # fmt: skip
NEVER_SEEN: Final = frozenset({CouponState.AVAILABLE, CouponState.EXPIRED})
LONGEST_CODE: Final = 100


@dataclass(frozen=True, kw_only=True)
class UsageRow:
    """One row of a report as its provider wrote it; `fault` says why it cannot be read."""

    number: int
    code: str
    is_redeemed: bool = False
    redeemed_on: date | None = None
    account: str = ""
    fault: str = ""

    @property
    def ending(self) -> str:
        return self.code[-4:] if len(self.code) >= 8 else ""


NAMES: Final = (  # by which the provider may know an officer, from an issue
    "officer__official_email",
    "officer__user__email",
    "enrollment__provider_account__platform_username",
    "enrollment__provider_account__programme_username",
)


class Known(NamedTuple):
    """By what a row is judged: where its code is, who may use it, and what is known of that."""

    coupon_id: int
    state: str
    is_issued: bool  # now, or once
    names: frozenset[str]  # of the officer who has it, or had it last, folded
    redeemed_by: str | None  # None: it is not known as redeemed


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What our records say of a code: where it is, who has it, and what is known of its use."""

    coupon: Coupon  # its code left sealed
    state: str
    issue: CouponIssue | None  # the one that stands, or the last
    names: frozenset[str]  # by which the provider may know its officer, folded
    redemption: Redemption | None

    @property
    def known(self) -> Known:
        redeemed_by = self.redemption.account if self.redemption else None
        return Known(self.coupon.pk, self.state, bool(self.issue), self.names, redeemed_by)


def read_usage(provider: Provider, file: IO[bytes], *, as_on: date) -> Iterator[UsageRow]:
    """Read a report row by row, by the map of `provider` in force on `as_on`.

    :raises TableError: it is no table, or says neither who redeemed nor what is redeemed
    """
    by = map_in_force(provider, ColumnMap.Kind.USAGE, as_on)
    table = open_table(file, known=COLUMNS, required=("code",), by=by)
    if not {"status", "redeemed_on", "redeemed_by"} & set(table.columns):
        raise TableError(_("The file does not say which codes are redeemed: no column tells it."))
    words = _Words(table)
    return (_row(words, number, cells, as_on) for number, cells in table.rows())


def known_of(provider: Provider, digests: Iterable[str]) -> dict[str, Known]:
    """Read what a row is judged by, for the codes behind `digests`, each by its digest: two reads.

    Columns alone, without a model for each: a report has a hundred thousand rows.
    """
    coupons = Coupon.objects.filter(provider=provider, code_digest__in=set(digests) - {""})
    columns = ("pk", "code_digest", "state", "redemption", "redemption__account")
    found = list(coupons.values_list(*columns))
    issues = CouponIssue.objects.filter(coupon__in=[row[0] for row in found]).order_by("pk")
    names = {row[0]: row[1:] for row in issues.values_list("coupon", *NAMES)}  # the latest stays
    return {
        digest: Known(
            coupon_id=key,
            state=state,
            is_issued=key in names,
            names=_names(*names.get(key, ())),
            redeemed_by=(account or "") if redemption else None,
        )
        for key, digest, state, redemption, account in found
    }


def holdings_among(coupons: Iterable[Coupon]) -> dict[str, Holding]:
    """Return what our records say of coupons that are read, and locked, already: two reads."""
    kept = {coupon.pk: coupon for coupon in coupons}
    issues = CouponIssue.objects.filter(coupon__in=kept).order_by("pk")
    related = ("officer__user", "enrollment__provider_account", "enrollment__course")
    latest = {}
    for issue in issues.select_related(*related):
        issue.coupon = kept[issue.coupon_id]
        latest[issue.coupon_id] = issue
    known = {r.coupon_id: r for r in Redemption.objects.filter(coupon__in=kept)}
    return {
        coupon.code_digest: Holding(
            coupon=coupon,
            state=coupon.state,
            issue=latest.get(coupon.pk),
            names=_names_of(latest.get(coupon.pk)),
            redemption=known.get(coupon.pk),
        )
        for coupon in kept.values()
    }


def judge(known: Known | None, *, is_redeemed: bool, account: str) -> UsageReportRow.Outcome:
    """Say what a row means beside our records.

    A report that names no account is taken to mean the officer who holds the code.
    """
    if known is None:
        return Outcome.UNKNOWN_CODE
    if not is_redeemed:
        return Outcome.UNUSED
    if known.redeemed_by is not None:
        is_same = same_account(known.redeemed_by, account)
        return Outcome.ALREADY_KNOWN if is_same else Outcome.CONFLICT
    if not known.is_issued or known.state in NEVER_SEEN:
        return Outcome.NEVER_ISSUED
    if known.state == CouponState.DEAD:
        return Outcome.TAKEN_BACK
    is_holder = not account or fold(account) in known.names
    return Outcome.REDEEMED if is_holder else Outcome.OTHER_ACCOUNT


def same_account(one: str, other: str) -> bool:
    """Tell whether two reports can mean one account; one that names none contradicts nothing."""
    return not one or not other or fold(one) == fold(other)


def _names(
    official_email: str = "", email: str | None = "", *accounts: str | None
) -> frozenset[str]:
    """Return by which names, folded, the provider may know an officer: the columns NAMES."""
    return frozenset(fold(name) for name in (email or official_email, *accounts) if name)


def _names_of(issue: CouponIssue | None) -> frozenset[str]:
    if issue is None:
        return frozenset()
    account = issue.enrollment.provider_account
    accounts = (account.platform_username, account.programme_username) if account else ()
    return _names(issue.officer.email, None, *accounts)


class _Words:
    """Days and statuses as a report writes them, each text read once: most rows say the same."""

    def __init__(self, table: ProviderTable) -> None:
        self.day = lru_cache(maxsize=1000)(table.day)
        self.status = lru_cache(maxsize=1000)(partial(_status, table))


def _row(words: _Words, number: int, cells: Mapping[str, str], as_on: date) -> UsageRow:
    code = cells["code"]
    if not code:
        return UsageRow(number=number, code="", fault=_("The row has no code."))
    if len(code) > LONGEST_CODE or any(character.isspace() for character in code):
        return UsageRow(number=number, code="", fault=_("What stands for a code is none."))
    account = cells.get("redeemed_by", "")[:254]
    try:  # without a column of the status, a day or an account tells that it was redeemed
        day = words.day(cells.get("redeemed_on", ""))
        is_redeemed = words.status(cells["status"]) if "status" in cells else bool(day or account)
    except ValueError as error:
        return UsageRow(number=number, code=code, fault=str(error))
    if is_redeemed and day and day > as_on:
        fault = _("The row tells of a day after the day of the report.")
        return UsageRow(number=number, code=code, fault=fault)
    if not is_redeemed:
        return UsageRow(number=number, code=code)
    return UsageRow(number=number, code=code, is_redeemed=True, redeemed_on=day, account=account)


def _status(table: ProviderTable, text: str) -> bool:
    """Tell whether a status means that the code was redeemed.

    :raises ValueError: it is not known, with a sentence for whoever sent the file
    """
    word = fold(table.word("status", text).replace("_", " "))
    if word in REDEEMED:
        return True
    if word in UNUSED:
        return False
    raise ValueError(_("“%(text)s” is not known as the status of a code.") % {"text": text[:40]})
