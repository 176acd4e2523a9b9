/* SPDX-License-Identifier: MIT */
/* sscanf(), ISO C 7.21.6.2, in the "C" locale, for strings: the formats but %p, and no wide
 * characters.  Numbers are those of strtoll(), strtoull() and strtod(). */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MOST = 512 };             /* characters of one number */

struct scan {
    const char *text, *at;
    const char *format;
    int stored;
    va_list args;
};

struct conversion {
    bool stores;                        /* no * */
    unsigned width;                     /* 0: none is given */
    int size;                           /* -2 hh, -1 h, 0, 1 l, 2 ll and others of 64 bits, 3 L */
    char what;
};

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

static void store_float(struct scan *s, int size, double value)
{
    if (size == 3)
        *va_arg(s->args, long double *) = value;
    else if (size == 1)
        *va_arg(s->args, double *) = value;
    else
        *va_arg(s->args, float *) = (float)value;
}

static void blanks_skip(struct scan *s)
{
    while (isspace((unsigned char)*s->at))
        s->at++;
}

/* A number of that base, or with base 1 one with a fraction.  False: there is none. */
static bool number_scan(struct scan *s, const struct conversion *c, int base)
{
    char copy[NUMBER_MOST], *end;
    blanks_skip(s);
    size_t most = c->width && c->width < NUMBER_MOST ? c->width : NUMBER_MOST - 1;
    size_t length = strnlen(s->at, most);
    memcpy(copy, s->at, length);
    copy[length] = '\0';
    bool is_signed = c->what == 'd' || c->what == 'i';
    double real = base == 1 ? strtod(copy, &end) : 0;
    uint64_t whole = base == 1   ? 0
                     : is_signed ? (uint64_t)strtoll(copy, &end, base)
                                 : strtoull(copy, &end, base);
    if (end == copy)
        return false;
    s->at += end - copy;
    if (c->stores && base == 1)
        store_float(s, c->size, real);
    else if (c->stores)
        store(s, c->size, whole);
    s->stored += c->stores;
    return true;
}

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

/* Characters as long as they are in the set; with terminate, a zero behind them. */
static bool text_scan(struct scan *s, const struct conversion *c, const bool in[256],
                      bool terminate)
{
    unsigned most = c->width ? c->width : terminate ? UINT32_MAX : 1, n = 0;
    while (n < most && s->at[n] && in[(unsigned char)s->at[n]])
        n++;
    if (n == 0 || (!terminate && n < most)) {
        s->at += n;
        return false;
    }
    if (c->stores) {
        char *to = va_arg(s->args, char *);
        memcpy(to, s->at, n);
        if (terminate)
            to[n] = '\0';
    }
    s->stored += c->stores;
    s->at += n;
    return true;
}

static bool convert(struct scan *s, const struct conversion *c)
{
    bool in[256];
    switch (c->what) {
    case 'd':
    case 'u': return number_scan(s, c, 10);
    case 'i': return number_scan(s, c, 0);
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
            store(s, c->size, (uint64_t)(s->at - s->text));
        return true;
    default: return false;
    }
}

/* Behind a %.  *input: it wants some. */
static bool directive(struct scan *s, bool *input)
{
    struct conversion c = {.stores = *s->format != '*'};
    s->format += !c.stores;
    c.width = number_next(&s->format);
    c.size = size_next(&s->format);
    c.what = *s->format;
    s->format += c.what != '\0';
    *input = c.what != 'n';
    return convert(s, &c);
}

int vsscanf(const char *text, const char *format, va_list args)
{
    struct scan s = {.text = text, .at = text, .format = format};
    bool good = true, input = false;
    va_copy(s.args, args);
    while (good && *s.format) {
        if (isspace((unsigned char)*s.format)) {
            blanks_skip(&s);
            s.format++;
        } else if (*s.format != '%' || s.format[1] == '%') {
            if (*s.format == '%') {
                blanks_skip(&s);
                s.format++;
            }
            good = *s.at == *s.format++;
            s.at += good;
            input = true;
        } else {
            s.format++;
            good = directive(&s, &input);
        }
    }
    va_end(s.args);
    return !good && input && s.stored == 0 && *s.at == '\0' ? EOF : s.stored;
}

int sscanf(const char *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int stored = vsscanf(text, format, args);
    va_end(args);
    return stored;
}
