"""What is done to papers: drafting, the steps of a circular, its mails, and issued documents."""

from circulars.actions.circulars import (
    approve_circular,
    archive_circular,
    attach_document,
    issue_circular,
    return_circular,
    submit_circular,
    supersede_circular,
)
from circulars.actions.documents import issue_document, replace_document, revoke_document
from circulars.actions.drafts import (
    create_draft,
    draft_composed,
    edit_draft,
    file_numbered,
    mark_hindi_current,
)
from circulars.actions.mails import (
    lease_delivery,
    list_deliveries,
    record_failed,
    record_sent,
    send_again,
)

__all__ = [
    "approve_circular",
    "archive_circular",
    "attach_document",
    "create_draft",
    "draft_composed",
    "edit_draft",
    "file_numbered",
    "issue_circular",
    "issue_document",
    "lease_delivery",
    "list_deliveries",
    "mark_hindi_current",
    "record_failed",
    "record_sent",
    "replace_document",
    "return_circular",
    "revoke_document",
    "send_again",
    "submit_circular",
    "supersede_circular",
]
