# libtorch: the headers and libraries inside PyTorch's wheel, in a virtual environment that also serves the tests
# and benchmarks which compare with PyTorch.

# Versions that the code compiles against; the first is the one that is tested.
torch_versions='2.13.0 2.11.0'
torch_version=${torch_versions%% *}
# Which one is set up is kept until another one is asked for.
torch_installed=$(sed -n "s/^__version__ = '\([0-9.]*\).*/\1/p" "$deps/libtorch/version.py" 2> /dev/null || true)
case " $torch_versions " in *" ${torch_installed:-none} "*) torch_version=$torch_installed ;; esac
if [ -n "${TORCH_VERSION:-}" ]; then
    torch_version=
    for known in $torch_versions; do
        case $known in "$TORCH_VERSION" | "$TORCH_VERSION".*) torch_version=$known; break ;; esac
    done
    [ -n "$torch_version" ] || fail_usage "TORCH_VERSION is '$TORCH_VERSION'; use one of: $torch_versions"
fi
torch_cpu_index=https://download.pytorch.org/whl/cpu
venv=$deps/venv

# Reads the wheel's own version file: importing torch takes seconds.
has_wanted_libtorch() {
    local version_file=$deps/libtorch/version.py
    [ -x "$venv/bin/python" ] && [ -f "$version_file" ] && [ -f "$deps/libtorch/include/ATen/ATen.h" ] || return 1
    grep -q "^__version__ = '$torch_version['+]" "$version_file" || return 1
    case $flavour in
        cuda) ! grep -q '^cuda.*= None' "$version_file" ;;
        cpu) grep -q '^cuda.*= None' "$version_file" ;;
        *) true ;;
    esac
}

# An interrupted installation can leave files behind that look complete.
torch_works() { "$venv/bin/python" -c 'import torch; torch.ones(1)' > /dev/null 2>&1; }
environment_works() { torch_works && "$venv/bin/python" -c 'import numpy, safetensors.numpy; numpy.ones(1)' > /dev/null 2>&1; }

set_up_libtorch() {
    if ! { link_libtorch && has_wanted_libtorch && environment_works; }; then
        install_libtorch
        link_libtorch && has_wanted_libtorch && environment_works ||
            fail "libtorch was installed but does not work; remove .deps/venv and run Scripts/bootstrap again."
    fi
    write_pkgconfig
    step "libtorch $(sed -n "s/^__version__ = '\(.*\)'/\1/p" "$deps/libtorch/version.py") in .deps/libtorch"
}

link_libtorch() {
    local folder
    for folder in "$venv"/lib/python3*/site-packages/torch; do
        [ -d "$folder/lib" ] || continue
        ln -sfn "${folder#"$deps"/}" "$deps/libtorch"
        return 0
    done
    return 1
}

pip() { "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@" < /dev/null >> "$deps/pip.log" 2>&1; }

install_libtorch() {
    : > "$deps/pip.log"
    if link_libtorch && ! torch_works; then
        # pip takes a broken installation for a complete one.
        note "the Python environment in .deps/venv is broken; making it anew"
        rm -rf "$venv"
    fi
    make_environment
    case $flavour-$system in
        cuda-*)
            step "libtorch $torch_version for CUDA: some gigabytes to download, this takes a while"
            # '==' would be content with a build for the CPU, whose version has a suffix.
            pip install "torch===$torch_version" || fail_pip "torch===$torch_version"
            ;;
        *-Darwin)
            step "libtorch $torch_version: about 100 MB to download, a minute or two"
            pip install "torch==$torch_version" || fail_pip "torch==$torch_version"
            ;;
        *)
            step "libtorch $torch_version for the CPU: about 200 MB to download, a minute or two"
            pip install "torch==$torch_version+cpu" ||
                pip install "torch==$torch_version+cpu" --extra-index-url "$torch_cpu_index" ||
                install_plain_libtorch
            ;;
    esac
    pip install numpy safetensors || fail_pip "numpy safetensors"
}

install_plain_libtorch() {
    note "no CPU build to be had; taking the general one, which may be some gigabytes"
    pip install "torch==$torch_version" || fail_pip "torch==$torch_version"
}

make_environment() {
    if [ -x "$venv/bin/python" ] && is_usable_python "$venv/bin/python" && pip --version; then
        return
    fi
    step "Python environment in .deps/venv ($("$python" --version 2>&1))"
    rm -rf "$venv"
    if has_ensurepip; then
        "$python" -m venv "$venv" >> "$deps/pip.log" 2>&1 || fail_environment
    else
        local wheel
        wheel=$(find_pip_wheel) ||
            fail "$python has no 'venv' module with pip; install it (Debian: apt-get install python3-venv), or name another Python in PYTHON."
        "$python" -m venv --without-pip "$venv" >> "$deps/pip.log" 2>&1 || fail_environment
        "$venv/bin/python" "$wheel/pip" install --no-index "$wheel" >> "$deps/pip.log" 2>&1 || fail_environment
    fi
}

fail_environment() {
    show_log "$deps/pip.log"
    fail "$python could not make a virtual environment in .deps/venv (see .deps/pip.log)."
}

fail_pip() {
    show_log "$deps/pip.log"
    fail "pip could not install $1 for $("$venv/bin/python" --version 2>&1) (see .deps/pip.log); check the network, or name another Python in PYTHON."
}

# SwiftPM reads this file itself and passes on -I, -L and -l alone, so nothing else may be needed here. The wheel is
# built with the C++ ABI that compilers use by default.
write_pkgconfig() {
    local libraries='-ltorch -ltorch_cpu -lc10' name
    for name in torch_cuda c10_cuda; do
        [ ! -f "$deps/libtorch/lib/lib$name.so" ] || libraries="$libraries -l$name"
    done
    write_pkgconfig_of "$deps/libtorch" "$libraries" "$deps/pkgconfig"
}

# Of a folder of libtorch, with what is linked of it, into a folder.
write_pkgconfig_of() {
    mkdir -p "$3"
    cat > "$3/libtorch-swift.pc.new" <<PC
prefix=$(printf '%s' "$1" | sed 's/ /\\ /g')
includedir=\${prefix}/include
libdir=\${prefix}/lib

Name: libtorch-swift
Description: libtorch from PyTorch's wheel
Version: $torch_version
Cflags: -I\${includedir} -I\${includedir}/torch/csrc/api/include
Libs: -L\${libdir} $2
PC
    mv "$3/libtorch-swift.pc.new" "$3/libtorch-swift.pc"
}
