/* SPDX-License-Identifier: MIT */
/* What a fuzzer's bytes mean: numbers, one after the other; behind the end all are 0. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct input {
    const uint8_t *at, *end;
};

static inline uint32_t take(struct input *in, unsigned bytes)
{
    uint32_t n = 0;
    while (bytes-- > 0)
        n = n << 8 | (in->at < in->end ? *in->at++ : 0);
    return n;
}

static inline bool input_left(const struct input *in)
{
    return in->at < in->end;
}

/* A condition that every input must fulfil. */
#define REQUIRE(c)                                                              \
    do {                                                                        \
        if (!(c)) {                                                             \
            fprintf(stderr, "%s:%d: violated: %s\n", __FILE__, __LINE__, #c);   \
            abort();                                                            \
        }                                                                       \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
