# The portal's one image: web, worker, beat and the preparing step differ only in their command.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# psycopg2 is compiled here; the compiler stays behind in this stage.
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev \
 && rm -rf /var/lib/apt/lists/*
RUN python -m venv /venv
COPY requirements.lock /tmp/requirements.lock
RUN /venv/bin/pip install -q --require-hashes -r /tmp/requirements.lock

FROM ${PYTHON_IMAGE}
# Pango and HarfBuzz make the PDFs; poppler draws uploaded ones for their reviewers; gettext compiles the messages; curl asks after our health.
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libpq5 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 poppler-utils gettext curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin igot
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    XDG_CACHE_HOME=/tmp/cache \
    DJANGO_SETTINGS_MODULE=igot.settings.production \
    STATIC_ROOT=/srv/static \
    MEDIA_ROOT=/srv/media
WORKDIR /app
COPY . /app
# The keys of this step exist for this step: the settings ask for some, the files need none.
RUN mkdir -p /srv/static /srv/media \
 && export ALLOWED_HOSTS=build EMAIL_URL=smtp://build SECRET_KEY="$(head -c 60 /dev/urandom | base64 -w0)" \
      FIELD_KEYS="1:$(head -c 32 /dev/urandom | base64 -w0)" BLIND_INDEX_KEY="$(head -c 32 /dev/urandom | base64 -w0)" \
      DATABASE_URL=sqlite:////tmp/build.sqlite3 \
 && python manage.py compilemessages -v 0 \
 && python manage.py collectstatic --noinput -v 0 \
 && python -m compileall -q /app \
 && chown -R igot:igot /srv \
 && rm -rf /tmp/*
USER 10001:10001
EXPOSE 8000
# The health check calls the portal by a name that it answers to.
HEALTHCHECK --interval=5s --timeout=4s --retries=12 \
  CMD ["sh", "-c", "host=${ALLOWED_HOSTS%%,*}; curl -fsS -o /dev/null -H \"Host: ${host#.}\" http://127.0.0.1:8000/healthz"]
CMD ["gunicorn", "--config", "deploy/gunicorn.py", "igot.wsgi:application"]
