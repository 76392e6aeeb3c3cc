# One image for web, workers, beat and migrate: docker-compose.yml gives each its command.
# Debian 12 with its own Python 3.11 is what the tests run on; the day of the tag pins the rest of the system.
ARG DEBIAN=bookworm-20260918-slim

FROM debian:${DEBIAN} AS packages
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3-venv
COPY requirements/run.txt requirements/run.txt
# The lock decides: what is not in it, or has another hash, is not installed. Nothing is compiled here.
RUN python3 -m venv /opt/portal \
 && /opt/portal/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/run.txt \
 && /opt/portal/bin/pip uninstall --yes setuptools pip

FROM debian:${DEBIAN}
# Mended libraries since the day of the tag, certificates for outgoing mail, and what draws the reports.
RUN apt-get update \
 && apt-get upgrade -y \
 && apt-get install -y --no-install-recommends \
        ca-certificates python3 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 portal \
 && useradd --uid 10001 --gid portal --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
 && install --directory --owner portal --group portal --mode 0700 /srv/files /srv/beat
COPY --from=packages /opt/portal /opt/portal
WORKDIR /srv/portal
COPY . .
ENV PATH=/opt/portal/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=samverkan.settings \
    STATIC_ROOT=/srv/static \
    FILES_ROOT=/srv/files \
    XDG_CACHE_HOME=/tmp/cache
# The settings ask for keys and addresses before they answer. These open nothing: two commands read files only.
RUN export SECRET_KEY=only-while-building PUBLIC_URL=https://samverkan.example REDIS_URL=redis://nowhere.example \
        DATABASE_URL=postgresql://portal_app@nowhere.example/none \
        NUMBER_INDEX_KEY="$(head -c 32 /dev/zero | base64)" NUMBER_KEYS="0:$(head -c 32 /dev/zero | base64)" \
 && python manage.py compile_messages \
 && python manage.py collectstatic --no-input --verbosity 0 \
 && python -m compileall -q /srv/portal
EXPOSE 8000
USER 10001:10001
