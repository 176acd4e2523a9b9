/* SPDX-License-Identifier: MIT */
/* Floating point as text: the conversions a, e, f and g of ISO C 7.21.6.1.  Before: printf.c.
 *
 * A value is an integer times a power of two.  So its decimal expansion ends, and all of it is
 * computed, in words of nine digits.  It is rounded once, half to even, at the last digit that is
 * wanted; so every digit is right.  The FPU is not used. */
#pragma GCC optimize "Os"      /* every program has it, and none is slow because of it */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "printf.h"

enum { BASE = 1000000000, DIGITS = 9 }; /* DIGITS are the digits of a word; BASE is a multiple of
                                           2^DIGITS */

/* ---- the value ---- */

struct number {
    bool negative, infinite, nan;
    uint64_t mantissa;
    int exponent;   /* the value is mantissa * 2^exponent */
    int hex_digits; /* the hexadecimal digits of the mantissa behind the first one */
};

static struct number number_of_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff);
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    return (struct number){
        .negative = bits >> 63,
        .infinite = exponent == 0x7ff && !fraction,
        .nan = exponent == 0x7ff && fraction,
        .mantissa = fraction | (uint64_t)(exponent != 0) << 52,
        .exponent = (exponent ? exponent : 1) - 1023 - 52,
        .hex_digits = 52 / 4,
    };
}

static struct number number_of_long_double(long double value)
{
    struct {
        uint64_t mantissa;
        uint16_t rest;
    } __attribute__((packed)) bits;
    memcpy(&bits, &value, sizeof bits);
    int exponent = bits.rest & 0x7fff;
    return (struct number){
        .negative = bits.rest >> 15,
        .infinite = exponent == 0x7fff && !(bits.mantissa << 1),
        .nan = exponent == 0x7fff && bits.mantissa << 1,
        .mantissa = bits.mantissa,
        .exponent = (exponent ? exponent : 1) - 16383 - 63,
        .hex_digits = 60 / 4,
    };
}

/* ---- its digits ---- */

/* word[i] counts BASE to the power of (point - 1 - i). */
struct decimal {
    uint32_t *word;
    int count, point;
};

/* The first word is 0, unless rounding carries into it. */
static int words_before_point(const struct number *n)
{
    return 1 + (n->exponent > 0 ? (64 + n->exponent) / 29 + 1 : 3);
}

static int words_behind_point(const struct number *n)
{
    return n->exponent < 0 ? (-n->exponent + DIGITS - 1) / DIGITS : 0;
}

static void decimal_double(struct decimal *d, int bits)
{
    uint64_t carry = 0;
    for (int i = d->point - 1; i >= 0; i--) {
        carry += (uint64_t)d->word[i] << bits;
        d->word[i] = (uint32_t)(carry % BASE);
        carry /= BASE;
    }
}

/* *used grows by one word, which gets the rest of the last one. */
static void decimal_halve(struct decimal *d, int *used, int bits)
{
    uint32_t rest = 0, share = BASE >> bits;
    for (int i = 0; i < *used || rest; i++) {
        uint32_t word = i < *used ? d->word[i] : 0;
        d->word[i] = (word >> bits) + rest * share;
        rest = word & ((1u << bits) - 1);
        if (i >= *used)
            *used = i + 1;
    }
}

static void decimal_fill(struct decimal *d, const struct number *n)
{
    int used = d->point;
    memset(d->word, 0, (size_t)d->count * sizeof *d->word);
    d->word[d->point - 1] = (uint32_t)(n->mantissa % BASE);
    d->word[d->point - 2] = (uint32_t)(n->mantissa / BASE % BASE);
    d->word[d->point - 3] = (uint32_t)(n->mantissa / BASE / BASE);
    for (int left = n->exponent; left > 0; left -= 29)
        decimal_double(d, left < 29 ? left : 29);
    for (int left = -n->exponent; left > 0; left -= DIGITS)
        decimal_halve(d, &used, left < DIGITS ? left : DIGITS);
}

static uint32_t power_of_ten(int n)
{
    uint32_t power = 1;
    while (n-- > 0)
        power *= 10;
    return power;
}

/* Finds digit number `at` (0 is the one before the point, -1 the one behind it): its word, and its
 * place in the word. */
static int word_of(const struct decimal *d, int at)
{
    return d->point - 1 - (at >= 0 ? at / DIGITS : -((-at + DIGITS - 1) / DIGITS));
}

static int place_of(int at)
{
    return at >= 0 ? at % DIGITS : (DIGITS - -at % DIGITS) % DIGITS;
}

static unsigned digit(const struct decimal *d, int at)
{
    int i = word_of(d, at);
    return i < 0 || i >= d->count ? 0 : d->word[i] / power_of_ten(place_of(at)) % 10;
}

/* Returns the number of the first digit that is not 0; 0 if all are 0. */
static int first_digit(const struct decimal *d)
{
    for (int i = 0; i < d->count; i++) {
        if (d->word[i] == 0)
            continue;
        int place = DIGITS - 1;
        while (d->word[i] < power_of_ten(place))
            place--;
        return (d->point - 1 - i) * DIGITS + place;
    }
    return 0;
}

static int last_digit(const struct decimal *d)
{
    return (d->point - d->count) * DIGITS;
}

static bool is_zero_below(const struct decimal *d, int at)
{
    int i = word_of(d, at);
    bool zero = d->word[i] % power_of_ten(place_of(at)) == 0;
    while (zero && ++i < d->count)
        zero = d->word[i] == 0;
    return zero;
}

/* Rounds, so that at most `precision` digits behind digit number `from` stay. */
static void decimal_round(struct decimal *d, int from, int precision)
{
    if (precision >= from - last_digit(d))
        return;
    int at = from - precision;
    unsigned next = digit(d, at - 1);
    bool up = next > 5 || (next == 5 && (digit(d, at) % 2 || !is_zero_below(d, at - 1)));
    int i = word_of(d, at);
    uint32_t unit = power_of_ten(place_of(at));
    d->word[i] -= d->word[i] % unit;
    memset(d->word + i + 1, 0, (size_t)(d->count - i - 1) * sizeof *d->word);
    for (; up; i--, unit = 1) {
        d->word[i] += unit;
        up = d->word[i] >= BASE;
        if (up)
            d->word[i] -= BASE;
    }
}

/* ---- text ---- */

/* Prints n digits, from digit number `at` down. */
static void put_digits(struct printf_sink *sink, const struct decimal *d, int at, int n)
{
    char text[32];
    int length = 0;
    for (; n > 0 && at >= last_digit(d); n--, at--) {
        text[length++] = (char)('0' + digit(d, at));
        if (length == sizeof text) {
            printf_put(sink, text, sizeof text);
            length = 0;
        }
    }
    printf_put(sink, text, (size_t)length);
    printf_repeat(sink, '0', n);
}

/* Prints blanks, the sign, and zeroes.  Returns the number of blanks that come at the end. */
static int put_padding(struct printf_sink *sink, const struct printf_spec *spec, const char *sign,
                       size_t length)
{
    size_t used = strlen(sign) + length;
    int padding = (size_t)spec->width > used ? spec->width - (int)used : 0;
    if (!spec->left && !spec->zero)
        printf_repeat(sink, ' ', padding);
    printf_put(sink, sign, strlen(sign));
    if (!spec->left && spec->zero)
        printf_repeat(sink, '0', padding);
    return spec->left ? padding : 0;
}

/* Returns the number of digits behind the point that %g prints: no zeroes at the end. */
static int without_zeros(const struct decimal *d, int first, int precision)
{
    if (precision > first - last_digit(d))
        precision = first - last_digit(d);
    while (precision > 0 && digit(d, first - precision) == 0)
        precision--;
    return precision > 0 ? precision : 0;
}

/* Prints a letter, a sign, and at least `least` digits. */
static size_t exponent_text(char text[8], char letter, int exponent, int least)
{
    size_t length = 0;
    unsigned left = exponent < 0 ? -(unsigned)exponent : (unsigned)exponent;
    int digits = 1;
    while (digits < least || (digits < 5 && left >= power_of_ten(digits)))
        digits++;
    text[length++] = letter;
    text[length++] = exponent < 0 ? '-' : '+';
    while (digits-- > 0)
        text[length++] = (char)('0' + left / power_of_ten(digits) % 10);
    return length;
}

static void print_fixed(struct printf_sink *sink, const struct printf_spec *spec, const char *sign,
                        struct decimal *d, int precision, bool strip)
{
    decimal_round(d, 0, precision);
    int first = first_digit(d), before = first > 0 ? first + 1 : 1;
    if (strip)
        precision = without_zeros(d, 0, precision);
    bool point = precision > 0 || spec->alternate;
    int blanks = put_padding(sink, spec, sign, (size_t)before + point + (size_t)precision);
    put_digits(sink, d, before - 1, before);
    printf_put(sink, ".", point);
    put_digits(sink, d, -1, precision);
    printf_repeat(sink, ' ', blanks);
}

static void print_scientific(struct printf_sink *sink, const struct printf_spec *spec,
                             const char *sign, struct decimal *d, int precision, bool strip)
{
    char exponent[8];
    decimal_round(d, first_digit(d), precision);
    int first = first_digit(d);
    if (strip)
        precision = without_zeros(d, first, precision);
    size_t length = exponent_text(exponent, spec->conversion & 0x20 ? 'e' : 'E', first, 2);
    bool point = precision > 0 || spec->alternate;
    int blanks = put_padding(sink, spec, sign, 1 + point + (size_t)precision + length);
    put_digits(sink, d, first, 1);
    printf_put(sink, ".", point);
    put_digits(sink, d, first - 1, precision);
    printf_put(sink, exponent, length);
    printf_repeat(sink, ' ', blanks);
}

static void print_general(struct printf_sink *sink, const struct printf_spec *spec,
                          const char *sign, struct decimal *d)
{
    int digits = spec->precision < 0 ? 6 : spec->precision == 0 ? 1 : spec->precision;
    decimal_round(d, first_digit(d), digits - 1);
    int first = first_digit(d), most = INT_MAX + (first < 0 ? first : 0);
    if (digits > most)
        digits = most; /* this is more than printf() may return */
    if (first < digits && first >= -4)
        print_fixed(sink, spec, sign, d, digits - 1 - first, !spec->alternate);
    else
        print_scientific(sink, spec, sign, d, digits - 1, !spec->alternate);
}

static void print_decimal(struct printf_sink *sink, const struct printf_spec *spec,
                          const char *sign, const struct number *n)
{
    int before = words_before_point(n), count = before + words_behind_point(n);
    uint32_t word[count];
    struct decimal d = {word, count, before};
    int precision = spec->precision < 0 ? 6 : spec->precision;
    decimal_fill(&d, n);
    switch (spec->conversion | 0x20) {
    case 'f':
        print_fixed(sink, spec, sign, &d, precision, false);
        break;
    case 'e':
        print_scientific(sink, spec, sign, &d, precision, false);
        break;
    default:
        print_general(sink, spec, sign, &d);
        break;
    }
}

/* The digits of the mantissa as they are stored.  So the first one is 1 for a double, and 8 to f
 * for a long double; it is 0 if the exponent cannot be smaller. */
static void print_hex(struct printf_sink *sink, const struct printf_spec *spec, const char *sign,
                      const struct number *n)
{
    bool small = spec->conversion & 0x20;
    const char *digits = small ? "0123456789abcdef" : "0123456789ABCDEF";
    char prefix[4] = "", exponent[8];
    int kept = n->hex_digits, precision = spec->precision;
    int power = n->mantissa ? n->exponent + 4 * kept : 0;
    uint64_t m = n->mantissa;
    if (precision >= 0 && precision < kept) {
        int dropped = 4 * (kept - precision);
        uint64_t half = (uint64_t)1 << (dropped - 1), rest = m & (2 * half - 1);
        m >>= dropped;
        m += rest > half || (rest == half && m % 2);
        kept = precision;
        if (m >> 4 * kept == 16) { /* only a long double: f was rounded up to 10 */
            m /= 16;
            power += 4;
        }
    }
    for (; precision < 0 && kept > 0 && m % 16 == 0; kept--)
        m /= 16;
    if (precision < 0)
        precision = kept;
    strcat(strcat(prefix, sign), small ? "0x" : "0X");
    size_t length = exponent_text(exponent, small ? 'p' : 'P', power, 1);
    bool point = precision > 0 || spec->alternate;
    int blanks = put_padding(sink, spec, prefix, 1 + point + (size_t)precision + length);
    for (int i = kept; i >= 0; i--) {
        printf_put(sink, digits + (m >> 4 * i) % 16, 1);
        if (i == kept)
            printf_put(sink, ".", point);
    }
    printf_repeat(sink, '0', precision - kept);
    printf_put(sink, exponent, length);
    printf_repeat(sink, ' ', blanks);
}

static void print_no_number(struct printf_sink *sink, struct printf_spec *spec, const char *sign,
                            const char *what)
{
    spec->zero = false;
    int blanks = put_padding(sink, spec, sign, 3);
    printf_put(sink, what, 3);
    printf_repeat(sink, ' ', blanks);
}

static void print(struct printf_sink *sink, struct printf_spec *spec, const struct number *n)
{
    const char *sign = n->negative ? "-" : spec->plus ? "+" : spec->space ? " " : "";
    bool small = spec->conversion & 0x20;
    if (n->nan)
        print_no_number(sink, spec, sign, small ? "nan" : "NAN");
    else if (n->infinite)
        print_no_number(sink, spec, sign, small ? "inf" : "INF");
    else if ((spec->conversion | 0x20) == 'a')
        print_hex(sink, spec, sign, n);
    else
        print_decimal(sink, spec, sign, n);
}

void printf_double(struct printf_sink *sink, struct printf_spec *spec, double value)
{
    struct number n = number_of_double(value);
    print(sink, spec, &n);
}

void printf_long_double(struct printf_sink *sink, struct printf_spec *spec, long double value)
{
    struct number n = number_of_long_double(value);
    print(sink, spec, &n);
}
