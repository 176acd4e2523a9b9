/* SPDX-License-Identifier: MIT */
/* From a pattern to the names that it stands for, one part of the path after the other: each part
 * turns a list of directories into a longer one, so nothing recurses, and one directory is open at
 * a time.  Called by words.c; tested in tests/host/pattern.c. */
#include "lib/shell/pattern.h"
#include "lib/shell/language.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static const char too_many[] = "a pattern stands for too many names";
static const char no_memory[] = "there is no memory for a pattern";

/* ---- one part ---- */

/* The character at *p, which may stand behind a backslash. */
static char plain(const char **p, const char *end)
{
    if (**p == '\\' && *p + 1 < end)
        ++*p;
    return *(*p)++;
}

static bool is_pattern(const char *text)
{
    for (const char *end = text + strlen(text); text < end; plain(&text, end))
        if (*text == '*' || *text == '?' || *text == '[')
            return true;
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
    if (strcmp(name, ".") && strcmp(name, "..") && !fnmatch(s->part, name, FNM_PERIOD))
        add(s, name, strlen(name));
    return !s->full;
}

/* Without its backslashes. */
static void add_plain(struct step *s)
{
    size_t length = strlen(s->part);
    add(s, s->part, length);
    if (s->full)
        return;
    const char *end = s->to->text + s->to->length - 1, *p = end - length;
    char *out = s->to->text + (p - s->to->text);
    while (p < end)
        *out++ = plain(&p, end);
    *out++ = '\0';
    s->to->length = (size_t) (out - s->to->text);
}

/* Every path of `from`, with the next part behind it.  False: there are too many. */
static bool part_append(const struct list *from, struct list *to, const char *part)
{
    struct step s = { .to = to, .part = part };
    to->length = 0;
    for (const char *at = from->text; at < from->text + from->length; at += strlen(at) + 1) {
        s.directory = at;
        if (is_pattern(part))
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

/* from: one path.  Post: *from has all paths.  Returns NULL, or what is wrong. */
static const char *parts_append(struct list **from, struct list *to, const char *pattern)
{
    for (size_t n; (n = part_length(pattern)) > 0; pattern += n) {
        char *part = strndup(pattern, n);
        if (!part)
            return no_memory;
        bool good = part_append(*from, to, part);
        free(part);
        if (!good)
            return too_many;
        struct list *old = *from;
        *from = to;
        to = old;
    }
    return NULL;
}

const char *pattern_expand(const char *pattern, struct pattern_names *names)
{
    struct list *list = malloc(2 * sizeof *list), *all = list;
    names->count = 0;
    if (!list)
        return no_memory;
    list->length = 1;                   /* one path, which is empty */
    list->text[0] = '\0';
    const char *problem = parts_append(&all, list + 1, pattern);
    if (!problem)
        problem = sort_into(all, names);
    free(list);
    return problem;
}
