"""One item open at a time, but for meetings by circulation (docs/decisions/0132)."""

# ruff: noqa: S608 – SQL of constants only

from django.db import migrations

from igot.lib.refusals import Refusal

ITEM, MEETING = "committee_agendaitem", "committee_meeting"


class Migration(migrations.Migration):
    dependencies = [("committee", "0004_proposal_series")]

    operations = [
        # On SQLite this drops an index and builds no table anew.
        migrations.RemoveConstraint("agendaitem", "committee_agendaitem_one_open"),
        Refusal(
            ITEM,
            "committee_agendaitem_one_open",
            ["UPDATE"],
            "NEW.state = 'open' AND OLD.state <> 'open' "
            f"AND (SELECT mode FROM {MEETING} WHERE id = NEW.meeting_id) <> 'circulation' "
            f"AND EXISTS (SELECT 1 FROM {ITEM} AS other WHERE other.meeting_id = NEW.meeting_id "
            "AND other.state = 'open' AND other.id <> NEW.id)",
        ),
    ]
