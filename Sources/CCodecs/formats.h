#ifndef CCODECS_FORMATS_H
#define CCODECS_FORMATS_H

/*
 * Which formats are built in beside JPEG, PNG and BMP. Scripts/bootstrap tries each library and writes down what works: a header
 * with the macros CODECS_HAVE_WEBP, CODECS_HAVE_GIF and CODECS_HAVE_TIFF, and a .pc file through which SwiftPM finds both. Without
 * that header none is.
 */
#if defined(__has_include)
#if __has_include(<sapool-image-formats.h>)
#include <sapool-image-formats.h>
#endif
#endif

#endif
