// The memory functions that compilers call on their own. Built with -fno-builtin, or the loops would become calls of themselves.
#if defined(__arm__)
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict target, const void *restrict source, size_t count) {
    uint8_t *to = target;
    const uint8_t *from = source;
    if ((((uintptr_t)to | (uintptr_t)from) & 3) == 0) {
        for (; count >= 4; count -= 4, to += 4, from += 4) *(uint32_t *)to = *(const uint32_t *)from;
    }
    while (count--) *to++ = *from++;
    return target;
}

void *memmove(void *target, const void *source, size_t count) {
    uint8_t *to = target;
    const uint8_t *from = source;
    if (to <= from || to >= from + count) return memcpy(target, source, count);
    while (count--) to[count] = from[count];
    return target;
}

void *memset(void *target, int value, size_t count) {
    uint8_t *to = target;
    while (count && ((uintptr_t)to & 3)) *to++ = (uint8_t)value, count--;
    for (const uint32_t word = (uint8_t)value * 0x01010101u; count >= 4; count -= 4, to += 4) *(uint32_t *)to = word;
    while (count--) *to++ = (uint8_t)value;
    return target;
}

// Arm's names for them (Run-time ABI for the Arm Architecture, section 4.3.4).
void __aeabi_memset(void *target, size_t count, int value) { memset(target, value, count); }
void __aeabi_memclr(void *target, size_t count) { memset(target, 0, count); }
#define ALIAS(name, of, ...) void name(__VA_ARGS__) __attribute__((alias(#of)))
ALIAS(__aeabi_memset4, __aeabi_memset, void *, size_t, int);
ALIAS(__aeabi_memset8, __aeabi_memset, void *, size_t, int);
ALIAS(__aeabi_memclr4, __aeabi_memclr, void *, size_t);
ALIAS(__aeabi_memclr8, __aeabi_memclr, void *, size_t);
void __aeabi_memcpy(void *target, const void *source, size_t count) { memcpy(target, source, count); }
ALIAS(__aeabi_memcpy4, __aeabi_memcpy, void *, const void *, size_t);
ALIAS(__aeabi_memcpy8, __aeabi_memcpy, void *, const void *, size_t);
void __aeabi_memmove(void *target, const void *source, size_t count) { memmove(target, source, count); }
ALIAS(__aeabi_memmove4, __aeabi_memmove, void *, const void *, size_t);
ALIAS(__aeabi_memmove8, __aeabi_memmove, void *, const void *, size_t);
#endif
