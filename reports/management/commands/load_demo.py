"""Load the demo department: people and cases in every state, by the same actions as real ones."""

import random
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Officer, User
from courses.models import Run
from enrollment.models import Enrollment
from enrollment.tasks import issue_missing_letters
from reports.demo import (
    claims,
    committee_catalogue,
    committee_meetings,
    committee_minutes,
    committee_page,
    committee_proposals,
    committee_room,
    completions,
    graduate,
    issued_papers,
    moved,
    office,
    people,
    registrations,
    representations,
    standing,
    usage,
)

OFFICERS = 200


class Command(BaseCommand):
    help = "Load demo people and cases into a database that has the reference data (DEBUG only)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demo people have public passwords: they need DEBUG.")
        if User.objects.filter(email__endswith=f"@{people.DOMAIN}").exists():
            self.stdout.write("The demo is there already; nothing is changed.")
            return
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # nobody is mailed
        chance = random.Random(2019)  # noqa: S311 – the same demo every time
        today = timezone.localdate()
        registrations.load_earlier_batches(today)
        began = registrations.instant(today - timedelta(days=560))
        users = people.make_logins(began)
        people.appoint(users, began.date())
        claims.load_money(users, today)
        officers = [people.make_known_officer(users, began)]
        officers += people.make_officers(chance, users, began, OFFICERS)
        self.stdout.write(f"  {len(officers)} officers")
        office.open_ledger(users, officers[:6], began + timedelta(days=30))
        self._load_cases(users, officers, chance)
        self.stdout.write(f"  {representations.make_representations(users)} representations")
        self.stdout.write(f"  {office.write_papers(users, today)} notices of batches")
        office.resolve(users, today)
        committee_catalogue.keep_catalogue(users, today)
        committee_proposals.constitute(users, began.date())
        self.stdout.write(f"  {committee_proposals.propose(users, today)} proposals of courses")
        self.stdout.write(f"  {committee_minutes.hold_past_meetings(users, today)} meetings")
        self.stdout.write(f"  {committee_meetings.call_meetings(users, today)} items on an agenda")
        self.stdout.write(f"  {committee_room.sit(users, today)} members of the committee sit")
        office.receive_messages(users)
        self.stdout.write(f"  {issued_papers.name_cities(chance)} officers name cities")
        self.stdout.write(f"  {issued_papers.issue_papers(officers[0])} receipts and statements")
        while count := issue_missing_letters():
            self.stdout.write(f"  {count} letters of intimation")

    def _load_cases(
        self, users: dict[str, User], officers: list[Officer], chance: random.Random
    ) -> None:
        over, going, now_open = registrations.cohorts(timezone.localdate())
        ended = registrations.register_each(officers[:64], over, chance)
        running = registrations.register_each(officers[50:95], going, chance)
        others = [*now_open[1:], *now_open[:1]]  # the known officer has the first course already
        coming = registrations.register_each([officers[0], *officers[95:150]], others, chance)
        silent = [run for run in now_open if run.course.rule_set_code == "WEB"]
        coming += registrations.register_each([officers[people.REFERRED + 1]], silent, chance)
        through = graduate.register_graduate(officers[150:], over)
        for group in (ended, running, coming):
            registrations.note_and_approve(users, group)
        registrations.confirm(users, ended, share=1)
        registrations.confirm(users, running, share=1)
        registrations.confirm(users, through, share=1)
        registrations.confirm(users, coming, share=0.5)
        for runs, options in (
            (over, {}),
            (going, {}),
            (now_open[:2], {"spare": 0}),
            (now_open[2:4], {"release": False}),
        ):
            registrations.supply_coupons(users, runs, **options)
        registrations.reveal_some(ended, share=1, chance=chance)
        registrations.reveal_some(through, share=1, chance=chance)
        registrations.reveal_some(running, share=0.85, chance=chance)
        registrations.reveal_some(coming[1:], share=0.4, chance=chance)
        self.stdout.write(f"  {len(ended) + len(running) + len(coming)} registrations")
        completions.bring_results(users, ended)
        completions.bring_results(users, running[:12], apply=False)
        verified = completions.send_certificates(users, ended)
        self.stdout.write(f"  {len(verified)} verified certificates")
        self.stdout.write(f"  {claims.make_claims(users, verified)} claims")
        office.reverse_one(users, verified)
        graduate.complete_programme(users, through)
        committee_page.register_colleagues(users, officers[1:])
        self.stdout.write(f"  {moved.move_a_batch(users, now_open[0])} registration held by a move")
        self._let_stand(users, officers, running, now_open)
        self.stdout.write(f"  {usage.report_usage(users)} cases of reconciliation")
        self.stdout.write(f"  {usage.watch_and_ask(users)} alerts of pools")
        moved.note_a_promotion(users, officers[0])
        moved.propose_a_birth_date(users, officers[20])

    def _let_stand(
        self,
        users: dict[str, User],
        officers: list[Officer],
        running: list[Enrollment],
        now_open: list[Run],
    ) -> None:
        """Load what waits: for a seat, an authority, a provider, a day or a person at the desk."""
        self.stdout.write(f"  {standing.limit_seats(now_open)} officers on a waiting list")
        standing.delegate(users)
        self.stdout.write(f"  {standing.remind(officers[175:], now_open)} reminders and lapses")
        self.stdout.write(f"  {standing.send_lists(users, now_open)} lines to a provider")
        held = standing.bring_results_under_embargo(users, running)
        self.stdout.write(f"  {held} results under embargo")
