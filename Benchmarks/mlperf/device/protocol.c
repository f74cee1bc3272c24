// The benchmark's half: commands by the serial port, and the buffer that images are loaded into. Commands and messages
// are those of mlcommons/tiny's benchmark/api (1afd2c9) and of eembc/energyrunner; the code is ours. A command ends
// with `%`:
//
//     name            m-name-dut-[VENDOR]
//     profile         m-profile-[…] and m-model-[ic01]: which data set the runner takes
//     timestamp       m-lap-us-…
//     db load N       a buffer of N bytes; then `db HEX…` until they are there: m-load-done
//     db print        the buffer
//     infer N W       loads the buffer, computes it W times, and N times between two timestamps; then the results
//     results         m-results-[…]
//     help            these commands
//
// Each command is answered by lines that end with m-ready.
#include <stdbool.h>

#include "harness.h"

#ifndef VENDOR
#define VENDOR "sapool"
#endif
// The largest input of the benchmark, of vww01.
enum { MOST_BYTES = 96 * 96 * 3 };

static char command[EE_CMD_SIZE + 1];
static size_t length;
static bool isReady;

static uint8_t buffer[MOST_BYTES];
static size_t wanted, loaded;

void ee_benchmark_initialize(void) {
    th_serialport_initialize();
    th_timestamp_initialize();
    th_final_initialize();
    th_printf("m-init-done\r\n");
    isReady = true;
    th_printf("m-ready\r\n");
}

void ee_serial_callback(char character) {
    if (character == '%') {
        command[length] = 0;
        length = 0;
        th_command_ready(command);
    } else if (length < EE_CMD_SIZE) {
        command[length++] = character;
    }
}

/// The next word of a text, which is cut off behind it; nil at the end.
static char *word(char **text) {
    while (**text == ' ' || **text == '\r' || **text == '\n') (*text)++;
    if (!**text) return NULL;
    char *start = *text;
    while (**text && **text != ' ' && **text != '\r' && **text != '\n') (*text)++;
    if (**text) *(*text)++ = 0;
    return start;
}

static bool equals(const char *text, const char *other) {
    while (*text && *text == *other) text++, other++;
    return *text == *other;
}

/// A whole number of at most nine digits; below 0 where it is none.
static int32_t number(const char *text) {
    int32_t value = 0, count = 0;
    for (; text[count]; count++) {
        if (text[count] < '0' || text[count] > '9' || count == 9) return -1;
        value = value * 10 + text[count] - '0';
    }
    return count ? value : -1;
}

static int32_t hexadecimal(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static void load(const char *count) {
    int32_t bytes = count ? number(count) : -1;
    if (bytes <= 0) {
        th_printf("e-[Command 'db load' must be >0 bytes]\r\n");
    } else if (bytes > MOST_BYTES) {
        th_printf("e-[Supplied buffer size %d exceeds maximum of %d]\r\n", (int)bytes, MOST_BYTES);
    } else {
        wanted = (size_t)bytes;
        loaded = 0;
        th_printf("m-[Expecting %d bytes]\r\n", (int)bytes);
    }
}

static void take(const char *digits) {
    for (; digits[0] && loaded < wanted; digits += 2) {
        int32_t high = hexadecimal(digits[0]), low = digits[1] ? hexadecimal(digits[1]) : -1;
        if (high < 0 || low < 0) {
            th_printf("e-[Invalid hex digits '%s']\r\n", digits);
            return;
        }
        buffer[loaded++] = (uint8_t)(high << 4 | low);
        if (loaded == wanted) th_printf("m-load-done\r\n");
    }
}

static void print_buffer(void) {
    for (size_t index = 0; index < loaded; index++) {
        th_printf(index % 8 ? "-%02x" : "m-buffer-%02x", buffer[index]);
        if (index % 8 == 7 || index + 1 == loaded) th_printf("\r\n");
    }
}

static void infer(const char *count, const char *warmups) {
    int32_t times = count ? number(count) : 1, before = warmups ? number(warmups) : 10;
    if (times <= 0 || before < 0) {
        th_printf("e-[Inference iterations must be >0, and warmups >=0]\r\n");
        return;
    }
    th_load_tensor();
    th_printf("m-warmup-start-%d\r\n", (int)before);
    while (before-- > 0) th_infer();
    th_printf("m-warmup-done\r\nm-infer-start-%d\r\n", (int)times);
    th_timestamp();
    th_pre();
    while (times-- > 0) th_infer();
    th_post();
    th_timestamp();
    th_printf("m-infer-done\r\n");
    th_results();
}

static void carry_out(char *text) {
    const char *verb = word(&text);
    if (!verb) return;
    if (equals(verb, "name")) {
        th_printf("m-name-dut-[%s]\r\n", VENDOR);
    } else if (equals(verb, "timestamp")) {
        th_timestamp();
    } else if (equals(verb, "profile")) {
        th_printf("m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[%s]\r\n", MODEL_VERSION);
    } else if (equals(verb, "results")) {
        th_results();
    } else if (equals(verb, "infer")) {
        const char *count = word(&text);
        infer(count, word(&text));
    } else if (equals(verb, "db")) {
        const char *part = word(&text);
        if (!part) {
            th_printf("e-[Command 'db' requires a subcommand]\r\n");
        } else if (equals(part, "load")) {
            load(word(&text));
        } else if (equals(part, "print")) {
            print_buffer();
        } else {
            take(part);
        }
    } else if (equals(verb, "help")) {
        th_printf("name, profile, timestamp, db load N, db HEX, db print, infer N [W], results, each ended by a per cent sign\r\n");
    } else {
        th_printf("e-[Unknown command: %s]\r\n", verb);
    }
}

void ee_serial_command_parser_callback(char *text) {
    if (!isReady) return;
    carry_out(text);
    th_printf("m-ready\r\n");
}

size_t ee_get_buffer(uint8_t *to, size_t most) {
    size_t count = loaded < most ? loaded : most;
    for (size_t index = 0; index < count; index++) to[index] = buffer[index];
    return loaded;
}
