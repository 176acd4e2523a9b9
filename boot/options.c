/* SPDX-License-Identifier: MIT */
/* Command lines and the options in them: words with blanks between them, `name=value`. */
#include "loader.h"

const char *line_without_path(const char *line)
{
    const char *name = line;
    for (; *line && *line != ' '; line++)
        if (*line == '/')
            name = line + 1;
    return name;
}

size_t line_copy(char *to, size_t room, const char *from, bool escaped)
{
    for (size_t n = 0; n < room; n++, from++) {
        if (escaped && *from == '\\' && (from[1] == '\'' || from[1] == '"' || from[1] == '\\'))
            from++;
        to[n] = *from;
        if (!*from)
            return n + 1;
    }
    return 0;
}

const char *option_find(const char *line, const char *name)
{
    while (line && *line) {
        while (*line == ' ')
            line++;
        const char *n = name;
        while (*n && *line == *n)
            line++, n++;
        if (!*n && *line == '=')
            return line + 1;
        while (*line && *line != ' ')
            line++;
    }
    return NULL;
}

bool option_is(const char *value, const char *word)
{
    if (!value)
        return false;
    while (*word && *value == *word)
        value++, word++;
    return !*word && (*value == '\0' || *value == ' ');
}

bool option_size(const char *value, uint32_t *bytes)
{
    uint64_t n = 0;
    const char *p = value;
    for (; *p >= '0' && *p <= '9'; p++) {
        n = n * 10 + (uint64_t)(*p - '0');
        if (n >> 32)
            return false;
    }
    if (p == value)
        return false;
    if (*p == 'k' || *p == 'K')
        n <<= 10, p++;
    else if (*p == 'm' || *p == 'M')
        n <<= 20, p++;
    if (n >> 32 || (*p && *p != ' '))
        return false;
    *bytes = (uint32_t)n;
    return true;
}
