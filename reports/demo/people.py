"""The people of the demo: one log-in per role, and some two hundred officers in service."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group

from accounts.actions import records
from accounts.models import CadreAuthority, NodalAppointment, Officer, Rank, Service, State, User
from accounts.roles import DESK_ROLES, Role

DOMAIN = "demo.gov.in"
PASSWORD = "monsoon over the secretariat"  # noqa: S105 – printed by `demo_logins`, DEBUG only


@dataclass(frozen=True)
class Login:
    """A demo log-in: who it is and what it is for."""

    key: str
    name: str
    designation: str
    purpose: str
    roles: tuple[Role, ...]

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


LOGINS = (
    Login("officer", "Asha Menon", "Deputy Secretary", "an officer with courses", (Role.OFFICER,)),
    Login(
        "newcomer",
        "Ravi Shankar Iyer",
        "Under Secretary",
        "an officer who has just signed up",
        (Role.OFFICER,),
    ),
    Login(
        "nodal",
        "Sunita Bhatt",
        "Director (AIS)",
        "nodal officer of the IAS authority",
        (Role.NODAL_OFFICER,),
    ),
    Login(
        "nodal2",
        "Deepak Sarma",
        "Under Secretary (AIS)",
        "acts for the IAS authority by delegation",
        (Role.NODAL_OFFICER,),
    ),
    Login(
        "nodal.state",
        "Thomas Kurien",
        "Additional Secretary (GAD)",
        "nodal officer where prior approval is needed",
        (Role.NODAL_OFFICER,),
    ),
    Login(
        "dealing", "Meena Kumari", "Assistant Section Officer", "dealing hand", (Role.DEALING_HAND,)
    ),
    Login(
        "dealing2",
        "Prakash Negi",
        "Section Officer",
        "second dealing hand, for two-person steps",
        (Role.DEALING_HAND,),
    ),
    Login(
        "sanction",
        "Vandana Rao",
        "Under Secretary to the Government of India",
        "sanctioning authority up to ₹25,000",
        (Role.SANCTIONING_AUTHORITY,),
    ),
    Login(
        "sanction2",
        "Arvind Saxena",
        "Deputy Secretary to the Government of India",
        "sanctioning authority up to ₹5,00,000",
        (Role.SANCTIONING_AUTHORITY,),
    ),
    Login(
        "paying",
        "Iqbal Ahmad",
        "Drawing & Disbursing Officer",
        "paying officer",
        (Role.PAYING_OFFICER,),
    ),
    Login(
        "paying2",
        "Leela Thomas",
        "Assistant Accounts Officer",
        "second paying officer",
        (Role.PAYING_OFFICER,),
    ),
    Login(
        "member",
        "Kavita Joshi",
        "Joint Secretary",
        "member of the selection committee",
        (Role.COMMITTEE_MEMBER,),
    ),
    Login(
        "chair",
        "Rashmi Pillai",
        "Additional Secretary (Training)",
        "chair of the selection committee",
        (Role.COMMITTEE_MEMBER,),
    ),
    *(
        Login(
            f"member{number}",
            name,
            "Joint Secretary",
            "another member of the selection committee",
            (Role.COMMITTEE_MEMBER,),
        )
        for number, name in ((2, "Manoj Tirkey"), (3, "Anuradha Sen"), (4, "Baldev Gill"))
    ),
    Login(
        "secretary",
        "Harish Chandra",
        "Deputy Secretary (Training)",
        "secretary of the selection committee",
        (Role.COMMITTEE_SECRETARY,),
    ),
    Login(
        "author",
        "Nalini Das",
        "Section Officer (Training)",
        "author of circulars",
        (Role.CIRCULAR_AUTHOR,),
    ),
    Login(
        "approver",
        "Gopal Krishnan",
        "Director (Training)",
        "approver of circulars",
        (Role.CIRCULAR_APPROVER,),
    ),
    Login(
        "auditor",
        "Farida Sheikh",
        "Senior Audit Officer",
        "auditor: sees what was decided, changes nothing",
        (Role.AUDITOR,),
    ),
    Login("admin", "Administrator", "System administrator", "gives roles and ends accounts", ()),
)

GIVEN = (
    "Aarti Abdul Aditi Ajay Amit Anand Anil Anjali Arjun Arun Bhavna Chandra Deepa Devika Dinesh "
    "Divya Esha Farhan Gauri Geeta Girish Gurpreet Harpreet Hema Indira Irfan Jaya Jyoti Kabir "
    "Kamala Kiran Krishna Lakshmi Lalita Madhav Mahesh Manju Meera Mohan Mukesh Nandini Naveen "
    "Neha Nikhil Padma Pooja Prabha Pradeep Priya Rahul Rajesh Rakesh Rekha Ritu Rohit Sameer "
    "Sanjay Sarita Shalini Shanti Shyam Sonam Sudha Suresh Swati Tara Tenzin Uma Usha Varun Vijay "
    "Vikram Vinod Yasmin Zoya"
).split()
FAMILY = (
    "Agarwal Ansari Banerjee Barua Bhattacharya Bora Chauhan Chopra D’Souza Das Deshmukh Dutta "
    "Fernandes Gandhi Ganguly Ghosh Gill Goswami Gupta Hegde Iyengar Jain Jha Joseph Kapoor Kaur "
    "Khan Kulkarni Lal Mahato Malhotra Mishra Mukherjee Nair Naik Nayak Oraon Pande Patel Patil "
    "Pillai Prasad Rathore Reddy Rawat Sahu Sethi Sharma Singh Sinha Soren Subramanian Tiwari "
    "Tripathi Varghese Verma Wangdi Yadav"
).split()
# Services of the demo, with how many in a hundred belong to each.
SHARES = {
    "IAS": 22,
    "IPS": 12,
    "IFOS": 8,
    "IAAS": 6,
    "IRS-IT": 8,
    "IRS-CIT": 5,
    "IPOS": 4,
    "IES": 4,
    "ISS": 3,
    "CSS": 10,
    "CSSS": 4,
    "SCS-KL": 8,
    "SCS-BR": 3,
    "SCS-UP": 2,
    "DANICS": 1,
}
REFERRED = 150  # an officer on whose service and group the sources are silent
GROUPS = {"CSS": "AAAB", "CSSS": "ABC", "SCS-BR": "ABC", "SCS-KL": "AAB", "DANICS": "AB"}
POSTS = (
    ("Under Secretary", "Ministry of Rural Development"),
    ("Deputy Secretary", "Ministry of Health and Family Welfare"),
    ("Director", "Department of Expenditure"),
    ("District Magistrate", "State Government"),
    ("Superintendent of Police", "Ministry of Home Affairs"),
    ("Joint Director", "Ministry of Statistics and Programme Implementation"),
    ("Deputy Commissioner", "Department of Revenue"),
    ("Additional Secretary", "State Secretariat"),
)


def make_logins(at: datetime) -> dict[str, User]:
    """Make the demo log-ins; staff get a second factor whose codes `make otp` prints."""
    users = {}
    for login in LOGINS:
        user = User.objects.create_user(
            login.email,
            PASSWORD,
            name=login.name,
            designation=login.designation,
            is_staff=bool(set(login.roles) & DESK_ROLES) or login.key == "admin",
            is_superuser=login.key == "admin",
            joined_at=at,
        )
        user.groups.set(Group.objects.filter(name__in=[role.value for role in login.roles]))
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        if user.needs_second_factor:
            TOTP.activate(user, generate_totp_secret())
        users[login.key] = user
    Authenticator.objects.filter(user__in=users.values()).update(created_at=at)
    return users


def appoint(users: dict[str, User], on: date) -> None:
    """Appoint the demo's nodal officers; Kerala's authority approves before the office confirms."""
    ias, kerala = (Service.objects.get(code=code) for code in ("IAS", "SCS-KL"))
    Service.objects.filter(pk=kerala.pk).update(cca_mode=Service.Mode.PRIOR_APPROVAL)
    for key, service in (("nodal", ias), ("nodal.state", kerala)):
        NodalAppointment.objects.create(
            user=users[key], authority=service.authority, starts_on=on, order_reference="DEMO/1"
        )
    CadreAuthority.objects.filter(pk=ias.authority_id).update(email=users["nodal"].email)


def declared_facts(chance: random.Random, number: int) -> dict[str, Any]:
    """Return the facts of a made-up officer: most of them eligible, some on a boundary."""
    code = chance.choices(list(SHARES), list(SHARES.values()))[0]
    group = chance.choice(GROUPS.get(code, "A"))
    if number == REFERRED:
        code, group = "DANICS", "B"
    service = Service.objects.get(code=code)
    year = chance.randint(1996, 2021) if number % 17 else chance.randint(2023, 2025)
    born = date(year - chance.randint(23, 30), chance.randint(1, 12), chance.randint(1, 28))
    if number % 11 == 0:
        born = date(1970 if number % 22 else 1971, 7, 1)  # the boundary of 2026 and of 2027
        year = 1996
    joined = date(year, 8, 29) if number % 9 else date(year + 1, 1, 3)
    post, ministry = chance.choice(POSTS)
    rank = Rank.objects.filter(service_key__in=(code, service.family), group=group).first()
    states = list(State.objects.order_by("code"))
    return {
        "name": f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}",
        "employee_code": f"{code.replace('-', '')}{10000 + number}",
        "born_on": born,
        "service": service,
        "cadre": service.state or (chance.choice(states) if service.family == "AIS" else None),
        "group": group,
        "rank": rank,
        "allotment_year": year if service.family != "STATE" else None,
        "joined_on": joined,
        "designation": post,
        "ministry": ministry,
        "mobile": f"9{chance.randint(10**8, 10**9 - 1)}",
    }


def make_officers(
    chance: random.Random, users: dict[str, User], at: datetime, number: int
) -> Iterator[Officer]:
    """Yield `number` officers who have declared their record; of ten, eight are verified."""
    role = Group.objects.get(name=Role.OFFICER.value)
    for index in range(number):
        facts = declared_facts(chance, index)
        user = User.objects.create_user(
            f"{facts['name'].lower().replace(' ', '.').replace('’', '')}.{index}@{DOMAIN}",
            name=facts["name"],
            joined_at=at,
        )
        user.groups.add(role)
        officer = declare(user, facts, at + timedelta(hours=index))
        settle_record(officer, users, at + timedelta(days=20, hours=index), index)
        yield Officer.objects.with_service().get(pk=officer.pk)


def declare(user: User, facts: dict[str, Any], at: datetime) -> Officer:
    officer, _is_new = Officer.objects.get_or_create(user=user)
    records.declare_record(officer_id=officer.pk, facts=facts, acting_user=user, at=at)
    return officer


def settle_record(officer: Officer, users: dict[str, User], at: datetime, index: int) -> None:
    """Verify most records, return a few, leave the others in the queue."""
    if index % 10 in (3, 7) and index > 40:
        if index % 20 == 3:
            records.return_record(
                officer_id=officer.pk,
                reason="The date of joining differs from the service book, page 4.",
                acting_user=users["dealing"],
                at=at,
            )
        return
    records.verify_record(officer_id=officer.pk, acting_user=users["dealing"], at=at)


def make_known_officer(users: dict[str, User], at: datetime) -> Officer:
    """Make the officer behind the demo log-in `officer`: IAS, Kerala cadre, verified."""
    facts = {
        "name": "Asha Menon",
        "employee_code": "KL012345",
        "born_on": date(1985, 8, 15),
        "service": Service.objects.get(code="IAS"),
        "cadre": State.objects.get(code="KL"),
        "group": "A",
        "rank": Rank.objects.filter(service_key="AIS", code="NFSG").first(),
        "allotment_year": 2010,
        "joined_on": date(2010, 8, 30),
        "designation": "Deputy Secretary",
        "ministry": "Ministry of Rural Development",
        "mobile": "9876543210",
    }
    officer = declare(users["officer"], facts, at)
    records.verify_record(
        officer_id=officer.pk, acting_user=users["nodal"], at=at + timedelta(days=3)
    )
    return Officer.objects.with_service().get(pk=officer.pk)
