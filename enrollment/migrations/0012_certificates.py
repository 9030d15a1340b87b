"""Uploads in pieces, pages drawn, and what was checked of a certificate."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import enrollment.models.certificates


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0011_results")]
    operations = [
        migrations.CreateModel(
            name='CertificateFingerprint',
            fields=[
                ('submission', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='fingerprint', serialize=False, to='enrollment.certificatesubmission')),
                ('bits', models.BinaryField()),
            ],
            options={
                'verbose_name': 'look of a certificate',
                'verbose_name_plural': 'looks of certificates',
            },
        ),
        migrations.CreateModel(
            name='CertificatePage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='page')),
                ('image', models.FileField(max_length=200, upload_to=enrollment.models.certificates._page_name, verbose_name='picture')),
                ('width', models.PositiveSmallIntegerField(verbose_name='width in pixels')),
                ('height', models.PositiveSmallIntegerField(verbose_name='height in pixels')),
            ],
            options={
                'verbose_name': 'drawn page of a certificate',
                'verbose_name_plural': 'drawn pages of certificates',
            },
        ),
        migrations.CreateModel(
            name='CertificateRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('effective_from', models.DateField(verbose_name='from')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='until')),
                ('circular_reference', models.CharField(max_length=200, verbose_name='circular')),
                ('least_name_score', models.PositiveSmallIntegerField(help_text='0 to 100: below it the reviewer is told that the name does not agree.', verbose_name='least score of a name')),
                ('most_apart', models.PositiveSmallIntegerField(help_text="In so many of 32,768 points, or fewer, the drawn page may differ from another officer's for the reviewer to be told that both look the same.", verbose_name='differences of a look-alike, at most')),
            ],
            options={
                'verbose_name': 'rule on comparing certificates',
                'verbose_name_plural': 'rules on comparing certificates',
            },
        ),
        migrations.CreateModel(
            name='CertificateUpload',
            fields=[
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('file_name', models.CharField(max_length=255, verbose_name='name of the file')),
                ('size', models.PositiveIntegerField(verbose_name='size in bytes')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='digest announced')),
                ('received', models.PositiveIntegerField(default=0, verbose_name='bytes received')),
                ('started_at', models.DateTimeField(verbose_name='started at')),
                ('touched_at', models.DateTimeField(db_index=True, verbose_name='latest piece at')),
            ],
            options={
                'verbose_name': 'certificate on its way in',
                'verbose_name_plural': 'certificates on their way in',
            },
        ),
        migrations.CreateModel(
            name='FingerprintBand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.BigIntegerField(db_index=True)),
            ],
            options={
                'verbose_name': 'number of a look',
                'verbose_name_plural': 'numbers of looks',
            },
        ),
        migrations.RemoveConstraint(
            model_name='certificatesubmission',
            name='enrollment_certificate_one_live',
        ),
        migrations.RemoveConstraint(
            model_name='certificatesubmission',
            name='enrollment_certificate_file_once',
        ),
        migrations.RemoveConstraint(
            model_name='certificatesubmission',
            name='enrollment_certificate_number_once',
        ),
        migrations.AddField(
            model_name='certificatecheck',
            name='other',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.certificatesubmission', verbose_name='the other certificate'),
        ),
        migrations.AddField(
            model_name='certificatecheck',
            name='score',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='score'),
        ),
        migrations.AddField(
            model_name='certificatesubmission',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='certificatesubmission',
            name='check_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='certificatesubmission',
            name='field_reasons',
            field=models.JSONField(blank=True, default=dict, editable=False, verbose_name='what is to be corrected'),
        ),
        migrations.AddField(
            model_name='certificatesubmission',
            name='problem',
            field=models.CharField(blank=True, max_length=200, verbose_name='why the checks wait'),
        ),
        migrations.AlterField(
            model_name='certificatecheck',
            name='check_code',
            field=models.CharField(choices=[('file_type', 'Kind of file, by its content'), ('size', 'Size'), ('active_content', 'No active content'), ('file_seen', 'File not sent in by anybody else before'), ('number_seen', 'Number not given by anybody else before'), ('name', 'Name agrees with the service record'), ('date', 'Date of completion within the run'), ('result', "Agrees with the provider's result"), ('virus', 'No virus found'), ('drawn', 'Pages could be drawn'), ('look_alike', 'Looks like no certificate of another officer')], max_length=30, verbose_name='check'),
        ),
        migrations.AlterField(
            model_name='certificatecheck',
            name='passed',
            field=models.BooleanField(help_text='Unknown: the check could not be made.', null=True, verbose_name='passed'),
        ),
        migrations.AlterField(
            model_name='certificatesubmission',
            name='file',
            field=models.FileField(blank=True, help_text='Deleted where a check refuses it.', max_length=200, upload_to=enrollment.models.certificates._storage_name, verbose_name='certificate'),
        ),
        migrations.AlterField(
            model_name='certificatesubmission',
            name='state',
            field=models.CharField(choices=[('uploaded', 'Sent in'), ('checking', 'Being checked'), ('under_review', 'Under review'), ('verified', 'Verified'), ('returned', 'Returned for correction'), ('rejected', 'Rejected'), ('superseded', 'Replaced by a later upload'), ('revoked', 'Revoked'), ('refused', 'Refused by a check')], default='uploaded', max_length=12, verbose_name='state'),
        ),
        migrations.AddIndex(
            model_name='certificatesubmission',
            index=models.Index(condition=models.Q(('state__in', ['checking', 'uploaded'])), fields=['check_at'], name='enrollment_cert_to_check'),
        ),
        migrations.AddConstraint(
            model_name='certificatesubmission',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['checking', 'under_review', 'uploaded', 'verified'])), fields=('enrollment',), name='enrollment_certificate_one_live'),
        ),
        migrations.AddConstraint(
            model_name='certificatesubmission',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['checking', 'under_review', 'uploaded', 'verified'])), fields=('sha256',), name='enrollment_certificate_file_once'),
        ),
        migrations.AddConstraint(
            model_name='certificatesubmission',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['checking', 'under_review', 'uploaded', 'verified'])), fields=('course', 'certificate_number_folded'), name='enrollment_certificate_number_once'),
        ),
        migrations.AddConstraint(
            model_name='certificatesubmission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), ('file', '')), models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('file', ''), _negated=True)), _connector='OR'), name='enrollment_certificate_refused_has_no_file'),
        ),
        migrations.AddConstraint(
            model_name='certificatesubmission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['checking', 'uploaded']), _negated=True), ('check_at__isnull', False), _connector='OR'), name='enrollment_certificate_checked_some_day'),
        ),
        migrations.AddField(
            model_name='certificatepage',
            name='submission',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='enrollment.certificatesubmission', verbose_name='certificate'),
        ),
        migrations.AddConstraint(
            model_name='certificaterule',
            constraint=models.UniqueConstraint(fields=('effective_from',), name='enrollment_certificaterule_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='certificaterule',
            constraint=models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='enrollment_certificaterule_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='certificaterule',
            constraint=models.CheckConstraint(condition=models.Q(('least_name_score__lte', 100)), name='enrollment_certificaterule_of_a_hundred'),
        ),
        migrations.AddField(
            model_name='certificatecheck',
            name='rule',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.certificaterule', verbose_name='rule applied'),
        ),
        migrations.AddField(
            model_name='certificateupload',
            name='enrollment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='upload', to='enrollment.enrollment', verbose_name='registration'),
        ),
        migrations.AddField(
            model_name='fingerprintband',
            name='fingerprint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bands', to='enrollment.certificatefingerprint'),
        ),
        migrations.AddConstraint(
            model_name='certificatepage',
            constraint=models.UniqueConstraint(fields=('submission', 'number'), name='enrollment_certificatepage_once'),
        ),
        migrations.AddConstraint(
            model_name='certificateupload',
            constraint=models.CheckConstraint(condition=models.Q(('received__lte', models.F('size'))), name='enrollment_certificateupload_not_more_than_said'),
        ),
    ]
