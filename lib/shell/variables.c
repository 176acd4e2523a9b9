/* SPDX-License-Identifier: MIT */
/* The shell's variables; pure, tested in tests/host/variables.c.  Called by words.c, shell.c,
 * environment.c and script.c. */
#include "lib/shell/variables.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static char text[VARIABLES_TEXT];       /* NAME=VALUE strings, one behind the other */
static size_t used;
static char status[12] = "0", count_text[12];
static struct variables_words script;

static bool is_name(char c)
{
    return isalnum((unsigned char) c) || c == '_';
}

/* The string of that name; NULL: there is none. */
static char *find(const char *name, size_t length)
{
    for (char *at = text; at < text + used; at += strlen(at) + 1) {
        if (!strncmp(at, name, length) && at[length] == '=')
            return at;
    }
    return NULL;
}

const char *variables_get(const char *name, size_t length)
{
    if (length == 1 && *name == '?')
        return status;
    if (length == 1 && *name == '#') {
        unsigned count = script.count ? (unsigned) script.count - 1 : 0;
        snprintf(count_text, sizeof count_text, "%u", count);
        return count_text;
    }
    if (length == 1 && isdigit((unsigned char) *name)) {
        size_t i = (size_t) (*name - '0');
        return i < script.count ? script.word[i] : NULL;
    }
    const char *at = find(name, length);
    return at ? at + length + 1 : NULL;
}

static void forget(char *at)
{
    size_t size = strlen(at) + 1;
    memmove(at, at + size, (size_t) (text + used - at) - size);
    used -= size;
}

static size_t number(void)
{
    size_t n = 0;
    for (const char *at = text; at < text + used; at += strlen(at) + 1)
        n++;
    return n;
}

bool variables_assign(const char *word, const char **problem)
{
    size_t length = 0, size = strlen(word) + 1;
    while (is_name(word[length]))
        length++;
    if (length == 0 || word[length] != '=' || isdigit((unsigned char) *word))
        return false;
    char *old = find(word, length);
    size_t freed = old ? strlen(old) + 1 : 0;
    *problem = NULL;
    if (size > VARIABLES_TEXT - used + freed)
        *problem = "there is no room for so much text in variables";
    else if (!old && number() == VARIABLES_MOST)
        *problem = "there are too many variables";
    if (*problem)
        return true;
    if (old)
        forget(old);
    memcpy(text + used, word, size);
    used += size;
    return true;
}

bool variables_unset(const char *name)
{
    char *at = find(name, strlen(name));
    if (at)
        forget(at);
    return at;
}

size_t variables_write(char *envz, size_t size)
{
    size_t written = 0;
    for (const char *at = text; at < text + used; at += strlen(at) + 1) {
        size_t length = strlen(at) + 1;
        if (length > size - written)
            break;
        memcpy(envz + written, at, length);
        written += length;
    }
    return written;
}

void variables_set_status(unsigned value)
{
    snprintf(status, sizeof status, "%u", value);
}

struct variables_words variables_set_words(struct variables_words words)
{
    struct variables_words before = script;
    script = words;
    return before;
}
