"""What runs by itself, and how often: beat does it with a broker, `run_due` without one."""

from datetime import timedelta
from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "beat-heartbeat": {
        "task": "accounts.tasks.beat_heartbeat",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 25},
    },
    "deliver-unsent-notices": {
        "task": "accounts.tasks.deliver_unsent",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "work-on-rolls": {
        "task": "accounts.tasks.work_on_rolls",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 14},
    },
    "forget-rolls": {
        "task": "accounts.tasks.forget_rolls",
        "schedule": timedelta(days=1),
        "options": {"expires": 3600},
    },
    "seal-audit-entries": {
        "task": "accounts.tasks.seal_audit",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "render-circulars": {
        "task": "circulars.tasks.render_unrendered",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "deliver-circulars": {
        "task": "circulars.tasks.deliver_undelivered",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "issue-intimation-letters": {
        "task": "enrollment.tasks.issue_missing_letters",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "put-postings-in-force": {
        "task": "enrollment.tasks.put_postings_in_force",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3500},
    },
    "decide-anew": {
        "task": "enrollment.tasks.decide_anew",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "issue-waiting-coupons": {
        "task": "enrollment.tasks.serve_coupon_queue",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 280},
    },
    "expire-coupons": {
        "task": "enrollment.tasks.expire_coupons",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "record-completed-programmes": {
        "task": "enrollment.tasks.record_completions",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 580},
    },
    "make-screenings": {
        "task": "eligibility.tasks.make_screenings",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 25},
    },
    "delete-old-screenings": {
        "task": "eligibility.tasks.delete_old_screenings",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "screen-rolls": {
        "task": "eligibility.tasks.screen_rolls",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 25},
    },
    "delete-old-rolls": {
        "task": "eligibility.tasks.delete_old_rolls",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "issue-sanction-orders": {
        "task": "reimbursement.tasks.issue_missing_orders",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "render-minutes": {
        "task": "committee.tasks.render_minutes",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "follow-announcements": {
        "task": "committee.tasks.follow_announcements",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
}
