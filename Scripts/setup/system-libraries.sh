# JPEG, PNG and zlib with their headers, and pkg-config: from the system where they are there, else with apt into
# the system (as root) or into .deps/sysroot (without root).

sysroot=$deps/sysroot

is_installed() { has dpkg-query && [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

# has_library PKG-CONFIG-NAME DEBIAN-PACKAGE
has_library() {
    { has pkg-config && pkg-config --exists "$1" 2> /dev/null; } || is_installed "$2" ||
        ls "$sysroot"/usr/lib/*/pkgconfig/"$1.pc" > /dev/null 2>&1
}

has_cxx_headers() { printf '#include <vector>\n' | clang++ -std=c++20 -x c++ -fsyntax-only - > /dev/null 2>&1; }

# Without root there is no python3-venv, but the wheel of pip is enough to fill a virtual environment.
package_for_pip() {
    if is_root || ! has_apt; then
        echo python3-venv
    elif ! find_pip_wheel > /dev/null; then
        echo python3-pip-whl
    fi
}

find_pip_wheel() {
    local wheel
    for wheel in "$sysroot"/usr/share/python-wheels/pip-*.whl /usr/share/python-wheels/pip-*.whl; do
        [ ! -f "$wheel" ] || { printf '%s\n' "$wheel"; return 0; }
    done
    return 1
}

# Prints the Debian packages that are missing here, on one line.
missing_packages() {
    local missing=''
    has_library libjpeg libjpeg-dev || missing="$missing libjpeg-dev"
    has_library libpng libpng-dev || missing="$missing libpng-dev"
    # macOS has zlib in its SDK.
    [ "$system" = Darwin ] || has_library zlib zlib1g-dev || missing="$missing zlib1g-dev"
    has pkg-config || [ -x "$deps/bin/pkg-config" ] || missing="$missing pkg-config"
    [ "$system" = Darwin ] || ! has clang++ || has_cxx_headers || missing="$missing g++"
    [ -x "$deps/venv/bin/python" ] || has_ensurepip || missing="$missing $(package_for_pip)"
    printf '%s' "$missing" | sed 's/^ *//; s/ *$//'
}

set_up_system_libraries() {
    local missing
    missing=$(missing_packages)
    mkdir -p "$deps/pkgconfig"
    if [ -z "$missing" ]; then
        :
    elif ! has_apt; then
        explain_packages "$missing"
    elif is_root; then
        step "system packages with apt-get: $missing"
        apt_install "$missing" || { show_log "$deps/apt.log"; fail "apt-get could not install: $missing (see .deps/apt.log)."; }
    else
        step "system packages without root, into .deps/sysroot: $missing"
        case " $missing " in *' g++ '*)
            fail "The C++ standard library's headers are missing; ask for 'apt-get install g++', which needs root." ;;
        esac
        unpack_packages "$missing" ||
            { show_log "$deps/apt.log"; fail "apt-get could not download: $missing; ask for 'apt-get install $missing'."; }
    fi
    publish_sysroot
}

explain_packages() {
    if [ "$system" = Darwin ]; then
        fail "JPEG, PNG or pkg-config is missing; run 'brew install jpeg-turbo libpng pkg-config' and try again."
    fi
    fail "Missing here: $1 (Debian's names; on Fedora: libjpeg-turbo-devel libpng-devel zlib-devel pkgconf-pkg-config gcc-c++); install them and try again."
}

# Whether apt's lists know every package named.
apt_knows() {
    local package
    for package in $1; do
        apt-cache show "$package" > /dev/null 2>&1 || return 1
    done
}

# apt_install PACKAGES...: as root. The lists are fetched only where they are absent or out of date.
apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    : > "$deps/apt.log"
    # Words of one argument are packages of their own, too.
    local packages=$*
    apt_knows "$packages" && apt_get install -y --no-install-recommends $packages && return
    apt_get update && apt_get install -y --no-install-recommends $packages
}

apt_get() { apt-get "$@" < /dev/null >> "$deps/apt.log" 2>&1; }

# unpack_packages PACKAGES: without root. The packages and those they depend on that are missing go to .deps/sysroot.
unpack_packages() {
    : > "$deps/apt.log"
    apt_knows "$1" && download_packages "$1" || {
        # Nobody but root may refresh the system's lists, so lists of our own stand in.
        mkdir -p "$deps/apt/lists/partial" "$deps/apt/cache/archives/partial"
        printf 'Dir::%s "%s";\n' State::lists "$deps/apt/lists" Cache "$deps/apt/cache" > "$deps/apt/apt.conf"
        export APT_CONFIG=$deps/apt/apt.conf
        # Hooks that tidy the system's cache may fail here though the lists have arrived.
        apt_get update || true
        download_packages "$1"
    } || return 1
    # usr-merged like the system, or packages that still say /lib would land beside /usr/lib.
    mkdir -p "$sysroot/usr/lib"
    [ -e "$sysroot/lib" ] || ln -s usr/lib "$sysroot/lib"
    local archive
    for archive in "$deps"/debs/*.deb; do
        dpkg-deb --fsys-tarfile "$archive" | tar -x -C "$sysroot" --keep-directory-symlink --no-same-owner -f - || return 1
    done
    rm -rf "$deps/debs"
}

download_packages() {
    local all
    all=$(apt-get install --simulate --no-install-recommends $1 2>> "$deps/apt.log" |
        sed -n 's/^Inst \([^ ]*\).*/\1/p')
    [ -n "$all" ] || return 1
    rm -rf "$deps/debs"
    mkdir -p "$deps/debs"
    (cd "$deps/debs" && apt_get download $all)
}

# Makes what lies in .deps/sysroot usable: links that resolve, .pc files that say where things are, a pkg-config.
# Every complete run does so, because the paths change when the checkout moves.
publish_sysroot() {
    local libraries link target file prefix
    prefix=$(escape_for_pkgconfig "$sysroot")
    for libraries in "$sysroot"/usr/lib/*-linux-*; do
        [ -d "$libraries" ] || continue
        ln -sfn "${libraries#"$deps"/}" "$deps/lib"
        for link in "$libraries"/*.so*; do
            [ -L "$link" ] || continue
            target=$(readlink "$link")
            if [ -e "$libraries/${target##*/}" ]; then
                ln -sfn "${target##*/}" "$link"
            elif [ -e "/usr/lib/${libraries##*/}/${target##*/}" ]; then
                # The headers were missing, the library itself is the system's.
                ln -sfn "/usr/lib/${libraries##*/}/${target##*/}" "$link"
            fi
        done
        for file in "$libraries"/pkgconfig/*.pc; do
            [ -e "$file" ] || continue
            # Compilers look into include/TRIPLET unasked, but only in the system.
            sed -e "s|^\([a-z_]*\)=/usr|\1=$prefix/usr|" \
                -e "s|^Cflags:.*|& -I$prefix/usr/include/${libraries##*/}|" "$file" > "$deps/pkgconfig/${file##*/}"
        done
    done
    for file in pkgconf pkg-config; do
        [ -x "$sysroot/usr/bin/$file" ] && [ ! -L "$sysroot/usr/bin/$file" ] || continue
        mkdir -p "$deps/bin"
        cat > "$deps/bin/pkg-config" <<WRAPPER
#!/bin/sh
deps=\$(cd "\$(dirname "\$0")/.." && pwd -P)
LD_LIBRARY_PATH="\$deps/lib" exec "\$deps/sysroot/usr/bin/$file" "\$@"
WRAPPER
        chmod +x "$deps/bin/pkg-config"
        break
    done
}

# A path as a .pc file takes it (blanks escaped), safe inside sed's replacement.
escape_for_pkgconfig() { printf '%s' "$1" | sed 's/ /\\\\ /g; s/[&|]/\\&/g'; }
