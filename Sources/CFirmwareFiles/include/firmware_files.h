#pragma once
#include <stddef.h>

/// A file of every device package: where it goes in the package, and what it holds.
typedef struct {
    const char *path;
    const unsigned char *bytes;
    size_t count;
} FirmwareFile;

const FirmwareFile *firmware_files(void);
size_t firmware_file_count(void);
