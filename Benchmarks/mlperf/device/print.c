#include "print.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    void (*put)(char);
    int width;
    bool zeros;
} field;

/// A number of `count` digits in `base`, with at least `least` of them.
static int digits(char *to, uint64_t value, unsigned base, int least) {
    char backwards[24];
    int count = 0;
    while (value || count < least) {
        backwards[count++] = "0123456789abcdef"[value % base];
        value /= base;
    }
    for (int index = 0; index < count; index++) to[index] = backwards[count - 1 - index];
    return count;
}

static void fill(const field *to, const char *sign, const char *text, int count) {
    int rest = to->width - count - (*sign ? 1 : 0);
    for (; !to->zeros && rest > 0; rest--) to->put(' ');
    if (*sign) to->put(*sign);
    for (; rest > 0; rest--) to->put('0');
    for (int index = 0; index < count; index++) to->put(text[index]);
}

static void real(const field *to, double value, int places) {
    char text[48];
    if (!(value >= -1e15 && value <= 1e15)) {
        // No share of a class is that large; infinities and what is no number end here too.
        fill(to, "", "nan", 3);
        return;
    }
    const char *sign = value < 0 ? "-" : "";
    uint64_t unit = 1;
    for (int place = 0; place < places; place++) unit *= 10;
    // To the nearest; of two equally near the larger.
    double size = (value < 0 ? -value : value) * (double)unit + 0.5;
    uint64_t whole = size < 9e18 ? (uint64_t)size : 0;
    int count = digits(text, whole / unit, 10, 1);
    if (places) {
        text[count++] = '.';
        count += digits(text + count, whole % unit, 10, places);
    }
    fill(to, sign, text, count);
}

void print_formatted(void (*put)(char), const char *format, va_list arguments) {
    for (; *format; format++) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        const char *start = format++;
        field to = {put, 0, false};
        int places = 6;
        bool isLong = false;
        char text[24];
        if (*format == '0') to.zeros = true, format++;
        for (; *format >= '0' && *format <= '9' && to.width < 100; format++) to.width = to.width * 10 + *format - '0';
        if (*format == '.') {
            places = 0;
            for (format++; *format >= '0' && *format <= '9'; format++) places = places * 10 + *format - '0';
            if (places > 6) places = 6;
        }
        // On a 32-bit core long and size_t are as long as int.
        for (; *format == 'l' || *format == 'z'; format++) isLong = true;
        switch (*format) {
            case 's': {
                const char *string = va_arg(arguments, const char *);
                int count = 0;
                while (string[count]) count++;
                to.zeros = false;
                fill(&to, "", string, count);
                break;
            }
            case 'c': put((char)va_arg(arguments, int)); break;
            case 'd':
            case 'i': {
                int64_t value = isLong ? va_arg(arguments, long) : va_arg(arguments, int);
                fill(&to, value < 0 ? "-" : "", text, digits(text, (uint64_t)(value < 0 ? -value : value), 10, 1));
                break;
            }
            case 'u':
            case 'x': {
                uint64_t value = isLong ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned);
                fill(&to, "", text, digits(text, value, *format == 'u' ? 10 : 16, 1));
                break;
            }
            case 'f': real(&to, va_arg(arguments, double), places); break;
            case '%': put('%'); break;
            default:
                for (; start < format; start++) put(*start);
                if (!*format) return;
                put(*format);
        }
    }
}
