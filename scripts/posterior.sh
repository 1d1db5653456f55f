#!/usr/bin/env bash
# Samples the posterior of the forecast in an environment of its own, so that a sampler and its
# compiler are installed by whoever remakes it and by nobody else. Called by make.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly HOME_OF_IT=build/posterior
if [[ ! -x $HOME_OF_IT/bin/python ]]; then
    .venv/bin/python -m venv "$HOME_OF_IT"
fi
index=$(.venv/bin/pip config get global.index-url 2>/dev/null || true)
index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$index}}
[[ -z $index ]] || export UV_DEFAULT_INDEX=$index
.venv/bin/uv pip install --quiet --python "$HOME_OF_IT/bin/python" --require-hashes \
    -r requirements-posterior.lock
PYTHONPATH=src exec "$HOME_OF_IT/bin/python" scripts/posterior.py "$@"
