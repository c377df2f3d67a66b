# One image for every process: `firststep serve booking`, `firststep migrate` and the rest.

ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/firststep
ENV PATH=/opt/firststep/bin:$PATH

# What is locked comes first: it changes less often than the code.
COPY requirements.lock /build/
RUN pip install --require-hashes -r /build/requirements.lock

COPY . /build/
RUN pip install --no-deps --no-build-isolation /build


FROM python:${PYTHON}-slim

# A number that a cluster can check: it can't tell from a name that this is not root.
RUN useradd --uid 10001 --user-group --create-home --home-dir /var/lib/firststep firststep \
    && install --directory --owner=firststep --group=firststep /var/lib/firststep/files
COPY --from=build /opt/firststep /opt/firststep

# The data folder is used by the embedded mode alone: mount a volume there to keep it.
ENV PATH=/opt/firststep/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FIRSTSTEP_HTTP=0.0.0.0:8000 \
    FIRSTSTEP_LOG=json \
    FIRSTSTEP_DATA=/var/lib/firststep

WORKDIR /var/lib/firststep
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM

# Every process answers for itself, so no proxy may stand between.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", \
    "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/readyz', timeout=4)"]

ENTRYPOINT ["firststep"]
CMD ["serve"]
