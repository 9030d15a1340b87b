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
    "send-digests": {
        "task": "accounts.tasks.send_digests",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 280},
    },
    "follow-delegations": {
        "task": "enrollment.tasks.follow_delegations",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 580},
    },
    "remind-authorities": {
        "task": "enrollment.tasks.remind_authorities",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3500},
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
    "carry-out-results": {
        "task": "enrollment.tasks.carry_out_results",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 14},
    },
    "read-provider-files": {
        "task": "enrollment.tasks.read_provider_files",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 14},
    },
    "issue-waiting-coupons": {
        "task": "enrollment.tasks.serve_coupon_queue",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "check-pool": {
        "task": "enrollment.tasks.check_pool",
        "schedule": timedelta(days=1),
        "options": {"expires": 3600},
    },
    "expire-coupons": {
        "task": "enrollment.tasks.expire_coupons",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "forget-uploads": {
        "task": "enrollment.tasks.forget_uploads",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3500},
    },
    "check-certificates": {
        "task": "enrollment.tasks.check_certificates",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 14},
    },
    "apply-usage-reports": {
        "task": "enrollment.tasks.apply_usage_reports",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 25},
    },
    "watch-pools": {
        "task": "enrollment.tasks.watch_pools",
        "schedule": timedelta(hours=12),
        "options": {"expires": 3600},
    },
    "reconcile-coupons": {
        "task": "reimbursement.tasks.reconcile_coupons",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "record-completed-programmes": {
        "task": "enrollment.tasks.record_completions",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 580},
    },
    "issue-receipts": {
        "task": "enrollment.tasks.issue_receipts",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "issue-statements": {
        "task": "enrollment.tasks.issue_statements",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "end-papers": {
        "task": "enrollment.tasks.end_papers",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 55},
    },
    "tell-waiting-lists": {
        "task": "enrollment.tasks.tell_waiting_lists",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 280},
    },
    "remind-and-let-lapse": {
        "task": "enrollment.tasks.remind_and_lapse",
        "schedule": timedelta(hours=12),
        "options": {"expires": 6 * 3600},
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
