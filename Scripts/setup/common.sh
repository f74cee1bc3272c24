# Shared by the parts of Scripts/bootstrap: places, messages and the checks on tools.

deps=$root/.deps
system=$(uname -s)
flavour=any

# What the environment offers apart from what an earlier run of ours has put into .deps.
PKG_CONFIG_PATH=$(printf '%s' "${PKG_CONFIG_PATH:-}" | tr ':' '\n' | { grep -vxF "$deps/pkgconfig" || true; } | paste -sd: -)
export PKG_CONFIG_PATH

step() { printf '==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

fail_usage() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 64
}

has() { command -v "$1" > /dev/null 2>&1; }

is_root() { [ "$(id -u)" = 0 ]; }

has_apt() { has apt-get && has dpkg-query && has dpkg-deb; }

# The last lines of a log, indented, for a failure that needs its cause shown.
show_log() { tail -n "${2:-12}" "$1" | sed 's/^/    | /' >&2; }

check_swift() {
    local version
    has swift || fail "Swift is not on the PATH; install Swift 6.2 or later from https://www.swift.org/install."
    version=$(swift --version 2> /dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1)
    [ -n "$version" ] || fail "'swift --version' names no version; install Swift 6.2 or later from https://www.swift.org/install."
    [ "${version%%.*}" -gt 6 ] || { [ "${version%%.*}" -eq 6 ] && [ "${version#*.}" -ge 2 ]; } ||
        fail "Swift $version is too old; install Swift 6.2 or later from https://www.swift.org/install."
}

is_usable_python() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' > /dev/null 2>&1; }

# Sets `python`: the interpreter the virtual environment is made with.
find_python() {
    local candidate
    if [ -n "${PYTHON:-}" ]; then
        is_usable_python "$PYTHON" || fail "PYTHON=$PYTHON is no Python 3.10 or later, which libtorch's wheel needs."
        python=$PYTHON
        return
    fi
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10 /usr/bin/python3; do
        if is_usable_python "$candidate"; then
            python=$candidate
            return
        fi
    done
    if has python3; then
        fail "$(python3 --version 2>&1) is too old for libtorch's wheel; install Python 3.10 or later, or name it in PYTHON."
    fi
    fail "Python 3 is not on the PATH; install Python 3.10 or later, or name it in PYTHON."
}

has_ensurepip() { "$python" -c 'import venv, ensurepip' > /dev/null 2>&1; }
