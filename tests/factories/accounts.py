"""People and authorities for tests: the same few characters, told apart by what a test names."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import (
    CadreAuthority,
    NodalAppointment,
    Officer,
    OfficialEmailDomain,
    Posting,
    Service,
    State,
    User,
)
from accounts.roles import DESK_ROLES, Role

numbers = count(1)
PASSWORD = "correct horse battery"  # noqa: S105 – of test users only


def make_domain(*, domain: str = "gov.in") -> OfficialEmailDomain:
    return OfficialEmailDomain.objects.get_or_create(domain=domain)[0]


def make_state(*, code: str = "KL", name: str = "Kerala", region: str = "C") -> State:
    return State.objects.get_or_create(code=code, defaults={"name": name, "region": region})[0]


def make_authority(*, name: str = "Department of Personnel (AIS Division)") -> CadreAuthority:
    return CadreAuthority.objects.get_or_create(
        name=name, defaults={"email": "cca@example.gov.in"}
    )[0]


def make_service(
    *,
    code: str = "IAS",
    name: str = "Indian Administrative Service",
    family: str = Service.Family.AIS,
    groups: str = "A",
    basis: str = Service.Basis.ALLOTMENT_YEAR,
    authority: CadreAuthority | None = None,
    **fields: Any,
) -> Service:
    found = Service.objects.filter(code=code).first()
    return found or Service.objects.create(
        code=code,
        name=name,
        acronym=code,
        family=family,
        groups=groups,
        basis=basis,
        authority=authority or make_authority(),
        **fields,
    )


def make_user(*roles: Role, email: str = "", name: str = "", **fields: Any) -> User:
    """Make a user who holds `roles`; staff work at the desk where their role does."""
    number = next(numbers)
    user = User.objects.create_user(
        email or f"user{number}@example.gov.in",
        name=name or f"User {number}",
        is_staff=fields.pop("is_staff", bool(set(roles) & DESK_ROLES)),
        **fields,
    )
    user.groups.set([Group.objects.get_or_create(name=role.value)[0] for role in roles])
    return user


def make_officer(
    *,
    user: User | None = None,
    name: str = "Asha Rao",
    service: Service | None = None,
    group: str = "A",
    born_on: date | None = date(1985, 8, 15),
    allotment_year: int | None = 2010,
    joined_on: date | None = date(2010, 8, 30),
    is_verified: bool = True,
    **fields: Any,
) -> Officer:
    """Make an officer with a verified record, eligible everywhere unless a test says otherwise."""
    user = user or make_user(Role.OFFICER, name=name)
    state = Officer.RecordState.VERIFIED if is_verified else Officer.RecordState.DECLARED
    return Officer.objects.create(
        user=user,
        name=name,
        employee_code=fields.pop("employee_code", f"E{next(numbers):05d}"),
        service=service or make_service(),
        group=group,
        born_on=born_on,
        allotment_year=allotment_year,
        joined_on=joined_on,
        designation=fields.pop("designation", "Deputy Secretary"),
        ministry=fields.pop("ministry", "Ministry of Rural Development"),
        record_state=state,
        verified_by=make_user(Role.DEALING_HAND) if is_verified else None,
        verified_at=timezone.now() if is_verified else None,
        **fields,
    )


def make_posting(officer: Officer, *, starts_on: date, group: str, **fields: Any) -> Posting:
    return Posting.objects.create(
        officer=officer,
        starts_on=starts_on,
        group=group,
        order_reference=fields.pop("order_reference", "A-12012/3/2019, 01.07.2019"),
        recorded_by=fields.pop("recorded_by", None) or make_user(Role.DEALING_HAND),
        recorded_at=timezone.now(),
        **fields,
    )


def make_roll_officer(*, official_email: str = "", **fields: Any) -> Officer:
    """Make an officer whom a roll names and who has never signed up."""
    officer = make_officer(**fields)
    user, officer.user, officer.official_email = officer.log_in, None, official_email
    officer.save()
    user.delete()
    return officer


def make_nodal_officer(*, authority: CadreAuthority | None = None, **fields: Any) -> User:
    user = make_user(Role.NODAL_OFFICER, **fields)
    NodalAppointment.objects.create(
        user=user, authority=authority or make_authority(), starts_on=date(2019, 1, 1)
    )
    return user


def make_delegation(*, of: User | None = None, to: User | None = None) -> NodalAppointment:
    """Make a delegation in force by `of`, a nodal officer, to `to`, who gets the role."""
    held = NodalAppointment.objects.get(user=of or make_nodal_officer(), delegated_from=None)
    user = to or make_user(Role.NODAL_OFFICER)
    user.groups.add(Group.objects.get_or_create(name=Role.NODAL_OFFICER.value)[0])
    today = timezone.localdate()
    return NodalAppointment.objects.create(
        authority=held.authority,
        user=user,
        starts_on=today - timedelta(days=1),
        until=today + timedelta(days=7),
        delegated_from=held,
        reason="On leave",
    )


def enrol_second_factor(user: User) -> str:
    """Give `user` a TOTP authenticator and return its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    return secret


def sign_in(client: Any, user: User) -> None:
    """Sign `user` in on a test client as after a log-in with all the factors it needs."""
    client.force_login(user)
    session = client.session
    session["began_at"] = session["seen_at"] = int(timezone.now().timestamp())
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [
        {"method": "password", "at": timezone.now().timestamp(), "email": user.email}
    ]
    if user.needs_second_factor:
        enrol_second_factor(user)
        session["account_authentication_methods"].append(
            {"method": "mfa", "at": timezone.now().timestamp(), "type": "totp"}
        )
    session.save()
