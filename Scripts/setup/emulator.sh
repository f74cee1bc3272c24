# QEMU's Cortex-M boards, on which Firmware/run tries the device's kernels: from the system where it is there, else with apt into
# the system (as root) or into .deps/sysroot (without root). Nothing else needs it, so that set-up goes on without.

has_emulator() { has qemu-system-arm || [ -x "$deps/bin/qemu-system-arm" ]; }

set_up_emulator() {
    has_emulator && return
    if ! has_apt; then
        note "no qemu-system-arm: install QEMU to run firmware on emulated cores (macOS: brew install qemu)"
        return
    fi
    step "the emulator: qemu-system-arm"
    if is_root; then
        apt_install qemu-system-arm || note "apt-get could not install qemu-system-arm (see .deps/apt.log); firmware will not be tried"
    elif unpack_packages qemu-system-arm; then
        publish_sysroot
        publish_emulator
    else
        note "apt-get could not download qemu-system-arm (see .deps/apt.log); firmware will not be tried"
    fi
}

# Outside its prefix the emulator finds neither its libraries nor its data by itself.
publish_emulator() {
    mkdir -p "$deps/bin"
    cat > "$deps/bin/qemu-system-arm" <<'WRAPPER'
#!/bin/sh
deps=$(cd "$(dirname "$0")/.." && pwd -P)
LD_LIBRARY_PATH="$deps/lib" exec "$deps/sysroot/usr/bin/qemu-system-arm" -L "$deps/sysroot/usr/share/qemu" "$@"
WRAPPER
    chmod +x "$deps/bin/qemu-system-arm"
}
