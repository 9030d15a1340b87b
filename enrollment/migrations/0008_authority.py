"""Reminders and digests to authorities, and the answers of providers to lists."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0007_registration")]
    operations = [
        migrations.CreateModel(
            name='ProviderAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=150, verbose_name='file')),
                ('sha256', models.CharField(max_length=64, verbose_name='digest')),
                ('state', models.CharField(choices=[('staged', 'Waiting to be applied'), ('applied', 'Applied'), ('discarded', 'Discarded')], default='staged', max_length=10, verbose_name='state')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded at')),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='applied at')),
            ],
            options={
                'verbose_name': 'answer of a provider',
                'verbose_name_plural': 'answers of providers',
            },
        ),
        migrations.CreateModel(
            name='ProviderAnswerRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='row')),
                ('line_number', models.CharField(blank=True, max_length=20, verbose_name='line')),
                ('username', models.CharField(blank=True, max_length=100, verbose_name='user name')),
                ('email', models.CharField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('said', models.CharField(blank=True, max_length=100, verbose_name='as the provider says it')),
                ('answer', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('already_enrolled', 'Already enrolled'), ('unknown_account', 'Account not known'), ('rejected', 'Rejected')], max_length=16, verbose_name='answer')),
                ('remark', models.CharField(blank=True, max_length=250, verbose_name='remark')),
                ('outcome', models.CharField(choices=[('new', 'New'), ('same', 'As before'), ('not_listed', 'Not on this list'), ('ambiguous', 'Fits more than one line or row'), ('conflict', 'Names another account than the line'), ('superseded', 'A later list has corrected the line'), ('unreadable', 'Answer not readable')], max_length=12, verbose_name='outcome')),
                ('reason', models.CharField(blank=True, max_length=250, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'row of an answer',
                'verbose_name_plural': 'rows of answers',
            },
        ),
        migrations.AddField(
            model_name='intimation',
            name='asked_on',
            field=models.DateField(blank=True, null=True, verbose_name='approval asked for on'),
        ),
        migrations.AddField(
            model_name='intimation',
            name='escalated_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='with the Training Division since'),
        ),
        migrations.AddField(
            model_name='intimation',
            name='reminded_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='latest reminder at'),
        ),
        migrations.AddField(
            model_name='intimation',
            name='reminders',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='reminders'),
        ),
        migrations.AddField(
            model_name='providerlistline',
            name='answer',
            field=models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('already_enrolled', 'Already enrolled'), ('unknown_account', 'Account not known'), ('rejected', 'Rejected')], max_length=16, verbose_name='answer'),
        ),
        migrations.AddField(
            model_name='providerlistline',
            name='answered_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='answered at'),
        ),
        migrations.AddField(
            model_name='providerlistline',
            name='corrected_at',
            field=models.DateTimeField(blank=True, help_text='The next list carries the corrected line.', null=True, verbose_name='user names corrected at'),
        ),
        migrations.AddField(
            model_name='providerlistline',
            name='remark',
            field=models.CharField(blank=True, max_length=250, verbose_name='remark of the provider'),
        ),
        migrations.AddField(
            model_name='providerlistline',
            name='settled_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='settled at'),
        ),
        migrations.AddField(
            model_name='providerlistline',
            name='settled_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='settled by'),
        ),
        migrations.AddField(
            model_name='providerlistline',
            name='settled_reason',
            field=models.CharField(blank=True, max_length=250, verbose_name='how it was settled'),
        ),
        migrations.AddField(
            model_name='registrationpolicy',
            name='authority_escalation_days',
            field=models.PositiveSmallIntegerField(default=21, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days until an approval still asked for is seen to by the Training Division'),
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(fields=['submitted_at', 'id'], name='enrollment_by_age'),
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(fields=['state', 'submitted_at', 'id'], name='enrollment_by_state_and_age'),
        ),
        migrations.AddIndex(
            model_name='intimation',
            index=models.Index(condition=models.Q(('answer', 'none'), ('mode', 'prior_approval')), fields=['dated_on'], name='enrollment_approvals_asked'),
        ),
        migrations.AddIndex(
            model_name='providerlistline',
            index=models.Index(condition=models.Q(('answer__in', ['unknown_account', 'rejected']), ('settled_at__isnull', True), ('superseded_at__isnull', True)), fields=['answered_at'], name='enrollment_list_refusals'),
        ),
        migrations.AddConstraint(
            model_name='intimation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reminded_at__isnull', True), ('reminders', 0)), models.Q(('reminded_at__isnull', False), ('reminders__in', [1, 2])), _connector='OR'), name='enrollment_intimation_two_reminders'),
        ),
        migrations.AddConstraint(
            model_name='providerlistline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='enrollment_providerlistline_answered_at'),
        ),
        migrations.AddConstraint(
            model_name='providerlistline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('settled_by__isnull', True), ('settled_reason', '')), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False), ('settled_reason__gt', '')), _connector='OR'), name='enrollment_providerlistline_settled_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='registrationpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('authority_escalation_days__gt', models.F('authority_second_days')), ('authority_escalation_days__lte', models.F('authority_lapse_days'))), name='enrollment_registrationpolicy_escalation_between'),
        ),
        migrations.AddField(
            model_name='provideranswer',
            name='applied_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='applied by'),
        ),
        migrations.AddField(
            model_name='provideranswer',
            name='provider_list',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='enrollment.providerlist', verbose_name='list'),
        ),
        migrations.AddField(
            model_name='provideranswer',
            name='uploaded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by'),
        ),
        migrations.AddField(
            model_name='provideranswerrow',
            name='line',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.providerlistline', verbose_name='line of the list'),
        ),
        migrations.AddField(
            model_name='provideranswerrow',
            name='provider_answer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='enrollment.provideranswer', verbose_name='answer'),
        ),
        migrations.AddConstraint(
            model_name='provideranswer',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'discarded'), _negated=True), fields=('sha256',), name='enrollment_provideranswer_file_once'),
        ),
        migrations.AddConstraint(
            model_name='provideranswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('applied_at__isnull', False), ('applied_by__isnull', False), ('state', 'applied')), models.Q(models.Q(('state', 'applied'), _negated=True), ('applied_at__isnull', True), ('applied_by__isnull', True)), _connector='OR'), name='enrollment_provideranswer_applied_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='provideranswerrow',
            constraint=models.UniqueConstraint(fields=('provider_answer', 'row'), name='enrollment_provideranswerrow_once'),
        ),
        migrations.AddConstraint(
            model_name='provideranswerrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ['new', 'same']), _negated=True), models.Q(('line__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='enrollment_provideranswerrow_of_a_line'),
        ),
    ]
