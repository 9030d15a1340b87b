"""Load the demo department: people and cases in every state, through the same actions as real ones."""

import random
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from reports.demo import people, registrations

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
        began = registrations.instant(today - timedelta(days=500))
        users = people.make_logins(began)
        people.appoint(users, began.date())
        officers = [people.make_known_officer(users, began)]
        officers += people.make_officers(chance, users, began, OFFICERS)
        self.stdout.write(f"{len(officers)} officers")
        over, going, now_open = registrations.cohorts(today)
        first = registrations.register_each(officers[:70], over, chance)
        second = registrations.register_each(officers[70:130], going, chance)
        third = registrations.register_each(officers[100:201], now_open, chance)
        for group in (first, second, third):
            registrations.note_and_approve(users, group)
        registrations.confirm(users, first, share=1)
        registrations.confirm(users, second, share=1)
        registrations.confirm(users, third, share=0.5)
        registrations.supply_coupons(users, over)
        registrations.supply_coupons(users, going)
        registrations.supply_coupons(users, now_open[:3], spare=0)
        registrations.supply_coupons(users, now_open[3:4], release=False)
        registrations.reveal_some(first, share=1, chance=chance)
        registrations.reveal_some(second, share=0.9, chance=chance)
        registrations.reveal_some(third, share=0.5, chance=chance)
        self.stdout.write(f"{len(first) + len(second) + len(third)} registrations")
