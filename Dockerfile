# One image, several commands: serve (default), worker, mock, db upgrade.
# Pinned by tag; where you build for production, pin the digest that your registry shows for it (FROM …@sha256:…).
FROM python:3.13-slim-bookworm

WORKDIR /srv/motlan
COPY requirements.lock .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock

COPY pyproject.toml ./
COPY app ./app
COPY mock_vneid ./mock_vneid
COPY migrations ./migrations
# Bytecode now, since the container's root may be read-only; var/ is the only place that is ever written (SQLite).
RUN python -m compileall -q app mock_vneid migrations \
 && printf '#!/bin/sh\nexec python -c "from app.cli import app; app(prog_name=\\"motlan\\")" "$@"\n' > /usr/local/bin/motlan \
 && chmod +x /usr/local/bin/motlan \
 && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent motlan \
 && install -d -o motlan -g motlan var

ENV PYTHONPATH=/srv/motlan PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    MOTLAN_HOST=0.0.0.0 HEALTH_URL=http://127.0.0.1:8000/healthz
USER motlan
EXPOSE 8000 9000 9001
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(os.environ['HEALTH_URL'], timeout=2).read()"]
ENTRYPOINT ["motlan"]
CMD ["serve"]
