# WebP, GIF and TIFF: read where libwebp, giflib and libtiff are there, which set-up brings where it can. Each is tried by compiling,
# linking and running a small program; what works is written to .deps/include/sapool-image-formats.h, and how to compile and link it
# to .deps/pkgconfig/sapool-image-formats.pc. Nothing else needs them, so that set-up goes on without.

set_up_image_formats() {
    local format missing=''
    formats_work=$deps/image-formats
    mkdir -p "$formats_work" "$deps/include" "$deps/pkgconfig"
    : > "$deps/image-formats.log"
    for format in webp gif tiff; do
        try_format "$format" || missing="$missing lib$format-dev"
    done
    missing=${missing# }
    if [ -n "$missing" ]; then
        bring_image_formats "$missing"
    fi
    write_image_formats
    rm -rf "$formats_work"
}

# bring_image_formats PACKAGES
bring_image_formats() {
    local format
    if ! has_apt; then
        note "without $1 some formats of images are not read (macOS: brew install webp giflib libtiff; Fedora: libwebp-devel giflib-devel libtiff-devel)"
        return
    fi
    step "formats of images: $1"
    if is_root; then
        apt_install "$1" || note "apt-get could not install $1 (see .deps/apt.log); these formats will not be read"
    elif unpack_packages "$1"; then
        publish_sysroot
    else
        note "apt-get could not download $1 (see .deps/apt.log); these formats will not be read"
    fi
    for format in webp gif tiff; do
        [ -f "$formats_work/$format.flags" ] || try_format "$format" ||
            note "lib$format-dev cannot be used (see .deps/image-formats.log); its format will not be read"
    done
}

# Prints what .pc files of a library are called, what it is linked as without them, and a program that uses it.
format_modules() { case $1 in webp) echo libwebp libwebpdemux ;; gif) echo libgif ;; tiff) echo libtiff-4 ;; esac; }
format_libraries() { case $1 in webp) echo -lwebpdemux -lwebp ;; gif) echo -lgif ;; tiff) echo -ltiff ;; esac; }
format_program() {
    case $1 in
    webp)
        printf '#include <webp/decode.h>\n#include <webp/demux.h>\n'
        printf 'int main(void) { return WebPGetDecoderVersion() == 0 || WebPGetDemuxVersion() == 0; }\n' ;;
    gif)
        printf '#include <gif_lib.h>\n'
        printf 'int main(void) { int error = 0; return GIFLIB_MAJOR < 5 || DGifOpenFileName("", &error) != 0 || error == 0; }\n' ;;
    tiff)
        printf '#include <tiffio.h>\n#include <stdio.h>\n'
        printf 'int main(void) { return TIFFGetVersion() == 0 || TIFFIsCODECConfigured(1) == 0; }\n' ;;
    esac
}

query_pkgconfig() {
    local tool=pkg-config
    has pkg-config || tool=$deps/bin/pkg-config
    PKG_CONFIG_PATH=$deps/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH} "$tool" "$@" 2> /dev/null
}

# Without .pc files, Homebrew's folders and the compiler's own are what there is.
format_flags() {
    local modules
    modules=$(format_modules "$1")
    if query_pkgconfig --exists $modules; then
        query_pkgconfig --cflags-only-I $modules
        query_pkgconfig --libs-only-L $modules
        query_pkgconfig --libs-only-l $modules
    else
        if [ "$system" = Darwin ] && has brew; then
            printf -- '-I%s/include -L%s/lib\n' "$(brew --prefix)" "$(brew --prefix)"
        fi
        format_libraries "$1"
    fi
}

# try_format FORMAT: whether it can be used; then FORMAT.flags holds how.
try_format() {
    local flags program=$formats_work/$1 transitive
    flags=$(format_flags "$1" | tr '\n' ' ')
    # Paths with blanks do not survive the lists of flags below.
    case $flags in *\\*) return 1 ;; esac
    format_program "$1" > "$program.c"
    eval "set -- \"\$1\" $flags"
    clang -o "$program" "$program.c" "${@:2}" "-Wl,-rpath,$deps/lib" >> "$deps/image-formats.log" 2>&1 || return 1
    # What a library in .deps/sysroot needs from there as well is found only where the program itself names it.
    if [ "$system" = Linux ] && [ -d "$sysroot" ]; then
        transitive=$(LD_LIBRARY_PATH=$deps/lib ldd "$program" | sed -n "s|.* => $deps/lib/\([^ ]*\) .*|-l:\1|p" | tr '\n' ' ')
        if [ -n "$transitive" ]; then
            flags="$flags $transitive"
            clang -o "$program" "$program.c" "${@:2}" "-L$deps/lib" $transitive "-Wl,-rpath,$deps/lib" \
                >> "$deps/image-formats.log" 2>&1 || return 1
        fi
    fi
    "$program" >> "$deps/image-formats.log" 2>&1 || return 1
    printf '%s\n' "$flags" > "$program.flags"
}

write_image_formats() {
    local format name flags='' formats=''
    {
        echo '/* Formats of images whose libraries Scripts/bootstrap found, or brought. */'
        for format in webp gif tiff; do
            [ -f "$formats_work/$format.flags" ] || continue
            name=$(printf '%s' "$format" | tr '[:lower:]' '[:upper:]')
            echo "#define CODECS_HAVE_$name 1"
        done
    } > "$deps/include/sapool-image-formats.h.new"
    for format in webp gif tiff; do
        [ -f "$formats_work/$format.flags" ] || continue
        flags="$flags $(cat "$formats_work/$format.flags")"
        formats="$formats $format"
    done
    cat > "$deps/pkgconfig/sapool-image-formats.pc.new" <<PC
Name: sapool-image-formats
Description: formats of images beside JPEG and PNG:${formats:- none}
Version: 1
Cflags: -I$(escape_for_pkgconfig_file "$deps/include") $(only_flags '-I*' $flags)
Libs: -L$(escape_for_pkgconfig_file "$deps/lib") $(only_flags '-[Ll]*' $flags)
PC
    # Nothing is built anew where nothing has changed.
    replace_if_changed "$deps/include/sapool-image-formats.h"
    replace_if_changed "$deps/pkgconfig/sapool-image-formats.pc"
}

# only_flags PATTERN FLAGS: those that match, each once.
only_flags() {
    local pattern=$1 flag seen=' '
    shift
    for flag in "$@"; do
        case $flag in $pattern) case $seen in *" $flag "*) ;; *) seen="$seen$flag " ;; esac ;; esac
    done
    printf '%s' "${seen# }"
}

replace_if_changed() {
    if cmp -s "$1.new" "$1"; then rm "$1.new"; else mv "$1.new" "$1"; fi
}

escape_for_pkgconfig_file() { printf '%s' "$1" | sed 's/ /\\ /g'; }
