#!/usr/bin/env bash
# Proves `make run` and `make test` on a bare Debian 12, three times over, each in a new root:
#   root        as root
#   sudo        as a plain user who may use sudo without a password
#   plain       as a plain user without sudo: each must print the apt line and stop;
#               then root runs that very line, and the user gets through
#
# `make run` has to serve the demo's first page and to stop when told to, leaving nothing behind.
# `make test` includes the journeys in Chromium and the tests on PostgreSQL.
#
# Each root holds what debootstrap calls minbase, and Python 3, make and git. What is tested is a
# clean clone of HEAD. Mirror, package indexes, proxies and certificates are those of this machine,
# read when this runs. Needs root, the network, about 6 GB of disk and half an hour.
#
#   FRESH_KEEP=1    keep the roots and the logs
#   FRESH_DIR=...   make them there and not in /var/tmp
#   FRESH_ONLY=...  only these ways, such as "root plain"
set -euo pipefail
cd "$(dirname "$0")/.."

readonly SUITE=bookworm
readonly PASSED_ON=(
    http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY
    PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST PIP_PROXY PIP_CERT PIP_DEFAULT_TIMEOUT
    UV_DEFAULT_INDEX UV_INDEX_URL UV_INDEX UV_EXTRA_INDEX_URL UV_INSECURE_HOST
    SSL_CERT_FILE REQUESTS_CA_BUNDLE
)

die() {
    printf 'fresh: %s\n' "$*" >&2
    exit 1
}

((EUID == 0)) || die "debootstrap and chroot need root; run this as root, as in: sudo make fresh"
git rev-parse --verify --quiet HEAD >/dev/null || die "there is no commit to clone yet"

export DEBIAN_FRONTEND=noninteractive
if ! command -v debootstrap >/dev/null; then
    apt-get update -q >&2
    apt-get install -y -q --no-install-recommends debootstrap </dev/null >&2
fi

work=$(mktemp -d -p "${FRESH_DIR:-/var/tmp}" needlework-fresh.XXXXXX)
chmod 755 "$work"
mkdir "$work/logs"
readonly work base=$work/base
failures=0
ok=true

# All mounts are made in mount namespaces of their own (see `inside`) and go with them, whatever
# happens; so there is never one of them left under $work when it is removed.
cleanup() {
    if [[ ${FRESH_KEEP:-} == 1 ]]; then
        printf 'kept %s\n' "$work"
    else
        rm -rf --one-file-system "$work"
    fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# inside ROOT USER COMMAND: runs COMMAND in ROOT as USER, in a namespace of mounts and processes.
inside() {
    local root=$1 user=$2 command=$3 name home
    local -a settings=()
    home=$(awk -F: -v user="$user" '$1 == user {print $6}' "$root/etc/passwd")
    for name in "${PASSED_ON[@]}"; do
        [[ -z ${!name:-} ]] || settings+=("$name=${!name}")
    done
    # shellcheck disable=SC2016
    unshare --mount --propagation private --pid --fork --kill-child bash -euc '
        root=$1 user=$2
        shift 2
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec chroot --userspec="$user" "$root" /usr/bin/env -i "$@"
    ' inside "$root" "$user" \
        "HOME=$home" "USER=$user" "LOGNAME=$user" \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        "${settings[@]}" bash -euc "$command" </dev/null
}

# step NAME COMMAND...: runs COMMAND with its output in a log, says how it went, and leaves that in
# $ok. (It is never part of a condition itself, where bash would not stop at COMMAND's errors.)
step() {
    local name=$1 log started=$SECONDS status=0
    shift
    log=$work/logs/${name//[^a-zA-Z0-9]/-}.log
    set +e
    (
        set -e
        "$@"
    ) >"$log" 2>&1
    status=$?
    set -e
    if ((status == 0)); then
        ok=true
        printf 'PASS  %-52s %4d s\n' "$name" $((SECONDS - started))
    else
        ok=false
        failures=$((failures + 1))
        printf 'FAIL  %-52s %4d s\n' "$name" $((SECONDS - started))
        tail -n 40 "$log" | sed 's/^/      | /'
    fi
}

# The Debian archives of this machine, one "uri suite" a line; none on a machine of another kind.
archives() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v suite="$SUITE" '$3 == "main" && ($2 == suite || index($2, suite "-") == 1) \
            && !seen[$0]++ {print $1, $2}'
}

# copy_settings ROOT: hands on how this machine reaches its mirror and its package index.
copy_settings() {
    local root=$1 uri suite name file
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    mkdir -p "$root/etc/apt/apt.conf.d" "$root/etc/apt/auth.conf.d"
    apt-config dump Acquire |
        grep -E '^Acquire::(http|https|ftp|Check-|Retries|ForceIPv|Languages)' \
            >"$root/etc/apt/apt.conf.d/90fresh" || true
    for name in http https; do
        for file in "${name}_proxy" "${name^^}_PROXY"; do
            [[ -z ${!file:-} ]] || printf 'Acquire::%s::Proxy "%s";\n' "$name" "${!file}" \
                >>"$root/etc/apt/apt.conf.d/90fresh"
        done
    done
    cp -a /etc/apt/auth.conf.d/. "$root/etc/apt/auth.conf.d/"
    [[ ! -f /etc/apt/auth.conf ]] || cp -a /etc/apt/auth.conf "$root/etc/apt/"
    if [[ -n $(archives) ]]; then
        while read -r uri suite; do
            printf 'deb %s %s main\n' "$uri" "$suite"
        done < <(archives) >"$root/etc/apt/sources.list"
    fi

    # Certificates: those that this machine adds, and the bundle that its settings point to.
    if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
        mkdir -p "$root/usr/local/share/ca-certificates"
        cp -L /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
    fi
    for file in "${PIP_CERT:-}" "${SSL_CERT_FILE:-}" "${REQUESTS_CA_BUNDLE:-}" \
        /etc/ssl/certs/ca-certificates.crt; do
        [[ -f $file && ! -e $root$file ]] || continue
        mkdir -p "$root$(dirname "$file")"
        cp -L "$file" "$root$file"
    done

    # pip's and uv's own files: the machine's, and root's as if they were the machine's.
    mkdir -p "$root/etc/xdg/pip" "$root/etc/uv"
    [[ ! -f /etc/pip.conf ]] || cp -L /etc/pip.conf "$root/etc/pip.conf"
    for file in "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf"; do
        [[ ! -f $file ]] || cp -L "$file" "$root/etc/xdg/pip/pip.conf"
    done
    for file in /etc/uv/uv.toml "$HOME/.config/uv/uv.toml"; do
        [[ ! -f $file ]] || cp -L "$file" "$root/etc/uv/uv.toml"
    done
    chmod -R a+rX "$root/etc/xdg" "$root/etc/uv"
}

make_base() {
    local mirror
    mirror=$(archives | awk -v suite="$SUITE" '$2 == suite {print $1; exit}')
    # shellcheck disable=SC2016
    unshare --mount --propagation private debootstrap --variant=minbase \
        --include=python3,make,git "$SUITE" "$base" ${mirror:+"$mirror"}
    copy_settings "$base"
    inside "$base" root 'python3 --version; make --version; git --version;
        ! python3 -c "import ensurepip" 2>/dev/null; ! command -v sudo; ! command -v pip3'
}

clone() {
    git clone --quiet --no-local . "$work/clone"
    git -C "$work/clone" remote remove origin
    [[ -z $(git -C "$work/clone" status --porcelain) ]]
}

# new_root NAME USER: a copy of the base with the clone in USER's home.
new_root() {
    local root=$work/$1 user=$2 home=/root
    cp -a --reflink=auto "$base" "$root"
    if [[ $user != root ]]; then
        inside "$root" root "useradd --create-home --shell /bin/bash $user"
        home=/home/$user
    fi
    cp -a "$work/clone" "$root$home/needlework"
    inside "$root" root "chown -R $user: $home/needlework"
}

allow_sudo() {
    inside "$1" root "export DEBIAN_FRONTEND=noninteractive
        apt-get update -q && apt-get install -y -q --no-install-recommends sudo
        printf '%s ALL=(ALL) NOPASSWD: ALL\n' $2 >/etc/sudoers.d/fresh
        chmod 440 /etc/sudoers.d/fresh"
}

# The first page comes, says that it is a demo, and nothing is left running after the end.
serves() {
    # shellcheck disable=SC2016
    inside "$1" "$2" 'cd ~/needlework
        port=$(python3 -c "
import socket
probe = socket.socket()
probe.bind((\"127.0.0.1\", 0))
print(probe.getsockname()[1])")
        make run PORT="$port" >~/run.log 2>&1 &
        run=$!
        status=0
        python3 - "http://127.0.0.1:$port/" "$run" <<"END" || status=$?
import pathlib, sys, time, urllib.error, urllib.request

url, run = sys.argv[1], pathlib.Path("/proc", sys.argv[2])
started = time.monotonic()
while True:
    try:
        page = urllib.request.urlopen(url, timeout=10).read().decode()
        break
    except urllib.error.HTTPError as error:
        sys.exit(f"{url} answers {error.code}")
    except OSError as error:
        if not run.exists() or time.monotonic() - started > 540:
            sys.exit(f"no answer from {url}: {error}")
        time.sleep(0.5)
print(f"first page after {time.monotonic() - started:.1f} s, {len(page)} characters")
if "demo-banner" not in page:
    sys.exit("the page does not say that it is a demo")
END
        kill -TERM "$run" || true
        wait "$run" || true
        cat ~/run.log
        sleep 1
        for folder in /proc/[0-9]*; do
            ! tr "\0" " " 2>/dev/null <"$folder/cmdline" | grep -q "[n]eedlework\.web" || status=1
        done
        exit "$status"'
}

plans() {
    # shellcheck disable=SC2016
    inside "$1" "$2" 'cd ~/needlework && make examples
        for example in examples/*.toml; do
            name=$(basename "$example" .toml)
            test -s "build/plans/$name.txt" && test -s "build/plans/$name.json"
        done'
}

# Both parts: on PostgreSQL, and everything; the last line is a summary without a failure.
tests() {
    inside "$1" "$2" 'cd ~/needlework && make test' | tee "$work/tests.out"
    (($(grep -cE '^=+ .*[0-9]+ passed' "$work/tests.out") == 2))
    tail -n 1 "$work/tests.out" | grep -E '[0-9]+ passed' | grep -qvE 'failed|error'
}

# Nothing is installed twice, and nothing that git would see is left behind.
settled() {
    # shellcheck disable=SC2016
    inside "$1" "$2" 'cd ~/needlework && make -q .venv/installed &&
        test -z "$(scripts/bootstrap.sh --for-tests 2>&1)" && test -z "$(git status --porcelain)"'
}

# refused ROOT USER TARGET PACKAGE: without root and sudo there is one line to ask for, the exit
# status is not zero, and nothing has been begun.
refused() {
    local status=0
    inside "$1" "$2" "cd ~/needlework && make $3" >"$work/refusal.out" 2>&1 || status=$?
    cat "$work/refusal.out"
    ((status != 0)) && ! grep -qE 'making|passed' "$work/refusal.out" &&
        grep -qE "^ +apt-get update && apt-get install .*$4" "$work/refusal.out"
}

run_printed_line() {
    local line
    line=$(grep -m1 -E '^ +apt-get update && ' "$work/refusal.out")
    inside "$1" root "DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND; $line"
}

runs() {
    step "$1: make run" serves "$2" "$3"
    step "$1: make examples" plans "$2" "$3"
}

passes() {
    step "$1: make test" tests "$2" "$3"
    step "$1: a second time there is nothing to do" settled "$2" "$3"
}

way_root() {
    step "root: new root" new_root root root
    $ok || return 0
    runs root "$work/root" root
    passes root "$work/root" root
}

way_sudo() {
    step "sudo: new root" new_root sudo ada
    $ok || return 0
    step "sudo: sudo without a password" allow_sudo "$work/sudo" ada
    $ok || return 0
    runs sudo "$work/sudo" ada
    passes sudo "$work/sudo" ada
}

way_plain() {
    step "plain: new root" new_root plain ada
    $ok || return 0
    step "plain: make run prints the apt line and stops" \
        refused "$work/plain" ada run python3-venv
    $ok || return 0
    step "plain: root runs the printed line" run_printed_line "$work/plain"
    $ok || return 0
    runs plain "$work/plain" ada
    step "plain: make test prints the apt line and stops" \
        refused "$work/plain" ada test chromium
    $ok || return 0
    step "plain: root runs that line too" run_printed_line "$work/plain"
    $ok || return 0
    passes plain "$work/plain" ada
}

printf 'Debian %s, bare; commit %s\n' "$SUITE" "$(git rev-parse --short HEAD)"
[[ -z $(git status --porcelain) ]] || printf 'note: what is not committed is not tested\n'

step "clean clone" clone
if $ok; then
    step "debootstrap: Python, make, git, nothing more" make_base
fi
if $ok; then
    for way in ${FRESH_ONLY:-root sudo plain}; do
        "way_$way"
        [[ ${FRESH_KEEP:-} == 1 ]] || rm -rf --one-file-system "${work:?}/$way"
    done
fi

if ((failures)); then
    printf 'FAIL  %d of the steps failed\n' "$failures"
    exit 1
fi
printf 'PASS  all in %d s\n' "$SECONDS"
