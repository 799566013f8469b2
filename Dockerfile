# Three images from one file, with a common base:
#   docker build --target gateway --tag coronal-gateway .
#   docker build --target worker --tag coronal-worker .
#   docker build --target networks --tag coronal-networks .
# Behind a proxy with a certificate of its own, pip takes its settings from two optional secrets:
#   --secret id=pip.conf,src=pip.conf --secret id=ca-bundle,src=ca-bundle.pem
# where pip.conf says `cert = /run/secrets/ca-bundle`.
ARG BASE_IMAGE=python:3.11-slim-bookworm


FROM ${BASE_IMAGE} AS base
# A fixed user id: gateway and worker write to the same volume.
RUN groupadd --gid 10001 coronal \
    && useradd --uid 10001 --gid coronal --no-create-home --shell /usr/sbin/nologin coronal \
    && install --directory --owner coronal --group coronal /data /data/blobs
ENV PATH=/opt/coronal/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1


FROM base AS wheels
WORKDIR /source
COPY requirements/build.txt requirements/
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca-bundle,target=/run/secrets/ca-bundle \
    python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes --requirement requirements/build.txt
COPY pyproject.toml LICENSE ./
COPY packaging/ packaging/
COPY plugins/ plugins/
COPY services/ services/
COPY worker/ worker/
# The table of members in pyproject.toml says which of them an image contains.
RUN for image in gateway worker networks; do \
        /opt/build/bin/python packaging/wheels.py "/wheels/$image" "$image" || exit 1; \
    done


FROM base AS gateway-environment
COPY requirements/gateway.txt /requirements.txt
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca-bundle,target=/run/secrets/ca-bundle \
    python -m venv --without-pip /opt/coronal \
    && pip --python /opt/coronal/bin/python install \
        --no-cache-dir --only-binary :all: --require-hashes --requirement /requirements.txt
COPY --from=wheels /wheels/gateway /wheels
RUN pip --python /opt/coronal/bin/python install --no-cache-dir --no-deps --no-index /wheels/*.whl \
    && pip --python /opt/coronal/bin/python check


FROM base AS gateway
LABEL org.opencontainers.image.title="coronal-gateway" \
      org.opencontainers.image.description="The HTTP gateway of Coronal" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=gateway-environment /opt/coronal /opt/coronal
ENV CORONAL_HOST=0.0.0.0 \
    CORONAL_PORT=8000
USER 10001:10001
WORKDIR /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os; \
from urllib.request import urlopen; \
urlopen('http://127.0.0.1:' + os.environ['CORONAL_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "coronal_gateway"]


FROM base AS worker-environment
COPY requirements/worker.txt /requirements.txt
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca-bundle,target=/run/secrets/ca-bundle \
    python -m venv --without-pip /opt/coronal \
    && pip --python /opt/coronal/bin/python install \
        --no-cache-dir --only-binary :all: --require-hashes --requirement /requirements.txt
COPY --from=wheels /wheels/worker /wheels
RUN pip --python /opt/coronal/bin/python install --no-cache-dir --no-deps --no-index /wheels/*.whl \
    && pip --python /opt/coronal/bin/python check


FROM base AS networks-environment
COPY requirements/networks.txt /requirements.txt
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca-bundle,target=/run/secrets/ca-bundle \
    python -m venv --without-pip /opt/coronal \
    && pip --python /opt/coronal/bin/python install \
        --no-cache-dir --only-binary :all: --require-hashes --requirement /requirements.txt
COPY --from=wheels /wheels/networks /wheels
RUN pip --python /opt/coronal/bin/python install --no-cache-dir --no-deps --no-index /wheels/*.whl \
    && pip --python /opt/coronal/bin/python check


# Common to the images of all pools.
FROM base AS pool
# One job at a time: scale by the number of containers.
# The user has no home folder: matplotlib caches its fonts where a container may write.
ENV CORONAL_POOL=default \
    CORONAL_PROCESSES=1 \
    MPLCONFIGDIR=/tmp/matplotlib
USER 10001:10001
WORKDIR /data
STOPSIGNAL SIGTERM
# Healthy: Redis answers, and the catalogue has a recent heartbeat of this pool.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from coronal_jobs.records.catalogue_store import CatalogueStore; \
from coronal_jobs.records.connection import connect; \
from coronal_worker.settings import WorkerSettings; \
settings = WorkerSettings(); \
pools = CatalogueStore(connect(settings)).read().pools; \
raise SystemExit(not any(pool.workers for pool in pools if pool.name == settings.pool))"]
ENTRYPOINT ["python", "-m", "coronal_worker"]


FROM pool AS worker
LABEL org.opencontainers.image.title="coronal-worker" \
      org.opencontainers.image.description="The worker of Coronal with its built-in plugins" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=worker-environment /opt/coronal /opt/coronal


FROM pool AS networks
LABEL org.opencontainers.image.title="coronal-networks" \
      org.opencontainers.image.description="The worker of Coronal for training and inference of neural networks" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=networks-environment /opt/coronal /opt/coronal
# TensorFlow can't be forked.
ENV CORONAL_POOL=networks \
    CORONAL_START_METHOD=spawn
