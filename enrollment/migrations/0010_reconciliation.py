"""Usage reports of providers, their reconciliation, and requests for codes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enrollment.models.provider_files
from igot.lib.no_overlap import NoOverlap


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0009_pool"),
        ("circulars", "0003_why_a_document_ended"),
        ("courses", "0010_weighted_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name='couponissue',
            name='reminded_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='reminded at'),
        ),
        migrations.CreateModel(
            name='CouponRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('codes', models.PositiveIntegerField(verbose_name='codes asked for')),
                ('needed_by', models.DateField(verbose_name='needed by')),
                ('drafted_at', models.DateTimeField(verbose_name='drafted at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='given up at')),
                ('end_reason', models.CharField(blank=True, max_length=250, verbose_name='reason')),
                ('circular', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='coupon_request', to='circulars.circular', verbose_name='letter')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coupon_requests', to='courses.course', verbose_name='course')),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drafted by')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='given up by')),
            ],
            options={
                'verbose_name': 'request for codes',
                'verbose_name_plural': 'requests for codes',
            },
        ),
        migrations.AddField(
            model_name='couponbatch',
            name='request',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='enrollment.couponrequest', verbose_name='answers our letter'),
        ),
        migrations.CreateModel(
            name='PoolAlert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('low', 'Few codes left'), ('expiring', 'Codes expire soon')], max_length=8, verbose_name='kind')),
                ('codes', models.PositiveIntegerField(help_text='When it was told.', verbose_name='codes')),
                ('opened_at', models.DateTimeField(verbose_name='since')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pool_alerts', to='courses.course', verbose_name='course')),
            ],
            options={
                'verbose_name': 'alert of the pool',
                'verbose_name_plural': 'alerts of the pool',
            },
        ),
        migrations.CreateModel(
            name='PoolPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('effective_from', models.DateField(verbose_name='from')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='until')),
                ('circular_reference', models.CharField(max_length=200, verbose_name='circular')),
                ('least_codes', models.PositiveIntegerField(help_text='Fewer for a course: the desk is told.', verbose_name='least codes in stock')),
                ('least_weeks', models.PositiveSmallIntegerField(help_text='The codes of a course last for fewer weeks: the desk is told.', verbose_name='least weeks of demand in stock')),
                ('days_before_expiry', models.PositiveSmallIntegerField(help_text='Codes in stock that expire sooner are told to the desk, and issued codes that are not redeemed to their officers.', verbose_name='days before expiry')),
                ('notice_weeks', models.PositiveSmallIntegerField(help_text='How long the provider takes to send codes.', verbose_name='weeks of notice')),
                ('history_months', models.PositiveSmallIntegerField(help_text='From how far back rates of confirmation and redemption are reckoned.', verbose_name='months of history')),
                ('unclaimed_after_days', models.PositiveSmallIntegerField(help_text='After the end of the batch: a code redeemed and not claimed is a case.', verbose_name='days until a claim is expected')),
                ('unused_after_days', models.PositiveSmallIntegerField(help_text='After the issue: a code that is not redeemed is a case.', verbose_name='days until a redemption is expected')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pool_policies', to='courses.provider', verbose_name='provider')),
            ],
            options={
                'verbose_name': 'policy of the pool',
                'verbose_name_plural': 'policies of the pool',
            },
        ),
        migrations.CreateModel(
            name='RedemptionDeclaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('redeemed_on', models.DateField(verbose_name='paid on')),
                ('declared_at', models.DateTimeField(verbose_name='declared at')),
                ('issue', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='declaration', to='enrollment.couponissue', verbose_name='issue')),
            ],
            options={
                'verbose_name': 'declaration of a payment',
                'verbose_name_plural': 'declarations of payments',
            },
        ),
        migrations.CreateModel(
            name='UsageReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(blank=True, help_text='Kept until it is read.', max_length=200, upload_to=enrollment.models.provider_files._storage_name, verbose_name='file as sent')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='size in bytes')),
                ('rows_total', models.PositiveIntegerField(default=0, verbose_name='rows in the file')),
                ('rows_done', models.PositiveIntegerField(default=0, verbose_name='rows read')),
                ('problem', models.CharField(blank=True, max_length=500, verbose_name='why it could not be read')),
                ('leased_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lease', models.UUIDField(blank=True, editable=False, null=True)),
                ('stop_asked_at', models.DateTimeField(blank=True, null=True, verbose_name='stop asked for at')),
                ('as_on', models.DateField(help_text='The day up to which the report tells.', verbose_name='as on')),
                ('file_name', models.CharField(max_length=150, verbose_name='file')),
                ('sha256', models.CharField(max_length=64, verbose_name='digest')),
                ('state', models.CharField(choices=[('reading', 'Being read'), ('refused', 'Could not be read'), ('stopped', 'Stopped'), ('read', 'Waiting for approval'), ('approved', 'Being applied'), ('applied', 'Applied'), ('discarded', 'Discarded')], default='reading', max_length=10, verbose_name='state')),
                ('uploaded_at', models.DateTimeField(verbose_name='brought in at')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved at')),
                ('applied_to_row', models.PositiveIntegerField(default=0, verbose_name='applied up to row')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='usage_reports', to='courses.provider', verbose_name='provider')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='brought in by')),
            ],
            options={
                'verbose_name': 'report on the use of codes',
                'verbose_name_plural': 'reports on the use of codes',
            },
        ),
        migrations.CreateModel(
            name='UsageReportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='row')),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('ending', models.CharField(blank=True, max_length=4, verbose_name='code ends with')),
                ('is_redeemed', models.BooleanField(default=False, verbose_name='redeemed')),
                ('redeemed_on', models.DateField(blank=True, null=True, verbose_name='redeemed on')),
                ('account', models.CharField(blank=True, max_length=254, verbose_name='redeemed by')),
                ('outcome', models.CharField(choices=[('redeemed', 'Redeemed by its officer'), ('already_known', 'Known as redeemed already'), ('unused', 'Not redeemed'), ('other_account', 'Redeemed by another account'), ('conflict', 'Redeemed by two accounts'), ('never_issued', 'Redeemed, but never issued'), ('taken_back', 'Redeemed, though taken back'), ('unknown_code', 'Not a code of ours'), ('malformed', 'Not readable'), ('duplicate', 'Told in another row')], max_length=16, verbose_name='outcome')),
                ('reason', models.CharField(blank=True, max_length=250, verbose_name='reason')),
                ('coupon', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='usage_rows', to='enrollment.coupon', verbose_name='coupon')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='enrollment.usagereport', verbose_name='report')),
            ],
            options={
                'verbose_name': 'row of a report on the use of codes',
                'verbose_name_plural': 'rows of reports on the use of codes',
            },
        ),
        migrations.CreateModel(
            name='Redemption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_by_holder', models.BooleanField(default=False, verbose_name='by the account of its officer')),
                ('redeemed_on', models.DateField(blank=True, null=True, verbose_name='redeemed on')),
                ('account', models.CharField(blank=True, max_length=254, verbose_name='redeemed by')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
                ('coupon', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='redemption', to='enrollment.coupon', verbose_name='coupon')),
                ('issue', models.ForeignKey(blank=True, help_text='The issue that stood, or the last one. None: it was never issued.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='enrollment.couponissue', verbose_name='issue')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.usagereportrow', verbose_name='row of the report')),
            ],
            options={
                'verbose_name': 'redemption',
                'verbose_name_plural': 'redemptions',
            },
        ),
        migrations.CreateModel(
            name='ReconciliationCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('leaked', 'Redeemed, but never issued'), ('other_account', 'Redeemed by another account'), ('taken_back', 'Redeemed, though taken back'), ('unknown_code', 'A code that is not ours was redeemed'), ('claim_alone', 'Claimed without redemption'), ('unclaimed', 'Redeemed, but never claimed'), ('unused', 'Issued long ago and not redeemed')], max_length=15, verbose_name='kind')),
                ('subject', models.CharField(max_length=90)),
                ('facts', models.CharField(blank=True, max_length=64)),
                ('state', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], default='open', max_length=6, verbose_name='state')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('reason', models.CharField(blank=True, choices=[('report_wrong', 'The provider’s report was wrong'), ('record_wrong', 'Our record was wrong and is set right'), ('explained', 'The officer has explained it'), ('not_claimed', 'The officer makes no claim'), ('replaced', 'The code was replaced'), ('another_way', 'Dealt with on the file'), ('settled', 'Settled by what came later')], max_length=15, verbose_name='reason')),
                ('remark', models.CharField(blank=True, max_length=500, verbose_name='remark')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                ('coupon', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='enrollment.coupon', verbose_name='coupon')),
                ('course', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='courses.course', verbose_name='course')),
                ('enrollment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reconciliation_cases', to='enrollment.enrollment', verbose_name='registration')),
                ('issue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='enrollment.couponissue', verbose_name='issue')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='courses.provider', verbose_name='provider')),
                ('taken_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dealt with by')),
                ('row', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.usagereportrow', verbose_name='row of the report')),
            ],
            options={
                'verbose_name': 'case of reconciliation',
                'verbose_name_plural': 'cases of reconciliation',
            },
        ),
        migrations.AddConstraint(
            model_name='couponrequest',
            constraint=models.CheckConstraint(condition=models.Q(('codes__gt', 0)), name='enrollment_couponrequest_some_codes'),
        ),
        migrations.AddConstraint(
            model_name='couponrequest',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('end_reason__gt', ''), ('ended_by__isnull', False)), _connector='OR'), name='enrollment_couponrequest_ended_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='poolalert',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('course', 'kind'), name='enrollment_poolalert_one_open'),
        ),
        migrations.AddConstraint(
            model_name='poolpolicy',
            constraint=models.UniqueConstraint(fields=('provider', 'effective_from'), name='enrollment_poolpolicy_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='poolpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='enrollment_poolpolicy_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='poolpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('history_months__gt', 0)), name='enrollment_poolpolicy_some_history'),
        ),
        migrations.AddConstraint(
            model_name='usagereport',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['discarded', 'refused', 'stopped']), _negated=True), fields=('sha256',), name='enrollment_usagereport_file_once'),
        ),
        migrations.AddConstraint(
            model_name='usagereport',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('uploaded_by')), _negated=True), _connector='OR'), name='enrollment_usagereport_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='usagereport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'applied']), _negated=True), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='enrollment_usagereport_approved_by_someone'),
        ),
        migrations.AddIndex(
            model_name='usagereportrow',
            index=models.Index(condition=models.Q(('digest', ''), _negated=True), fields=['report', 'digest'], name='enrollment_usage_of_code'),
        ),
        migrations.AddConstraint(
            model_name='usagereportrow',
            constraint=models.UniqueConstraint(fields=('report', 'row'), name='enrollment_usagereportrow_once'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(('is_by_holder', False), ('issue__isnull', False), _connector='OR'), name='enrollment_redemption_holder_has_issue'),
        ),
        migrations.AddIndex(
            model_name='reconciliationcase',
            index=models.Index(fields=['state', 'opened_at'], name='enrollment_cases_in_order'),
        ),
        migrations.AddConstraint(
            model_name='reconciliationcase',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('kind', 'subject'), name='enrollment_reconciliationcase_one_open'),
        ),
        migrations.AddConstraint(
            model_name='reconciliationcase',
            constraint=models.UniqueConstraint(condition=models.Q(('reason', 'settled'), _negated=True), fields=('kind', 'subject', 'facts'), name='enrollment_reconciliationcase_once_for_facts'),
        ),
        migrations.AddConstraint(
            model_name='reconciliationcase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('reason', ''), ('state', 'open')), models.Q(('closed_at__isnull', False), ('reason__gt', ''), ('state', 'closed')), _connector='OR'), name='enrollment_reconciliationcase_closed_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='reconciliationcase',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'open'), ('closed_by__isnull', False), ('reason', 'settled'), _connector='OR'), name='enrollment_reconciliationcase_closed_by_someone'),
        ),
        NoOverlap('enrollment_poolpolicy', 'enrollment_poolpolicy_no_overlap', ['provider_id']),
    ]
