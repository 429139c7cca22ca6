FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements.txt requirements-scale.txt ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt -r requirements-scale.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /app sixdigits
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
RUN mkdir -p instance && chown sixdigits instance && chmod 700 instance
ENV PATH=/venv/bin:$PATH FLASK_APP=wsgi PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 PORT=8000 WEB_PROCESSES=1 WEB_SLOTS=4096 MALLOC_ARENA_MAX=2
USER sixdigits
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os, socket; s = socket.create_connection(('127.0.0.1', int(os.environ['PORT'])), 3); s.close()"]
# The same two lines as `make serve`.
CMD ["sh", "-c", "flask db upgrade && exec python -m cli.serve"]
