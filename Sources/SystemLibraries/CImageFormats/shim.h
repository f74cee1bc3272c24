/* libwebp, giflib and libtiff need not be there: the headers are included where Sources/CCodecs/formats.h says so. */
