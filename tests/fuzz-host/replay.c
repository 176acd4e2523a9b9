/* SPDX-License-Identifier: MIT */
/* A fuzz target as an ordinary test, for `make test`: the inputs of its corpus, then random ones from a fixed seed.
 * A violation aborts, which the runner counts as a failure. */
#include "input.h"

enum { RANDOM_INPUTS = 4000, LONGEST = 600 };

static uint8_t data[1 << 16];

/* One input a line, in hexadecimal digits. */
static unsigned replay(const char *path)
{
    unsigned count = 0, byte;
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    while (!feof(f)) {
        size_t size = 0;
        while (size < sizeof data && fscanf(f, "%2x", &byte) == 1) {
            data[size++] = (uint8_t)byte;
            int next = fgetc(f);
            if (next == '\n' || next == EOF)
                break;
            ungetc(next, f);
        }
        if (!size)
            break;
        LLVMFuzzerTestOneInput(data, size);
        count++;
    }
    fclose(f);
    return count;
}

int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
    char path[300];
    snprintf(path, sizeof path, "tests/fuzz-host/corpus/%s.hex", argc > 1 ? argv[1] : name);
    printf("TAP version 13\n1..2\n");
    fflush(stdout);
    unsigned count = replay(path);
    printf("%sok 1 - the corpus holds what it promises, %u inputs\n", count ? "" : "not ", count);
    fflush(stdout);
    uint32_t seed = 1;
    for (int i = 0; i < RANDOM_INPUTS; i++) {
        size_t size = (size_t)i % LONGEST;
        for (size_t n = 0; n < size; n++) {
            seed = seed * 1664525 + 1013904223;
            data[n] = (uint8_t)(seed >> 24);
        }
        LLVMFuzzerTestOneInput(data, size);
    }
    printf("ok 2 - %d random inputs do, too\n", RANDOM_INPUTS);
    return count ? 0 : 1;
}
