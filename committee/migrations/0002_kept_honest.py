"""What the database refuses of votes, sheets, rubrics, resolutions, minutes and terms."""

# ruff: noqa: S608 – SQL of constants only

from django.db import migrations

from igot.lib.no_overlap import NoOverlap
from igot.lib.refusals import Refusal, any_differs

SEAT, RUBRIC, CRITERION = "committee_seat", "committee_rubric", "committee_criterion"
MEETING, ITEM, PART = "committee_meeting", "committee_agendaitem", "committee_participation"
SCORE, RESOLUTION = "committee_criterionscore", "committee_resolution"
MINUTES, CORRIGENDUM = "committee_minutes", "committee_corrigendum"

ITEM_STATE = f"(SELECT state FROM {ITEM} WHERE id = NEW.item_id)"
COUNTING = (
    f"FROM {PART} AS p WHERE p.item_id = NEW.item_id AND p.is_voting "
    "AND NOT p.is_recused AND p.presence <> 'absent'"
)
OF_RESOLUTION = (
    f"(SELECT m.state FROM {MEETING} AS m JOIN {ITEM} AS i ON i.meeting_id = m.id "
    "WHERE i.id = OLD.item_id) = 'confirmed'"
)
QUORUM = (
    f"(SELECT c.quorum FROM committee_committee AS c JOIN {MEETING} AS m ON m.committee_id = c.id "
    f"JOIN {ITEM} AS i ON i.meeting_id = m.id WHERE i.id = NEW.item_id)"
)
RESOLVED = (
    "item_id number decided_on outcome reasons reasons_hi rule_set_code audience audience_hi "
    "certification fee_ceiling currency credit_points valid_from valid_to quorum_needed "
    "quorum_counted chair_needed chair_counted votes_for votes_against votes_abstained "
    "casting_vote recorded_by_id recorded_at"
)


def approved(row: str) -> str:
    """Say that the rubric of a criterion is approved."""
    return f"(SELECT approved_at FROM {RUBRIC} WHERE id = {row}.rubric_id) IS NOT NULL"


def handed_in(row: str) -> str:
    """Say that the sheet of a score is handed in."""
    return f"(SELECT scored_at FROM {PART} WHERE id = {row}.participation_id) IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("committee", "0001_initial")]

    operations = [
        NoOverlap(SEAT, "committee_seat_one_chair", ["committee_id"], where="{row}kind = 'chair'"),
        NoOverlap(SEAT, "committee_seat_once_a_member", ["committee_id", "user_id"]),
        # A rubric: weights of 100 when approved, frozen afterwards.
        Refusal(RUBRIC, "committee_rubric_begins_as_draft", ["INSERT"], "NEW.approved_at IS NOT NULL"),
        Refusal(
            RUBRIC,
            "committee_rubric_weights_sum",
            ["UPDATE"],
            "OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL AND COALESCE("
            f"(SELECT SUM(weight) FROM {CRITERION} WHERE rubric_id = NEW.id), 0) <> 100",
        ),
        Refusal(
            RUBRIC,
            "committee_rubric_frozen",
            ["UPDATE"],
            "OLD.approved_at IS NOT NULL AND "
            + any_differs("code version title title_hi drafted_by_id approved_by_id approved_at"),
        ),
        Refusal(RUBRIC, "committee_rubric_kept", ["DELETE"], "OLD.approved_at IS NOT NULL"),
        Refusal(CRITERION, "committee_criterion_frozen", ["INSERT"], approved("NEW")),
        Refusal(
            CRITERION,
            "committee_criterion_unchanged",
            ["UPDATE"],
            f"{approved('OLD')} OR {approved('NEW')}",
        ),
        Refusal(CRITERION, "committee_criterion_kept", ["DELETE"], approved("OLD")),
        Refusal(
            MEETING,
            "committee_meeting_rubric_approved",
            ["UPDATE"],
            "NEW.state IN ('called', 'in_session') AND "
            f"(SELECT approved_at FROM {RUBRIC} WHERE id = NEW.rubric_id) IS NULL",
        ),
        # An item: open only in session, decided only with a resolution, and then for good.
        Refusal(
            ITEM,
            "committee_agendaitem_open_in_session",
            ["UPDATE"],
            "NEW.state = 'open' AND OLD.state <> 'open' AND "
            f"(SELECT state FROM {MEETING} WHERE id = NEW.meeting_id) <> 'in_session'",
        ),
        Refusal(
            ITEM,
            "committee_agendaitem_decided_stays",
            ["UPDATE"],
            "OLD.state IN ('decided', 'carried_over') AND "
            + any_differs("state meeting_id proposal_id"),
        ),
        Refusal(
            ITEM,
            "committee_agendaitem_decided_by_resolution",
            ["UPDATE"],
            "NEW.state = 'decided' AND OLD.state <> 'decided' AND "
            f"NOT EXISTS (SELECT 1 FROM {RESOLUTION} WHERE item_id = NEW.id)",
        ),
        # A member on an item: everything once, in its time.
        Refusal(
            PART,
            "committee_participation_begins_empty",
            ["INSERT"],
            "NEW.vote <> '' OR NEW.casting_vote <> '' OR NEW.scored_at IS NOT NULL",
        ),
        Refusal(
            PART,
            "committee_participation_vote_once_while_open",
            ["UPDATE"],
            f"NEW.vote <> OLD.vote AND (OLD.vote <> '' OR {ITEM_STATE} <> 'open')",
        ),
        Refusal(
            PART,
            "committee_participation_sheet_once_in_time",
            ["UPDATE"],
            any_differs("scored_at score")
            + f" AND (OLD.scored_at IS NOT NULL OR {ITEM_STATE} NOT IN ('listed', 'open'))",
        ),
        Refusal(
            PART,
            "committee_participation_casting_once_when_closed",
            ["UPDATE"],
            "NEW.casting_vote <> OLD.casting_vote AND "
            f"(OLD.casting_vote <> '' OR {ITEM_STATE} <> 'closed')",
        ),
        Refusal(
            PART,
            "committee_participation_interest_before_vote",
            ["UPDATE"],
            any_differs("interest is_recused")
            + f" AND (OLD.vote <> '' OR {ITEM_STATE} NOT IN ('listed', 'open'))",
        ),
        Refusal(
            PART,
            "committee_participation_presence_in_time",
            ["UPDATE"],
            any_differs("presence is_voting is_chair")
            + f" AND {ITEM_STATE} NOT IN ('listed', 'open')",
        ),
        Refusal(
            PART, "committee_participation_stays", ["UPDATE"], any_differs("item_id seat_id")
        ),
        Refusal(
            PART,
            "committee_participation_kept",
            ["DELETE"],
            "OLD.vote <> '' OR OLD.scored_at IS NOT NULL",
        ),
        Refusal(SCORE, "committee_criterionscore_sealed", ["INSERT"], handed_in("NEW")),
        Refusal(
            SCORE,
            "committee_criterionscore_unchanged",
            ["UPDATE"],
            f"{handed_in('OLD')} OR {handed_in('NEW')}",
        ),
        Refusal(SCORE, "committee_criterionscore_kept", ["DELETE"], handed_in("OLD")),
        # A resolution: of a closed item, on the counts of its rows, kept once the minutes are.
        Refusal(
            RESOLUTION,
            "committee_resolution_of_closed_item",
            ["INSERT"],
            f"{ITEM_STATE} <> 'closed'",
        ),
        Refusal(
            RESOLUTION,
            "committee_resolution_counts_agree",
            ["INSERT"],
            f"NEW.quorum_needed <> {QUORUM} "
            f"OR NEW.quorum_counted <> (SELECT COUNT(*) {COUNTING}) "
            f"OR NEW.votes_for <> (SELECT COUNT(*) {COUNTING} AND p.vote = 'for') "
            f"OR NEW.votes_against <> (SELECT COUNT(*) {COUNTING} AND p.vote = 'against')",
        ),
        Refusal(
            RESOLUTION,
            "committee_resolution_counts_stay",
            ["UPDATE"],
            any_differs(
                "item_id quorum_needed quorum_counted chair_needed chair_counted votes_for "
                "votes_against votes_abstained casting_vote"
            ),
        ),
        Refusal(
            RESOLUTION,
            "committee_resolution_frozen",
            ["UPDATE"],
            f"{OF_RESOLUTION} AND {any_differs(RESOLVED)}",
        ),
        Refusal(RESOLUTION, "committee_resolution_kept", ["DELETE"], OF_RESOLUTION),
        # Minutes and corrigenda stay as confirmed; their document is added once.
        Refusal(
            MINUTES,
            "committee_minutes_frozen",
            ["UPDATE"],
            "OLD.state = 'confirmed' AND ("
            + any_differs("meeting_id text text_hi state version sha256 confirmed_by_id confirmed_at")
            + " OR (OLD.document_id IS NOT NULL AND OLD.document_id IS DISTINCT FROM NEW.document_id))",
        ),
        Refusal(MINUTES, "committee_minutes_kept", ["DELETE"], "OLD.state = 'confirmed'"),
        Refusal(
            CORRIGENDUM,
            "committee_corrigendum_frozen",
            ["UPDATE"],
            "OLD.confirmed_at IS NOT NULL AND ("
            + any_differs("minutes_id number text text_hi reason sha256 confirmed_by_id confirmed_at")
            + " OR (OLD.document_id IS NOT NULL AND OLD.document_id IS DISTINCT FROM NEW.document_id))",
        ),
        Refusal(CORRIGENDUM, "committee_corrigendum_kept", ["DELETE"], "OLD.confirmed_at IS NOT NULL"),
    ]
