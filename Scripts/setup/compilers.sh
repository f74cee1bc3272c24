# Compilers of C for microcontrollers, and what runs RISC-V: Firmware/LibraryCheck links libraries with them, as users do. Only as root, and
# nothing else needs them, so that set-up goes on without.

# What C's library for these cores says of itself; a compiler that lacks it names the file alone.
has_newlib() {
    local specification
    specification=$(arm-none-eabi-gcc --print-file-name=nano.specs 2> /dev/null) || return 1
    [ -e "$specification" ]
}

set_up_compilers() {
    has_apt && is_root || return 0
    local packages=()
    has arm-none-eabi-gcc || packages+=(gcc-arm-none-eabi)
    has_newlib || packages+=(libnewlib-arm-none-eabi)
    has riscv64-unknown-elf-gcc || packages+=(gcc-riscv64-unknown-elf)
    has qemu-system-riscv32 || packages+=(qemu-system-misc)
    has cmake || packages+=(cmake)
    [ ${#packages[@]} -gt 0 ] || return 0
    step "compilers for microcontrollers: ${packages[*]}"
    apt_install "${packages[@]}" || note "apt-get could not install ${packages[*]} (see .deps/apt.log); libraries for C will not be linked with them"
}
