# Builds the wheel, installs it with pinned packages into an environment of its own, and takes only that along.
FROM python:3.13-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make git && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN make wheel
RUN python -m venv /onetext \
    && /onetext/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt \
    && /onetext/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.13-slim
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-noto-core && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --create-home onetext \
    && install --directory --owner=onetext --mode=700 /key
COPY --from=build /onetext /onetext
ENV PATH=/onetext/bin:$PATH PYTHONUNBUFFERED=1 ONETEXT_HOST=0.0.0.0 ONETEXT_DATABASE=sqlite:////data/onetext.db ONETEXT_KEY_FILE=/key/onetext.key
USER onetext
WORKDIR /data
VOLUME /data /key
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
ENTRYPOINT ["onetext"]
CMD ["serve"]
