# syntax=docker/dockerfile:1
# Two stages: the front end and the packages are built with their tools, the result carries neither.

FROM node:24.19-bookworm-slim AS frontend
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --omit=dev
COPY frontend ./
# The style sheet holds only the classes that templates use.
COPY templates ../templates
RUN node scripts/build.mjs

FROM python:3.13-slim-bookworm AS packages
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=crm.settings LOG_JSON=true \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics
RUN useradd --system --create-home --uid 10001 cadenza \
    && install --directory --owner cadenza --mode 700 /srv/attachments
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY manage.py ./
COPY crm crm
COPY web web
COPY tenants tenants
COPY clients clients
COPY groups groups
COPY portfolios portfolios
COPY communications communications
COPY scheduling scheduling
COPY outcomes outcomes
COPY templates templates
COPY locale locale
COPY --from=frontend /src/frontend/dist frontend/dist
# Building needs settings but no server: the addresses are never contacted.
RUN python -m crm.translations compile \
    && DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost SECRET_KEY=build \
       python manage.py collectstatic --no-input --verbosity 0
USER cadenza
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# The processes of one container add their figures up in a folder that is empty at the start.
ENTRYPOINT ["sh", "-c", "rm -rf /tmp/metrics && mkdir /tmp/metrics && exec \"$0\" \"$@\""]
CMD ["gunicorn", "crm.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket"]
