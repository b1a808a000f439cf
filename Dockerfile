# The worker: `aggregator run` as an unprivileged user; the root file system is read-only, all state is in /app/storage.
# The base has a tag of its own minor version; `tools/pin_base.sh` writes the digest that it has today into this line.
ARG BASE=docker.io/library/python:3.13-slim
FROM ${BASE} AS build
WORKDIR /app
COPY requirements/ requirements/
RUN python -m venv /venv \
 && /venv/bin/python -m pip install --quiet --no-cache-dir --require-hashes -r requirements/build.txt \
 && /venv/bin/python -m pip install --quiet --no-cache-dir --require-hashes -r requirements/postgres.txt
COPY pyproject.toml README.md LICENSE sources.toml ./
COPY aggregator/ aggregator/
RUN /venv/bin/python -m pip install --quiet --no-cache-dir --no-deps --no-build-isolation --no-index . \
 && /venv/bin/python -m pip uninstall --quiet -y hatchling editables pathspec pluggy trove-classifiers pip

# A mail server for trying out (compose profile `mail`): takes everything, delivers nothing.
FROM ${BASE} AS mail
COPY requirements/mail.txt /
RUN python -m venv /venv && /venv/bin/python -m pip install --quiet --no-cache-dir --require-hashes -r /mail.txt \
 && useradd --uid 10001 --no-create-home mail-catcher
COPY tools/mail_catcher.py /
USER mail-catcher
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENTRYPOINT ["/venv/bin/python", "/mail_catcher.py"]

FROM ${BASE}
RUN useradd --uid 10001 --no-create-home aggregator && mkdir -p /app/storage && chown aggregator /app/storage
WORKDIR /app
COPY --from=build /venv /venv
COPY sources.toml ./
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER aggregator
VOLUME /app/storage
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s CMD ["aggregator", "status"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["aggregator"]
CMD ["run"]
