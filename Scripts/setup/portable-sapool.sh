#!/bin/sh
# sapool with the libraries of a PyTorch @VERSION@ of this machine, for processors or for CUDA: the one of --torch FOLDER (in
# front of everything else), of SAPOOL_TORCH, on LD_LIBRARY_PATH, or that python3 would import, whichever comes first.
set -eu
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd -P)
wanted=@VERSION@

fail() {
    printf 'Error: %s\n' "$*" >&2
    exit 1
}

torch=${SAPOOL_TORCH:-}
if [ "${1:-}" = --torch ]; then
    [ $# -gt 1 ] || fail "--torch needs PyTorch's folder, such as .../site-packages/torch"
    torch=$2
    shift 2
fi
if [ -z "$torch" ]; then
    IFS=:
    for folder in ${LD_LIBRARY_PATH:-}; do
        if [ -f "$folder/libtorch_cpu.so" ]; then
            torch=$folder
            break
        fi
    done
    unset IFS
fi
if [ -z "$torch" ] && command -v python3 > /dev/null 2>&1; then
    torch=$(python3 -c 'import importlib.util as i; s = i.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")' \
        2> /dev/null) || torch=
fi
[ -n "$torch" ] || fail "there is no PyTorch $wanted here: name its folder with --torch, or install it (pip install torch==$wanted.0)"

# The folder of the package, or the one of its libraries.
[ ! -f "$torch/libtorch_cpu.so" ] || torch=$(dirname "$torch")
[ -f "$torch/lib/libtorch_cpu.so" ] || fail "$torch holds no libtorch: give PyTorch's folder, such as .../site-packages/torch"
found=$(sed -n "s/^__version__ = '\([^']*\)'.*/\1/p" "$torch/version.py" 2> /dev/null) || found=
case $found in
    "$wanted".*) ;;
    '') fail "$torch does not say its version (version.py), and this sapool runs with PyTorch $wanted" ;;
    *) fail "$torch is PyTorch $found, and this sapool was built for $wanted: name another with --torch" ;;
esac

LD_LIBRARY_PATH=$torch/lib:$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
# Threads of libtorch sleep while they wait for each other; a choice of the user's stands.
[ -n "${OMP_WAIT_POLICY:-}" ] || export GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-1000}"
exec "$here/bin/sapool-torch" "$@"
