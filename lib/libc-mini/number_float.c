/* SPDX-License-Identifier: MIT */
/* Floating-point numbers from text: ISO C 7.22.1.3.  The result is the nearest number there is; of
 * two that are equally near, the even one.  A decimal number is a quotient of two large integers,
 * of which the first 64 bits are worked out, and whether anything is left. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGITS = 800,               /* more cannot change the nearest number, except by being there */
    LARGEST = 330,              /* 10 to this is too large, and to minus LEAST too small, for */
    LEAST = 370,                /* a double; long doubles are parsed in the same way, see below */
    LONG_LARGEST = 4950,
    LONG_LEAST = 5000,
    WORDS = 700,                /* 10 to the LONG_LEAST + DIGITS has 19,300 bits */
};

/* ---- large integers ---- */

struct large {
    int count;                  /* words in use; the last one is not 0 */
    uint32_t word[WORDS];
};

static void multiply_add(struct large *n, uint32_t factor, uint32_t carry)
{
    for (int i = 0; i < n->count; i++) {
        uint64_t product = (uint64_t)n->word[i] * factor + carry;
        n->word[i] = (uint32_t)product;
        carry = (uint32_t)(product >> 32);
    }
    if (carry)
        n->word[n->count++] = carry;
}

static void multiply_by_ten_to(struct large *n, int power)
{
    for (; power >= 9; power -= 9)
        multiply_add(n, 1000000000, 0);
    for (; power > 0; power--)
        multiply_add(n, 10, 0);
}

static int bits(const struct large *n)
{
    return n->count ? n->count * 32 - __builtin_clz(n->word[n->count - 1]) : 0;
}

static void shift_left(struct large *n, int by)
{
    int words = by / 32, rest = by % 32;
    memmove(n->word + words, n->word, (size_t)n->count * sizeof *n->word);
    memset(n->word, 0, (size_t)words * sizeof *n->word);
    n->count = n->count ? n->count + words : 0;
    if (rest)
        multiply_add(n, 1u << rest, 0);
}

/* a >= b */
static bool covers(const struct large *a, const struct large *b)
{
    if (a->count != b->count)
        return a->count > b->count;
    for (int i = a->count - 1; i >= 0; i--)
        if (a->word[i] != b->word[i])
            return a->word[i] > b->word[i];
    return true;
}

/* Pre: a >= b. */
static void subtract(struct large *a, const struct large *b)
{
    uint32_t borrow = 0;
    for (int i = 0; i < a->count; i++) {
        uint64_t take = (uint64_t)(i < b->count ? b->word[i] : 0) + borrow;
        borrow = a->word[i] < take;
        a->word[i] -= (uint32_t)take;
    }
    while (a->count && a->word[a->count - 1] == 0)
        a->count--;
}

/* ---- the number: mantissa * 2 to the exponent, half of that power more if `half`, and a little
 * more if `more` ---- */

struct number {
    bool negative;
    uint64_t mantissa;          /* bit 63 is set, or the number is 0 */
    int exponent;
    bool half, more;
    bool infinite, nan;
};

/* The first 64 bits of top / bottom. */
static void divide(struct number *n, struct large *top, struct large *bottom)
{
    int shift = bits(bottom) - bits(top) + 64;
    if (shift > 0)
        shift_left(top, shift);
    else
        shift_left(bottom, -shift);
    n->exponent = -shift;
    shift_left(bottom, 64);     /* now top / bottom is less than 2, bit by bit from here */
    n->exponent += 64;
    int left = 64;
    if (!covers(top, bottom)) {
        shift_left(top, 1);
        n->exponent--;
    }
    for (n->mantissa = 0; left > 0; left--) {
        bool one = covers(top, bottom);
        if (one)
            subtract(top, bottom);
        n->mantissa = n->mantissa << 1 | one;
        shift_left(top, 1);
    }
    n->exponent -= 63;
    n->half = covers(top, bottom);
    if (n->half)
        subtract(top, bottom);
    n->more = top->count > 0;
}

/* ---- parsing ---- */

static bool word_is(const char *s, const char *word)
{
    while (*word && tolower((unsigned char)*s) == *word)
        s++, word++;
    return !*word;
}

/* inf, infinity, nan, nan(letters).  Returns the end; NULL: none of these. */
static const char *parse_word(const char *s, struct number *n)
{
    n->infinite = word_is(s, "inf");
    n->nan = word_is(s, "nan");
    if (n->infinite)
        return s + (word_is(s, "infinity") ? 8 : 3);
    if (!n->nan)
        return NULL;
    const char *end = s + 3;
    if (*end == '(') {
        const char *p = end + 1;
        while (isalnum((unsigned char)*p) || *p == '_')
            p++;
        if (*p == ')')
            end = p + 1;
    }
    return end;
}

/* The number behind e or p; nothing is taken if there is none.  It stops growing at a size that is
 * out of every range. */
static const char *parse_exponent(const char *s, char letter, int *exponent)
{
    const char *p = s + 1;
    int value = 0;
    if (tolower((unsigned char)*s) != letter)
        return s;
    bool negative = *p == '-';
    p += *p == '-' || *p == '+';
    if (!isdigit((unsigned char)*p))
        return s;
    for (; isdigit((unsigned char)*p); p++)
        if (value < INT_MAX / 100)
            value = value * 10 + (*p - '0');
    *exponent += negative ? -value : value;
    return p;
}

static int hex_value(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* Behind "0x".  NULL: no digit. */
static const char *parse_hexadecimal(const char *s, struct number *n)
{
    bool point = false, any = false;
    int next = -1;              /* the first digit that has no room */
    for (; isxdigit((unsigned char)*s) || (*s == '.' && !point); s++) {
        if (*s == '.') {
            point = true;
            continue;
        }
        any = true;
        if (n->mantissa >> 60) {
            n->more |= next >= 0 && hex_value(*s) != 0;
            next = next < 0 ? hex_value(*s) : next;
            n->exponent += point ? 0 : 4;
        } else {
            n->mantissa = n->mantissa << 4 | (unsigned)hex_value(*s);
            n->exponent -= point ? 4 : 0;
        }
    }
    if (!any)
        return NULL;
    s = parse_exponent(s, 'p', &n->exponent);
    if (n->mantissa) {
        int shift = __builtin_clzll(n->mantissa);
        next = next < 0 ? 0 : next << shift;
        n->mantissa = n->mantissa << shift | (unsigned)next >> 4;
        n->exponent -= shift;
        n->half = next & 8;
        n->more |= next & 7;
    }
    return s;
}

/* The digits as an integer, and the power of ten that belongs to it.  NULL: no digit. */
static const char *parse_digits(const char *s, struct large *digits, int *power)
{
    bool point = false, any = false;
    int count = 0;
    for (; isdigit((unsigned char)*s) || (*s == '.' && !point); s++) {
        if (*s == '.') {
            point = true;
            continue;
        }
        any = true;
        if (count < DIGITS) {
            multiply_add(digits, 10, (uint32_t)(*s - '0'));
            count += digits->count > 0;
            *power -= point;
        } else {
            digits->word[0] |= *s != '0';       /* the last bit says that there is more */
            *power += !point;
        }
    }
    return any ? parse_exponent(s, 'e', power) : NULL;
}

static const char *parse_decimal(const char *s, struct number *n, int largest, int least)
{
    struct large top = {0, {0}}, bottom = {1, {1}};
    int power = 0;
    s = parse_digits(s, &top, &power);
    if (!s || top.count == 0)
        return s;
    int digits = (int)((int64_t)bits(&top) * 30103 / 100000);   /* one less, maybe */
    if (power > largest - digits) {
        n->mantissa = 1ull << 63;
        n->exponent = INT_MAX / 2;
        return s;
    }
    if (power < -least - digits) {
        n->mantissa = 1ull << 63;
        n->exponent = INT_MIN / 2;
        return s;
    }
    multiply_by_ten_to(power > 0 ? &top : &bottom, power > 0 ? power : -power);
    divide(n, &top, &bottom);
    return s;
}

static struct number parse(const char *s, char **end, int largest, int least)
{
    struct number n = {0};
    const char *p = s, *behind;
    while (isspace((unsigned char)*p))
        p++;
    n.negative = *p == '-';
    p += *p == '-' || *p == '+';
    behind = parse_word(p, &n);
    if (!behind && p[0] == '0' && tolower((unsigned char)p[1]) == 'x') {
        behind = parse_hexadecimal(p + 2, &n);
        if (!behind)
            behind = p + 1;     /* "0x" alone is a 0 */
    } else if (!behind) {
        behind = parse_decimal(p, &n, largest, least);
    }
    if (end)
        *end = (char *)(size_t)(behind ? behind : s);
    n.negative &= behind != NULL;
    return n;
}

/* ---- rounding ---- */

/* Cuts the mantissa to `precision` bits; fewer if the number is below 2 to the `lowest`, which is
 * the exponent of the last bit of the smallest number.  Afterwards the mantissa is an integer whose
 * last bit counts 2 to the exponent. */
static void round_to(struct number *n, int precision, int lowest)
{
    int drop = 64 - precision;
    if (n->exponent + drop < lowest)
        drop = lowest - n->exponent > 65 ? 65 : lowest - n->exponent;
    if (drop == 0) {
        n->mantissa += n->half && (n->more || n->mantissa & 1);
        n->more |= n->half;
        if (n->mantissa == 0) {         /* it was all ones */
            n->mantissa = 1ull << 63;
            n->exponent++;
        }
        return;
    }
    n->more |= n->half;
    uint64_t kept = drop < 64 ? n->mantissa >> drop : 0;
    uint64_t half = drop <= 64 ? 1ull << (drop - 1) : 0;
    uint64_t rest = drop < 64 ? n->mantissa & ((half << 1) - 1) : n->mantissa;
    bool exact = rest == 0 && !n->more;
    bool up = drop <= 64 && (rest > half || (rest == half && (n->more || kept & 1)));
    n->mantissa = kept + up;
    n->exponent += drop;
    n->more = !exact;
}

/* Binary formats of `total` bits with so many of fraction. */
static uint64_t encode(struct number n, int fraction, int total)
{
    int bias = (1 << (total - fraction - 2)) - 1, lowest = 1 - bias - fraction;
    uint64_t infinity = (uint64_t)(2 * bias + 1) << fraction, value = 0;
    if (n.nan)
        value = infinity | 1ull << (fraction - 1);
    else if (n.infinite)
        value = infinity;
    else if (n.mantissa) {
        round_to(&n, fraction + 1, lowest);
        if (n.mantissa >> (fraction + 1)) {
            n.mantissa >>= 1;
            n.exponent++;
        }
        bool normal = n.mantissa >> fraction;
        int exponent = n.exponent - lowest + normal;
        value = exponent > 2 * bias
                    ? infinity
                    : ((uint64_t)(normal ? exponent : 0) << fraction)
                          | (n.mantissa & ((1ull << fraction) - 1));
        if (value == infinity || (!normal && n.more))
            errno = ERANGE;
    }
    return value | (uint64_t)n.negative << (total - 1);
}

double strtod(const char *restrict s, char **restrict end)
{
    union { uint64_t bits; double value; } u = {encode(parse(s, end, LARGEST, LEAST), 52, 64)};
    return u.value;
}

float strtof(const char *restrict s, char **restrict end)
{
    union { uint32_t bits; float value; } u = {
        (uint32_t)encode(parse(s, end, LARGEST, LEAST), 23, 32)};
    return u.value;
}

long double strtold(const char *restrict s, char **restrict end)
{
    struct number n = parse(s, end, LONG_LARGEST, LONG_LEAST);
    union { struct { uint64_t mantissa; uint16_t exponent; } parts; long double value; } u = {{0, 0}};
    if (n.nan || n.infinite) {
        u.parts.mantissa = n.nan ? 3ull << 62 : 1ull << 63;
        u.parts.exponent = 0x7fff;
    } else if (n.mantissa) {
        round_to(&n, 64, -16445);
        int exponent = n.exponent + 16383 + 63;
        bool normal = n.mantissa >> 63;
        u.parts.mantissa = exponent > 0x7ffe ? 1ull << 63 : n.mantissa;
        u.parts.exponent = (uint16_t)(exponent > 0x7ffe ? 0x7fff : normal ? exponent : 0);
        if (u.parts.exponent == 0x7fff || (!normal && n.more))
            errno = ERANGE;
    }
    u.parts.exponent |= (uint16_t)(n.negative << 15);
    return u.value;
}

double atof(const char *s)
{
    return strtod(s, NULL);
}
