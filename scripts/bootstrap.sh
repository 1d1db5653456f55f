#!/usr/bin/env bash
# Makes .venv and installs into it all that requirements.lock pins, and this package.
# With --for-tests it only sees to Debian's packages: those, and what the tests need besides.
# Called by make. Asks nothing; says what is missing where it may not install it itself.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly PYTHON_PACKAGES=(python3 python3-venv ca-certificates git)
# Chromium, and a library that the program which drives it is linked against.
readonly TEST_PACKAGES=(chromium libatomic1)

say() { printf '%s\n' "needlework: $*" >&2; }

# The first python3 that is new enough and can make an environment with pip in it.
# Debian's own comes first; PYTHON=... names another.
find_python() {
    local candidate
    for candidate in "${PYTHON:-}" /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
        command -v "${candidate:-none}" >/dev/null || continue
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
            2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# install_packages NAME...: by apt, all at once, or not at all.
install_packages() {
    local line="apt-get update && apt-get install -y --no-install-recommends $*"
    local -a as_root=() settings=(DEBIAN_FRONTEND=noninteractive)
    local name
    for name in http_proxy https_proxy no_proxy; do # sudo would drop them
        [[ -z ${!name:-} ]] || settings+=("$name=${!name}")
    done
    if ! command -v apt-get >/dev/null; then
        say "missing is what Debian has as: $*. Install it and try again."
        exit 1
    fi
    if (($(id -u) != 0)); then
        as_root=(sudo -n)
        if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
            say "something is missing that only root may install. Ask for this line:"
            printf '\n    %s\n\n' "$line" >&2
            say "then run make again."
            exit 1
        fi
    fi
    say "installing $* by apt"
    "${as_root[@]}" env "${settings[@]}" apt-get update -q </dev/null
    "${as_root[@]}" env "${settings[@]}" apt-get install -y -q --no-install-recommends \
        "$@" </dev/null
}

# pip reads its settings from files that uv does not know: hand the index over.
share_index() {
    local index
    [[ -n ${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-} ]] && return
    index=$(.venv/bin/pip config get global.index-url 2>/dev/null || true)
    index=${PIP_INDEX_URL:-$index}
    [[ -z $index ]] || export UV_DEFAULT_INDEX=$index
}

# uv is pinned in the lock like everything else; only its own lines are needed to begin with.
install_uv() {
    local pin
    pin=$(mktemp)
    awk '/^uv==/ {inside = 1} inside {print} inside && !/\\$/ {exit}' requirements.lock >"$pin"
    .venv/bin/pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes --no-deps -r "$pin"
    rm -f "$pin"
}

install_with_uv() {
    share_index
    install_uv || return 1
    .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes \
        -r requirements.lock || return 1
}

install_with_pip() {
    .venv/bin/pip install --quiet --disable-pip-version-check --no-input \
        --require-hashes -r requirements.lock
}

has_test_packages() {
    command -v "${CHROMIUM:-chromium}" >/dev/null &&
        compgen -G '/usr/lib*/**/libatomic.so.1' >/dev/null
}

for_tests=false
[[ ${1:-} != --for-tests ]] || for_tests=true

missing=()
python=$(find_python) || missing+=("${PYTHON_PACKAGES[@]}")
if $for_tests && ! has_test_packages; then
    missing+=("${TEST_PACKAGES[@]}")
fi
if ((${#missing[@]})); then
    install_packages "${missing[@]}"
    python=$(find_python) || {
        say "apt has installed python3-venv, yet no Python 3.11 or newer with venv is found."
        exit 1
    }
fi
! $for_tests || exit 0

# An environment from another place, or one that broke, is made anew.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1 ||
    [[ $(.venv/bin/python -c 'import sys; print(sys.prefix)') != "$PWD/.venv" ]] ||
    [[ -f .venv/installed && $(cat .venv/installed) != "$PWD" ]]; then
    rm -rf .venv
    say "making .venv with $python"
    "$python" -m venv .venv
fi

say "installing what requirements.lock pins"
if ! install_with_uv; then
    say "uv did not get through; pip does it instead, which takes a little longer"
    install_with_pip
fi
.venv/bin/pip install --quiet --disable-pip-version-check --no-input \
    --no-deps --no-build-isolation --no-index --editable .
