/* SPDX-License-Identifier: MIT */
/* The engine of the printf functions: ISO C 7.21.6.1.  It parses a directive into a struct
 * printf_spec, makes text of the value in a small buffer, and print_field() pads it.
 * printf_float.c does floating point. */
#pragma GCC optimize "Os"      /* every program has it, and none is slow because of it */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "printf.h"

void printf_put(struct printf_sink *sink, const char *data, size_t size)
{
    if (size == 0)
        return;
    sink->put(sink, data, size);
    sink->total += size;
}

void printf_repeat(struct printf_sink *sink, char c, int count)
{
    char block[16];
    memset(block, c, sizeof block);
    for (; count > 0; count -= (int)sizeof block)
        printf_put(sink, block, count < (int)sizeof block ? (size_t)count : sizeof block);
}

/* Reads the digits of a width or precision.  INT_MAX stands for all larger values. */
static int parse_digits(const char **format)
{
    int n = 0;
    for (; **format >= '0' && **format <= '9'; ++*format) {
        int digit = **format - '0';
        n = n > (INT_MAX - digit) / 10 ? INT_MAX : n * 10 + digit;
    }
    return n;
}

static void parse_flags(struct printf_spec *spec, const char **format)
{
    for (;; ++*format) {
        switch (**format) {
        case '-': spec->left = true; break;
        case '+': spec->plus = true; break;
        case ' ': spec->space = true; break;
        case '#': spec->alternate = true; break;
        case '0': spec->zero = true; break;
        case '\'': break;               /* the "C" locale does not group digits */
        default: return;
        }
    }
}

static enum printf_length parse_length(const char **format)
{
    const char *f = *format;
    bool twice = *f && f[0] == f[1];
    if (!*f || !strchr("hljztL", *f))
        return LENGTH_NONE;
    *format += twice && (*f == 'h' || *f == 'l') ? 2 : 1;
    switch (*f) {
    case 'h': return twice ? LENGTH_HH : LENGTH_H;
    case 'l': return twice ? LENGTH_LL : LENGTH_L;
    case 'j': return LENGTH_J;
    case 'z': return LENGTH_Z;
    case 't': return LENGTH_T;
    default: return LENGTH_LONG_DOUBLE;
    }
}

/* POSIX: "3$", the number of an argument.  0: it is not there. */
static int parse_number(const char **format)
{
    const char *f = *format;
    int number = parse_digits(&f);
    if (*f != '$' || number == 0)
        return 0;
    *format = f + 1;
    return number;
}

/* A width or precision.  Returns which argument has it. */
static int parse_size(const char **format, int *size)
{
    if (**format != '*') {
        *size = parse_digits(format);
        return PRINTF_NONE;
    }
    ++*format;
    return parse_number(format);
}

static const char *parse_spec(struct printf_spec *spec, const char *format)
{
    *spec = (struct printf_spec){.precision = -1, .precision_argument = PRINTF_NONE};
    spec->argument = parse_number(&format);
    parse_flags(spec, &format);
    spec->width_argument = parse_size(&format, &spec->width);
    if (*format == '.') {
        format++;
        spec->precision_argument = parse_size(&format, &spec->precision);
    }
    spec->length = parse_length(&format);
    spec->conversion = *format;
    return *format ? format + 1 : format;
}

/* ---- the arguments: one behind the other, or, where the format has numbers, by these ---- */

enum kind { KIND_INT, KIND_LONG, KIND_LONG_LONG, KIND_DOUBLE, KIND_LONG_DOUBLE };

struct arguments {
    va_list list, first;
    const char *format;
    bool counted;                       /* `kinds` is valid */
    unsigned char kinds[PRINTF_ARGUMENTS];
};

static enum kind kind_of(const struct printf_spec *spec)
{
    if (spec->conversion && strchr("aAeEfFgG", spec->conversion))
        return spec->length == LENGTH_LONG_DOUBLE ? KIND_LONG_DOUBLE : KIND_DOUBLE;
    if (spec->conversion && strchr("psn", spec->conversion))
        return KIND_LONG;
    switch (spec->length) {
    case LENGTH_LL:
    case LENGTH_J: return KIND_LONG_LONG;
    case LENGTH_L:
    case LENGTH_Z:
    case LENGTH_T: return KIND_LONG;
    default: return KIND_INT;
    }
}

/* To know where an argument lies, one must know what those before it are. */
static void kinds_find(struct arguments *args)
{
    struct printf_spec spec;
    for (const char *f = args->format; *(f += strcspn(f, "%"));) {
        f = parse_spec(&spec, f + 1);
        if (spec.argument > 0 && spec.argument <= PRINTF_ARGUMENTS)
            args->kinds[spec.argument - 1] = (unsigned char)kind_of(&spec);
    }
}

static void argument_skip(struct arguments *args, enum kind kind)
{
    switch (kind) {
    case KIND_INT: (void)va_arg(args->list, int); break;
    case KIND_LONG: (void)va_arg(args->list, long); break;
    case KIND_LONG_LONG: (void)va_arg(args->list, long long); break;
    case KIND_DOUBLE: (void)va_arg(args->list, double); break;
    case KIND_LONG_DOUBLE: (void)va_arg(args->list, long double); break;
    }
}

/* The next argument of the list is that one.  EINVAL: the number is too large. */
static int argument_find(struct arguments *args, int number)
{
    if (number == 0)
        return 0;
    if (number > PRINTF_ARGUMENTS) {
        errno = EINVAL;
        return -1;
    }
    if (!args->counted)
        kinds_find(args);
    args->counted = true;
    va_end(args->list);
    va_copy(args->list, args->first);
    for (int i = 0; i < number - 1; i++)
        argument_skip(args, args->kinds[i]);
    return 0;
}

/* Sizes that are arguments. */
static int sizes_fetch(struct printf_spec *spec, struct arguments *args)
{
    if (spec->width_argument != PRINTF_NONE) {
        if (argument_find(args, spec->width_argument))
            return -1;
        spec->width = va_arg(args->list, int);
        if (spec->width < 0) {
            spec->left = true;
            spec->width = spec->width == INT_MIN ? INT_MAX : -spec->width;
        }
    }
    if (spec->precision_argument != PRINTF_NONE) {
        if (argument_find(args, spec->precision_argument))
            return -1;
        spec->precision = va_arg(args->list, int);
        if (spec->precision < 0)
            spec->precision = -1;
    }
    return argument_find(args, spec->argument);
}

static intmax_t argument_signed(enum printf_length length, struct arguments *args)
{
    switch (length) {
    case LENGTH_HH: return (signed char)va_arg(args->list, int);
    case LENGTH_H: return (short)va_arg(args->list, int);
    case LENGTH_L: return va_arg(args->list, long);
    case LENGTH_LL: return va_arg(args->list, long long);
    case LENGTH_J: return va_arg(args->list, intmax_t);
    case LENGTH_Z:
    case LENGTH_T: return va_arg(args->list, ptrdiff_t);
    default: return va_arg(args->list, int);
    }
}

static uintmax_t argument_unsigned(enum printf_length length, struct arguments *args)
{
    switch (length) {
    case LENGTH_HH: return (unsigned char)va_arg(args->list, int);
    case LENGTH_H: return (unsigned short)va_arg(args->list, int);
    case LENGTH_L: return va_arg(args->list, unsigned long);
    case LENGTH_LL: return va_arg(args->list, unsigned long long);
    case LENGTH_J: return va_arg(args->list, uintmax_t);
    case LENGTH_Z:
    case LENGTH_T: return va_arg(args->list, size_t);
    default: return va_arg(args->list, unsigned);
    }
}

/* Prints the prefix, zeroes up to the precision, the digits, and blanks or zeroes up to the
 * width. */
static void print_field(struct printf_sink *sink, const struct printf_spec *spec,
                        const char *prefix, int zeros, const char *text, size_t length)
{
    size_t prefix_length = strlen(prefix);
    size_t used = prefix_length + (size_t)zeros + length;
    int padding = (size_t)spec->width > used ? spec->width - (int)used : 0;
    if (!spec->left && !spec->zero)
        printf_repeat(sink, ' ', padding);
    printf_put(sink, prefix, prefix_length);
    if (!spec->left && spec->zero)
        printf_repeat(sink, '0', padding);
    printf_repeat(sink, '0', zeros);
    printf_put(sink, text, length);
    if (spec->left)
        printf_repeat(sink, ' ', padding);
}

static void print_number(struct printf_sink *sink, struct printf_spec *spec, const char *prefix,
                         uintmax_t n, unsigned base)
{
    const char *digits = spec->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[3 * sizeof n];            /* a number is longest in octal */
    char *first = text + sizeof text;
    for (; n; n /= base)
        *--first = digits[n % base];
    int length = (int)(text + sizeof text - first);
    int precision = spec->precision < 0 ? 1 : spec->precision;
    if (spec->precision >= 0)
        spec->zero = false;             /* 7.21.6.1: with a precision, the 0 flag is ignored */
    int zeros = precision > length ? precision - length : 0;
    if (base == 8 && spec->alternate && zeros == 0)
        zeros = 1;
    print_field(sink, spec, prefix, zeros, first, (size_t)length);
}

static void print_signed(struct printf_sink *sink, struct printf_spec *spec, struct arguments *args)
{
    intmax_t n = argument_signed(spec->length, args);
    const char *sign = n < 0 ? "-" : spec->plus ? "+" : spec->space ? " " : "";
    print_number(sink, spec, sign, n < 0 ? -(uintmax_t)n : (uintmax_t)n, 10);
}

static void print_unsigned(struct printf_sink *sink, struct printf_spec *spec,
                           struct arguments *args)
{
    uintmax_t n = argument_unsigned(spec->length, args);
    unsigned base = spec->conversion == 'o' ? 8 : spec->conversion == 'u' ? 10 : 16;
    const char *prefix = "";
    if (base == 16 && spec->alternate && n != 0)
        prefix = spec->conversion == 'X' ? "0X" : "0x";
    print_number(sink, spec, prefix, n, base);
}

static void print_pointer(struct printf_sink *sink, struct printf_spec *spec,
                          struct arguments *args)
{
    uintptr_t p = (uintptr_t)va_arg(args->list, void *);
    if (p) {
        print_number(sink, spec, "0x", p, 16);
    } else {
        spec->zero = false;
        print_field(sink, spec, "", 0, "(nil)", 5);
    }
}

static void print_string(struct printf_sink *sink, struct printf_spec *spec, const char *s)
{
    if (!s)
        s = "(null)";
    spec->zero = false;
    size_t max = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;
    print_field(sink, spec, "", 0, s, strnlen(s, max));
}

/* In the "C" locale, a wide character is the byte with its value.  Other wide characters have no
 * encoding. */
static int print_wide_string(struct printf_sink *sink, struct printf_spec *spec, const wchar_t *s)
{
    size_t max = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;
    size_t length = 0;
    for (; length < max && s[length]; length++) {
        if ((unsigned long)s[length] > 127) {
            errno = EILSEQ;
            return -1;
        }
    }
    spec->zero = false;
    int padding = (size_t)spec->width > length ? spec->width - (int)length : 0;
    if (!spec->left)
        printf_repeat(sink, ' ', padding);
    for (size_t i = 0; i < length; i++)
        printf_repeat(sink, (char)s[i], 1);
    if (spec->left)
        printf_repeat(sink, ' ', padding);
    return 0;
}

static int print_character(struct printf_sink *sink, struct printf_spec *spec,
                           struct arguments *args)
{
    int value = va_arg(args->list, int);
    if (spec->length == LENGTH_L && (unsigned)value > 127) {
        errno = EILSEQ;
        return -1;
    }
    char c = (char)value;
    spec->zero = false;
    print_field(sink, spec, "", 0, &c, 1);
    return 0;
}

static void store_count(const struct printf_spec *spec, struct arguments *args, size_t count)
{
    void *where = va_arg(args->list, void *);
    switch (spec->length) {
    case LENGTH_HH: *(signed char *)where = (signed char)count; break;
    case LENGTH_H: *(short *)where = (short)count; break;
    case LENGTH_L: *(long *)where = (long)count; break;
    case LENGTH_LL: *(long long *)where = (long long)count; break;
    case LENGTH_J: *(intmax_t *)where = (intmax_t)count; break;
    case LENGTH_Z:
    case LENGTH_T: *(ptrdiff_t *)where = (ptrdiff_t)count; break;
    default: *(int *)where = (int)count; break;
    }
}

static int print_directive(struct printf_sink *sink, struct printf_spec *spec,
                           struct arguments *args)
{
    switch (spec->conversion) {
    case 'd':
    case 'i': print_signed(sink, spec, args); return 0;
    case 'o':
    case 'u':
    case 'x':
    case 'X': print_unsigned(sink, spec, args); return 0;
    case 'p': print_pointer(sink, spec, args); return 0;
    case 'c': return print_character(sink, spec, args);
    case 's':
        if (spec->length == LENGTH_L)
            return print_wide_string(sink, spec, va_arg(args->list, const wchar_t *));
        print_string(sink, spec, va_arg(args->list, const char *));
        return 0;
    case 'n': store_count(spec, args, sink->total); return 0;
    case '%': printf_put(sink, "%", 1); return 0;
    case 'a': case 'A': case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
        if (spec->length == LENGTH_LONG_DOUBLE)
            printf_long_double(sink, spec, va_arg(args->list, long double));
        else
            printf_double(sink, spec, va_arg(args->list, double));
        return 0;
    default:
        errno = EINVAL;
        return -1;
    }
}

int printf_format(struct printf_sink *sink, const char *format, va_list list)
{
    struct arguments args = {.format = format};
    int result = 0;
    va_copy(args.list, list);
    va_copy(args.first, list);
    while (*format && result == 0) {
        size_t plain = strcspn(format, "%");
        printf_put(sink, format, plain);
        format += plain;
        if (*format == '%') {
            struct printf_spec spec;
            format = parse_spec(&spec, format + 1);
            result = sizes_fetch(&spec, &args);
            if (result == 0)
                result = print_directive(sink, &spec, &args);
        }
        if (sink->total > INT_MAX) {
            errno = EOVERFLOW;
            result = -1;
        }
    }
    va_end(args.list);
    va_end(args.first);
    return result < 0 ? -1 : (int)sink->total;
}
