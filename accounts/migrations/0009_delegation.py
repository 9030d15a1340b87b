"""Delegation by a nodal officer, and mail kept for a digest."""

# ruff: noqa: S608 – SQL of constants only

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from igot.lib.no_overlap import NoOverlap
from igot.lib.refusals import Refusal

TABLE = 'accounts_nodalappointment'
# Nobody delegates further, to themself, or for another authority.
UNSOUND = (
    f"NEW.delegated_from_id IS NOT NULL AND EXISTS (SELECT 1 FROM {TABLE} AS a "
    "WHERE a.id = NEW.delegated_from_id AND (a.delegated_from_id IS NOT NULL "
    "OR a.user_id = NEW.user_id OR a.authority_id <> NEW.authority_id))"
)
# An appointment that was delegated from stays what it is.
MOVED = (
    "(OLD.authority_id <> NEW.authority_id OR OLD.user_id <> NEW.user_id "
    "OR NEW.delegated_from_id IS NOT NULL) "
    f"AND EXISTS (SELECT 1 FROM {TABLE} AS d WHERE d.delegated_from_id = OLD.id)"
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_notice_attachment")]
    operations = [
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('mailed_at', models.DateTimeField(blank=True, null=True, verbose_name='mailed at')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts to mail')),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'mail of the day',
                'verbose_name_plural': 'mails of the day',
            },
        ),
        migrations.AddField(
            model_name='nodalappointment',
            name='delegated_from',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='accounts.nodalappointment', verbose_name='delegated from'),
        ),
        migrations.AddField(
            model_name='nodalappointment',
            name='ended_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='ended early at'),
        ),
        migrations.AddField(
            model_name='nodalappointment',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by'),
        ),
        migrations.AddField(
            model_name='nodalappointment',
            name='gave_role',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='nodalappointment',
            name='reason',
            field=models.CharField(blank=True, max_length=250, verbose_name='reason of the delegation'),
        ),
        migrations.AddField(
            model_name='notice',
            name='in_digest',
            field=models.BooleanField(default=False, verbose_name='mailed in the mail of the day'),
        ),
        migrations.AddField(
            model_name='user',
            name='wants_digest',
            field=models.BooleanField(default=True, help_text='Intimations come in one mail a day; otherwise each at once.', verbose_name='one mail a day'),
        ),
        migrations.AddConstraint(
            model_name='nodalappointment',
            constraint=models.CheckConstraint(condition=models.Q(('delegated_from__isnull', True), models.Q(('reason__gt', ''), ('until__isnull', False)), _connector='OR'), name='accounts_nodalappointment_delegated_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='nodalappointment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('delegated_from__isnull', False), ('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='accounts_nodalappointment_ended_by_someone'),
        ),
        migrations.AddField(
            model_name='digest',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='digests', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AddField(
            model_name='notice',
            name='digest',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='accounts.digest', verbose_name='mail of the day'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('digest__isnull', True), ('in_digest', True), ('mailed_at__isnull', True)), fields=['user'], name='accounts_notice_for_digest'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('digest__isnull', True), ('in_digest', True), _connector='OR'), name='accounts_notice_only_marked_in_digest'),
        ),
        migrations.AddIndex(
            model_name='digest',
            index=models.Index(condition=models.Q(('mailed_at__isnull', True)), fields=['made_at'], name='accounts_digest_unsent'),
        ),
        migrations.AddConstraint(
            model_name='digest',
            constraint=models.UniqueConstraint(fields=('user', 'day'), name='accounts_digest_once_a_day'),
        ),
        NoOverlap(
            TABLE,
            'accounts_nodalappointment_one_delegation',
            ['delegated_from_id', 'user_id'],
            'starts_on',
            'until',
            '{row}delegated_from_id IS NOT NULL AND {row}ended_at IS NULL',
        ),
        Refusal(TABLE, 'accounts_nodalappointment_sound', ['INSERT', 'UPDATE'], UNSOUND),
        Refusal(TABLE, 'accounts_nodalappointment_stays', ['UPDATE'], MOVED),
    ]
