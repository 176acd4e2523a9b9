/* SPDX-License-Identifier: MIT */
/* Patterns of names: POSIX fnmatch(), in the "C" locale. */
#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct match {
    const char *start;                  /* of the name */
    int flags;
};

static bool class_has(const char *name, size_t length, int c)
{
    static const struct {
        const char *name;
        int (*is)(int);
    } classes[] = {{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
                   {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
                   {"punct", ispunct}, {"space", isspace}, {"upper", isupper},
                   {"xdigit", isxdigit}};
    for (unsigned i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strlen(classes[i].name) == length && strncmp(classes[i].name, name, length) == 0)
            return classes[i].is(c);
    return false;
}

static int one_of(const char **pattern, bool escapes)
{
    if (**pattern == '\\' && escapes && (*pattern)[1])
        ++*pattern;
    return (unsigned char)*(*pattern)++;
}

/* `*pattern` is behind the [.  1: c is in the set, 0: it is not, -1: this is no set.  The pattern
 * moves behind the set. */
static int set_has(const char **pattern, int c, bool escapes)
{
    const char *p = *pattern;
    bool not = *p == '!' || *p == '^', in = false;
    p += not;
    for (bool first = true; first || *p != ']'; first = false) {
        const char *end = *p == '[' && p[1] == ':' ? strstr(p + 2, ":]") : NULL;
        if (!*p)
            return -1;
        if (end) {
            in |= class_has(p + 2, (size_t)(end - p) - 2, c);
            p = end + 2;
            continue;
        }
        int from = one_of(&p, escapes), to = from;
        if (*p == '-' && p[1] && p[1] != ']') {
            p++;
            to = one_of(&p, escapes);
        }
        in |= from <= c && c <= to;
    }
    *pattern = p + 1;
    return in != not;
}

/* A period that only a period matches. */
static bool is_special_period(const struct match *m, const char *name)
{
    return *name == '.' && m->flags & FNM_PERIOD &&
           (name == m->start || (m->flags & FNM_PATHNAME && name[-1] == '/'));
}

/* One character of the name against the pattern's next element, which is passed over. */
static bool one_matches(const struct match *m, const char **pattern, const char *name)
{
    bool escapes = !(m->flags & FNM_NOESCAPE);
    bool free = *name && !is_special_period(m, name) &&
                !(m->flags & FNM_PATHNAME && *name == '/');
    const char *p = *pattern;
    if (*p == '?') {
        ++*pattern;
        return free;
    }
    if (*p == '[') {
        const char *behind = p + 1;
        int has = set_has(&behind, (unsigned char)*name, escapes);
        if (has >= 0) {
            *pattern = behind;
            return has && free;
        }
    }
    return one_of(pattern, escapes) == (unsigned char)*name;
}

int fnmatch(const char *pattern, const char *name, int flags)
{
    const struct match m = {name, flags};
    const char *star = NULL, *from = NULL;      /* behind the last *, and where it began to match */
    for (;;) {
        if (*pattern == '*' && !is_special_period(&m, name)) {
            star = ++pattern;
            from = name;
            continue;
        }
        if (!*pattern && !*name)
            return 0;
        if (*pattern && *name && one_matches(&m, &pattern, name)) {
            name++;
            continue;
        }
        if (!star || !*from || (flags & FNM_PATHNAME && *from == '/'))
            return FNM_NOMATCH;
        pattern = star;                 /* the star takes one more */
        name = ++from;
    }
}
