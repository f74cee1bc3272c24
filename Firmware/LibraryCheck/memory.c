// The functions of C's library that a network takes, where no C library is.
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict target, const void *restrict source, size_t count) {
    for (size_t index = 0; index < count; index++) ((uint8_t *)target)[index] = ((const uint8_t *)source)[index];
    return target;
}

void *memmove(void *target, const void *source, size_t count) {
    if ((uintptr_t)target <= (uintptr_t)source) return memcpy(target, source, count);
    while (count--) ((uint8_t *)target)[count] = ((const uint8_t *)source)[count];
    return target;
}

void *memset(void *target, int value, size_t count) {
    for (size_t index = 0; index < count; index++) ((uint8_t *)target)[index] = (uint8_t)value;
    return target;
}
