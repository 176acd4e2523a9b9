/* SPDX-License-Identifier: MIT */
/* Whole lines, and streams without a lock: POSIX. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST = 120 };

/* Room for one byte more, and the zero behind it. */
static int grow(char **line, size_t *size, size_t used)
{
    if (*line && used + 2 <= *size)
        return 0;
    size_t larger = used < FIRST ? FIRST : 2 * used;
    char *moved = used > SSIZE_MAX / 2 ? NULL : realloc(*line, larger);
    if (!moved) {
        errno = used > SSIZE_MAX / 2 ? EOVERFLOW : ENOMEM;
        return -1;
    }
    *line = moved;
    *size = larger;
    return 0;
}

ssize_t getdelim(char **restrict line, size_t *restrict size, int delimiter, FILE *restrict stream)
{
    size_t used = 0;
    int c = 0;
    if (!line || !size) {
        errno = EINVAL;
        return -1;
    }
    for (;;) {
        if (grow(line, size, used))
            return -1;
        c = fgetc(stream);
        if (c == EOF)
            break;
        (*line)[used++] = (char)c;
        if (c == delimiter)
            break;
    }
    (*line)[used] = '\0';
    return used == 0 || (c == EOF && !feof(stream)) ? -1 : (ssize_t)used;
}

ssize_t getline(char **restrict line, size_t *restrict size, FILE *restrict stream)
{
    return getdelim(line, size, '\n', stream);
}

int getc_unlocked(FILE *stream)
{
    return fgetc(stream);
}

int getchar_unlocked(void)
{
    return fgetc(stdin);
}

int putc_unlocked(int c, FILE *stream)
{
    return fputc(c, stream);
}

int putchar_unlocked(int c)
{
    return fputc(c, stdout);
}

char *ctermid(char *name)
{
    static char own[L_ctermid] = "/dev/tty";
    if (name)
        snprintf(name, L_ctermid, "%s", own);
    return name ? name : own;
}
