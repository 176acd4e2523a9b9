/* SPDX-License-Identifier: MIT */
/* From a pattern to the names that it stands for, one part of the path after the other: each part
 * turns a list of directories into a longer one, so nothing recurses, and one directory is open at
 * a time.  Called by words.c; tested in tests/host/pattern.c. */
#include "lib/shell/pattern.h"
#include "lib/shell/language.h"

#include <stdlib.h>
#include <string.h>

static const char too_many[] = "a pattern stands for too many names";

/* ---- one name ---- */

/* The character at *p, which may stand behind a backslash. */
static char plain(const char **p, const char *end)
{
    if (**p == '\\' && *p + 1 < end)
        ++*p;
    return *(*p)++;
}

/* *p stands behind the [.  *is: is c one of those?  Post: *p stands behind the ].  False: there is
 * none, so the [ is a plain character. */
static bool set_has(const char **p, const char *end, char c, bool *is)
{
    const char *at = *p;
    bool inverted = at < end && (*at == '!' || *at == '^'), found = false;
    at += inverted;
    for (bool first = true; at < end && (first || *at != ']'); first = false) {
        char low = plain(&at, end), high = low;
        if (at + 1 < end && *at == '-' && at[1] != ']') {
            at++;
            high = plain(&at, end);
        }
        found |= (unsigned char) low <= (unsigned char) c &&
                 (unsigned char) c <= (unsigned char) high;
    }
    if (at >= end)
        return false;
    *p = at + 1;
    *is = found != inverted;
    return true;
}

/* Moves *p over what stands for one character, if that is c. */
static bool one_matches(const char **p, const char *end, char c)
{
    const char *at = *p, *behind = at + 1;
    bool is = true;
    if (at == end)
        return false;
    if (*at == '?' || (*at == '[' && set_has(&behind, end, c, &is)))
        at = behind;
    else
        is = plain(&at, end) == c;
    if (is)
        *p = at;
    return is;
}

bool pattern_matches(const char *pattern, size_t length, const char *name)
{
    const char *p = pattern, *end = pattern + length, *behind_star = NULL, *tried = NULL;
    const char *first = p;
    if (*name == '.' && (p == end || plain(&first, end) != '.'))
        return false;
    while (*name) {
        if (p < end && *p == '*') {
            behind_star = ++p;
            tried = name;
        } else if (one_matches(&p, end, *name)) {
            name++;
        } else if (behind_star) {       /* the star stands for one more character */
            p = behind_star;
            name = ++tried;
        } else {
            return false;
        }
    }
    while (p < end && *p == '*')
        p++;
    return p == end;
}

static bool is_pattern(const char *text, size_t length)
{
    const char *end = text + length;
    bool unused;
    for (const char *p = text; p < end;) {
        if (*p == '*' || *p == '?')
            return true;
        const char *behind = p + 1;
        if (*p == '[' && set_has(&behind, end, ' ', &unused))
            return true;
        plain(&p, end);
    }
    return false;
}

/* ---- lists of paths ---- */

struct list {
    char text[WORDS_TEXT];              /* strings, one behind the other */
    size_t length;
};

/* The step from a directory to what is in it. */
struct step {
    struct list *to;
    const char *directory;              /* "" or with a / at its end */
    const char *part;                   /* of the pattern */
    size_t length;
    bool full;
};

static void add(struct step *s, const char *name, size_t length)
{
    struct list *to = s->to;
    size_t before = strlen(s->directory), size = before + length + 1;
    if (size > sizeof to->text - to->length) {
        s->full = true;
        return;
    }
    memcpy(to->text + to->length, s->directory, before);
    memcpy(to->text + to->length + before, name, length);
    to->length += size;
    to->text[to->length - 1] = '\0';
}

static bool look(void *context, const char *name)
{
    struct step *s = context;
    if (strcmp(name, ".") && strcmp(name, "..") && pattern_matches(s->part, s->length, name))
        add(s, name, strlen(name));
    return !s->full;
}

/* Without its backslashes. */
static void add_plain(struct step *s)
{
    add(s, s->part, s->length);
    if (s->full)
        return;
    const char *end = s->to->text + s->to->length - 1, *p = end - s->length;
    char *out = s->to->text + (p - s->to->text);
    while (p < end)
        *out++ = plain(&p, end);
    *out++ = '\0';
    s->to->length = (size_t) (out - s->to->text);
}

/* Every path of `from`, with the next part behind it.  False: there are too many. */
static bool part_append(const struct list *from, struct list *to, const char *part, size_t length)
{
    struct step s = { .to = to, .part = part, .length = length };
    to->length = 0;
    for (const char *at = from->text; at < from->text + from->length; at += strlen(at) + 1) {
        s.directory = at;
        if (is_pattern(part, length))
            language_list(*at ? at : ".", look, &s);
        else
            add_plain(&s);
    }
    return !s.full;
}

/* ---- the whole ---- */

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Those that are there, in their order. */
static const char *sort_into(const struct list *list, struct pattern_names *names)
{
    memcpy(names->text, list->text, list->length);
    for (const char *at = names->text; at < names->text + list->length; at += strlen(at) + 1) {
        if (!language_file_is('e', at))
            continue;
        if (names->count == WORDS_MAX)
            return too_many;
        names->name[names->count++] = at;
    }
    qsort(names->name, names->count, sizeof *names->name, compare);
    return NULL;
}

/* Up to the next /, or over all of those that stand there. */
static size_t part_length(const char *at)
{
    const char *p = at, *end = at + strlen(at);
    size_t slashes = strspn(at, "/");
    if (slashes)
        return slashes;
    while (p < end && *p != '/')
        plain(&p, end);
    return (size_t) (p - at);
}

const char *pattern_expand(const char *pattern, struct pattern_names *names)
{
    struct list *list = malloc(2 * sizeof *list), *from = list, *to = list + 1;
    bool good = list != NULL;
    names->count = 0;
    if (!list)
        return "there is no memory for a pattern";
    from->length = 1;                   /* one path, which is empty */
    from->text[0] = '\0';
    for (size_t n; good && (n = part_length(pattern)) > 0; pattern += n) {
        struct list *next = to;
        good = part_append(from, to, pattern, n);
        to = from;
        from = next;
    }
    const char *problem = good ? sort_into(from, names) : too_many;
    free(list);
    return problem;
}
