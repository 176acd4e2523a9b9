/* SPDX-License-Identifier: MIT */
/* scanf() and its relatives, ISO C 7.21.6.2, in the "C" locale: no wide characters.  Each reads one
 * character ahead, which goes back to the stream at the end.  Numbers are those of strtoll(),
 * strtoull() and strtod(), of the longest text that may begin one. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "printf.h"

enum { NUMBER_MOST = 512 };             /* characters of one number that count */

struct scan {
    const char *text;                   /* what comes behind `ahead`; NULL: a stream's */
    FILE *stream;
    int ahead;                          /* the next character, EOF, or UNREAD */
    const char *format;
    int stored;
    unsigned taken;                     /* characters, for %n */
    va_list args, first;
};
enum { UNREAD = -2 };

struct conversion {
    bool stores;                        /* no * */
    bool allocates;                     /* m: memory for the text */
    unsigned width;                     /* 0: none is given */
    int size;                           /* -2 hh, -1 h, 0, 1 l, 2 ll and others of 64 bits, 3 L */
    char what;
};

/* ---- one character after the other ---- */

static int peek(struct scan *s)
{
    if (s->ahead == UNREAD && s->text)
        s->ahead = *s->text ? (unsigned char)*s->text++ : EOF;
    else if (s->ahead == UNREAD)
        s->ahead = fgetc(s->stream);
    return s->ahead;
}

static void take(struct scan *s)
{
    if (s->ahead != EOF)
        s->ahead = UNREAD;
    s->taken++;
}

static void blanks_skip(struct scan *s)
{
    while (isspace(peek(s)))
        take(s);
}

/* ---- the format ---- */

static unsigned number_next(const char **format)
{
    unsigned n = 0;
    for (; isdigit((unsigned char)**format); ++*format)
        n = n < 100000 ? n * 10 + (unsigned)(**format - '0') : n;
    return n;
}

static int size_next(const char **format)
{
    static const struct {
        const char *letters;
        int size;
    } sizes[] = {{"hh", -2}, {"h", -1}, {"ll", 2}, {"l", 1},
                 {"j", 2},   {"z", 1},  {"t", 1},  {"L", 3}};
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = strlen(sizes[i].letters);
        if (!strncmp(*format, sizes[i].letters, n)) {
            *format += n;
            return sizes[i].size;
        }
    }
    return 0;
}

/* ---- numbers ---- */

static void store(struct scan *s, int size, uint64_t value)
{
    switch (size) {
    case -2: *va_arg(s->args, unsigned char *) = (unsigned char)value; break;
    case -1: *va_arg(s->args, unsigned short *) = (unsigned short)value; break;
    case 1: *va_arg(s->args, unsigned long *) = (unsigned long)value; break;
    case 2: *va_arg(s->args, unsigned long long *) = value; break;
    default: *va_arg(s->args, unsigned *) = (unsigned)value;
    }
}

static void store_float(struct scan *s, int size, const char *text)
{
    if (size == 3)
        *va_arg(s->args, long double *) = strtold(text, NULL);
    else if (size == 1)
        *va_arg(s->args, double *) = strtod(text, NULL);
    else
        *va_arg(s->args, float *) = strtof(text, NULL);
}

struct piece {
    unsigned left;                      /* of the width */
    unsigned length;
    char text[NUMBER_MOST];
};

/* Takes the next character if it is one of these.  Small letters are for large ones, too. */
static bool accept(struct scan *s, struct piece *p, const char *set)
{
    int c = peek(s);
    if (p->left == 0 || c == EOF || c == '\0' || !strchr(set, tolower(c)))
        return false;
    if (p->length + 1 < NUMBER_MOST)
        p->text[p->length++] = (char)c;
    p->left--;
    take(s);
    return true;
}

static unsigned accept_all(struct scan *s, struct piece *p, const char *set)
{
    unsigned n = 0;
    while (accept(s, p, set))
        n++;
    return n;
}

static bool accept_word(struct scan *s, struct piece *p, const char *word)
{
    for (; *word; word++) {
        const char one[2] = {*word, '\0'};
        if (!accept(s, p, one))
            return false;
    }
    return true;
}

static bool whole_read(struct scan *s, struct piece *p, int *base)
{
    const char *digits = "0123456789abcdef";
    char some[17] = "";
    unsigned n = 0;
    accept(s, p, "+-");
    if ((*base == 0 || *base == 16) && accept(s, p, "0")) {
        n = 1;
        if (accept(s, p, "x")) {
            n = 0;
            *base = 16;
        } else if (*base == 0) {
            *base = 8;
        }
    } else if (*base == 0) {
        *base = 10;
    }
    memcpy(some, digits, (size_t)*base);
    return n + accept_all(s, p, some) > 0;
}

static bool float_read(struct scan *s, struct piece *p)
{
    const char *digits = "0123456789", *exponent = "e";
    unsigned n = 0;
    accept(s, p, "+-");
    if (accept(s, p, "n"))
        return accept_word(s, p, "an");
    if (accept(s, p, "i"))
        return accept_word(s, p, "nf") && (!accept(s, p, "i") || accept_word(s, p, "nity"));
    if (accept(s, p, "0")) {
        n = 1;
        if (accept(s, p, "x")) {
            n = 0;
            digits = "0123456789abcdef";
            exponent = "p";
        }
    }
    n += accept_all(s, p, digits);
    if (accept(s, p, "."))
        n += accept_all(s, p, digits);
    if (n == 0)
        return false;
    if (!accept(s, p, exponent))
        return true;
    accept(s, p, "+-");
    return accept_all(s, p, "0123456789") > 0;
}

/* A number of that base, or with base 1 one with a fraction.  False: there is none. */
static bool number_scan(struct scan *s, const struct conversion *c, int base)
{
    struct piece p = {.left = c->width ? c->width : UINT32_MAX};
    blanks_skip(s);
    bool good = base == 1 ? float_read(s, &p) : whole_read(s, &p, &base);
    p.text[p.length] = '\0';
    if (!good)
        return false;
    bool is_signed = c->what == 'd' || c->what == 'i';
    if (c->stores && base == 1)
        store_float(s, c->size, p.text);
    else if (c->stores)
        store(s, c->what == 'p' ? 1 : c->size,
              is_signed ? (uint64_t)(c->size == 2 ? strtoll(p.text, NULL, base)
                                                  : strtol(p.text, NULL, base))
              : c->size == 2 ? strtoull(p.text, NULL, base)
                             : strtoul(p.text, NULL, base));
    s->stored += c->stores;
    return true;
}

/* ---- text ---- */

/* The set behind %[, as a table; the format moves behind its end. */
static void set_read(const char **format, bool in[256])
{
    const unsigned char *f = (const unsigned char *)*format;
    bool not = *f == '^';
    memset(in, not, 256);
    f += not;
    for (bool first = true; *f && (first || *f != ']'); first = false, f++) {
        unsigned from = *f, to = from;
        if (f[1] == '-' && f[2] && f[2] != ']') {
            to = f[2];
            f += 2;
        }
        for (unsigned i = from; i <= to; i++)
            in[i] = !not;
    }
    *format = (const char *)f + (*f == ']');
}

/* Where a text goes: to the program's array, or to memory of its own, which grows. */
struct text {
    char *at;                           /* NULL: nowhere */
    unsigned length;
    bool grows;
};

/* False: there is no memory. */
static bool text_add(struct text *t, char c)
{
    enum { STEP = 64 };
    if (t->grows && t->length % STEP == 0) {
        char *more = realloc(t->at, t->length + STEP);
        if (!more)
            return false;
        t->at = more;
    }
    if (t->at)
        t->at[t->length] = c;
    t->length++;
    return true;
}

/* Characters as long as they are in the set; with terminate, a zero behind them. */
static bool text_scan(struct scan *s, const struct conversion *c, const bool in[256],
                      bool terminate)
{
    unsigned most = c->width ? c->width : terminate ? UINT32_MAX : 1, n = 0;
    struct text t = {.grows = c->stores && c->allocates};
    char *where = NULL;
    bool good = true;
    for (; good && n < most && peek(s) != EOF && in[peek(s)]; n++) {
        if (n == 0 && c->stores)
            where = va_arg(s->args, char *);
        if (n == 0 && !t.grows)
            t.at = where;
        good = text_add(&t, (char)peek(s));
        take(s);
    }
    good = good && n > 0 && (terminate || n == most) && (!terminate || text_add(&t, '\0'));
    if (t.grows && good)
        memcpy(where, &t.at, sizeof t.at);
    else if (t.grows)
        free(t.at);
    s->stored += good && c->stores;
    return good;
}

/* ---- directives ---- */

static bool convert(struct scan *s, const struct conversion *c)
{
    bool in[256];
    switch (c->what) {
    case 'd':
    case 'u': return number_scan(s, c, 10);
    case 'i': return number_scan(s, c, 0);
    case 'p':
    case 'x':
    case 'X': return number_scan(s, c, 16);
    case 'o': return number_scan(s, c, 8);
    case 'a': case 'e': case 'f': case 'g':
    case 'A': case 'E': case 'F': case 'G': return number_scan(s, c, 1);
    case 's':
        blanks_skip(s);
        for (int i = 0; i < 256; i++)
            in[i] = !isspace(i);
        return text_scan(s, c, in, true);
    case '[':
        set_read(&s->format, in);
        return text_scan(s, c, in, true);
    case 'c':
        memset(in, true, sizeof in);
        return text_scan(s, c, in, false);
    case 'n':
        if (c->stores)
            store(s, c->size, s->taken);
        return true;
    default: return false;
    }
}

/* POSIX: "%2$d" stores where the second argument says.  False: there are not so many. */
static bool argument_find(struct scan *s)
{
    const char *f = s->format;
    unsigned number = number_next(&f);
    if (*f != '$' || number == 0)
        return true;
    s->format = f + 1;
    va_end(s->args);
    va_copy(s->args, s->first);
    for (unsigned i = 1; i < number && number <= PRINTF_ARGUMENTS; i++)
        (void)va_arg(s->args, void *);
    return number <= PRINTF_ARGUMENTS;
}

/* Behind a %.  *ended: it wants input, and there is none. */
static bool directive(struct scan *s, bool *ended)
{
    if (!argument_find(s))
        return false;
    struct conversion c = {.stores = *s->format != '*'};
    s->format += !c.stores;
    c.width = number_next(&s->format);
    c.allocates = *s->format == 'm';
    s->format += c.allocates;
    c.size = size_next(&s->format);
    c.what = *s->format;
    s->format += c.what != '\0';
    if (c.what != 'c' && c.what != '[' && c.what != 'n')
        blanks_skip(s);
    *ended = c.what != 'n' && peek(s) == EOF;
    bool good = !*ended && convert(s, &c);
    if (!good && c.what == 'c')
        *ended = peek(s) == EOF;        /* in the middle of its characters */
    return good;
}

static bool literal(struct scan *s, bool *ended)
{
    if (*s->format == '%') {
        blanks_skip(s);
        s->format++;
    }
    *ended = peek(s) == EOF;
    if (peek(s) != (unsigned char)*s->format)
        return false;
    s->format++;
    take(s);
    return true;
}

/* EOF: the input ended before the first conversion. */
static int scan(struct scan *s)
{
    bool good = true, ended = false;
    s->ahead = UNREAD;
    va_copy(s->first, s->args);
    while (good && *s->format) {
        if (isspace((unsigned char)*s->format)) {
            blanks_skip(s);
            s->format++;
        } else if (*s->format != '%' || s->format[1] == '%') {
            good = literal(s, &ended);
        } else {
            s->format++;
            good = directive(s, &ended);
        }
    }
    va_end(s->first);
    return !good && ended && s->stored == 0 ? EOF : s->stored;
}

int vsscanf(const char *restrict text, const char *restrict format, va_list args)
{
    struct scan s = {.text = text, .format = format};
    va_copy(s.args, args);
    int stored = scan(&s);
    va_end(s.args);
    return stored;
}

int vfscanf(FILE *restrict stream, const char *restrict format, va_list args)
{
    struct scan s = {.stream = stream, .format = format};
    va_copy(s.args, args);
    int stored = scan(&s);
    va_end(s.args);
    if (s.ahead >= 0)
        ungetc(s.ahead, stream);
    return stored;
}

int vscanf(const char *restrict format, va_list args)
{
    return vfscanf(stdin, format, args);
}

int sscanf(const char *restrict text, const char *restrict format, ...)
{
    va_list args;
    va_start(args, format);
    int stored = vsscanf(text, format, args);
    va_end(args);
    return stored;
}

int fscanf(FILE *restrict stream, const char *restrict format, ...)
{
    va_list args;
    va_start(args, format);
    int stored = vfscanf(stream, format, args);
    va_end(args);
    return stored;
}

int scanf(const char *restrict format, ...)
{
    va_list args;
    va_start(args, format);
    int stored = vfscanf(stdin, format, args);
    va_end(args);
    return stored;
}
