"""Receipts of registrations and statements of credit points as documents of the portal."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("circulars", "0003_why_a_document_ended"),
        ("credits", "0003_statements"),
        ("enrollment", "0012_certificates"),
    ]

    operations = [
        migrations.CreateModel(
            name="StatementPaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statement_paper",
                        to="circulars.issueddocument",
                        verbose_name="document",
                    ),
                ),
                (
                    "statement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper",
                        to="credits.creditstatement",
                        verbose_name="statement",
                    ),
                ),
            ],
            options={
                "verbose_name": "paper of a statement",
                "verbose_name_plural": "papers of statements",
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("submitted_at", models.DateTimeField(verbose_name="submitted at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="circulars.issueddocument",
                        verbose_name="document",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="enrollment.enrollment",
                        verbose_name="registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt of a registration",
                "verbose_name_plural": "receipts of registrations",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrollment", "submitted_at"),
                        name="enrollment_receipt_once_a_submission",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("enrollment",),
                        name="enrollment_receipt_one_in_force",
                    ),
                ],
            },
        ),
    ]
