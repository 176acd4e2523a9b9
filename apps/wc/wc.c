/* SPDX-License-Identifier: MIT */
/*      wc [FILE ...]
 * Counts lines, words and bytes, of the standard input if no file is named. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct counts {
    unsigned long lines, words, bytes;
};

static void count(FILE *f, struct counts *n)
{
    bool in_word = false;
    for (int c; (c = getc(f)) != EOF; n->bytes++) {
        n->lines += c == '\n';
        n->words += !in_word && !isspace(c);
        in_word = !isspace(c);
    }
}

/* False: it cannot be read. */
static bool count_file(const char *path)
{
    struct counts n = {0, 0, 0};
    FILE *f = path ? fopen(path, "r") : stdin;
    bool good = f;
    if (f) {
        count(f, &n);
        good = !ferror(f);
    }
    if (!good)
        perror(path);
    else
        printf("%7lu %7lu %7lu %s\n", n.lines, n.words, n.bytes, path ? path : "");
    if (f && path)
        fclose(f);
    return good;
}

int main(int argc, char **argv)
{
    bool good = argc > 1 || count_file(NULL);
    for (int i = 1; i < argc; i++)
        good &= count_file(argv[i]);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
