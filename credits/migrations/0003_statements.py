"""Statements of credit points: drawn on request, frozen by the database itself."""

import django.db.models.deletion
from django.db import migrations, models

from igot.lib.append_only import AppendOnlyTable


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("credits", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="CreditStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("as_of", models.DateField(verbose_name="as of")),
                ("ends_at", models.DateTimeField(verbose_name="end of that day")),
                ("drawn_at", models.DateTimeField(verbose_name="drawn at")),
                ("balance", models.IntegerField(verbose_name="balance")),
                ("holder", models.JSONField(verbose_name="drawn for")),
                ("lines", models.JSONField(verbose_name="lines")),
                (
                    "latest_entry",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="credits.creditentry",
                        verbose_name="latest line",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_statements",
                        to="accounts.officer",
                        verbose_name="officer",
                    ),
                ),
            ],
            options={
                "verbose_name": "statement of credit points",
                "verbose_name_plural": "statements of credit points",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("balance__gte", 0)),
                        name="credits_creditstatement_not_below_zero",
                    )
                ],
            },
        ),
        AppendOnlyTable("credits_creditstatement"),
    ]
