/* SPDX-License-Identifier: MIT */
/* Numbers from text, and integer arithmetic: ISO C 7.22.1, 7.22.2, 7.22.6, 7.8.2. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

static int digit_value(char c)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    if (isalpha((unsigned char)c))
        return tolower((unsigned char)c) - 'a' + 10;
    return INT_MAX;
}

struct number {
    unsigned long long magnitude;   /* ULLONG_MAX if it is too large */
    bool negative;
    bool too_large;
};

/* Reads [space][sign][prefix]digits.  If there is no number, *end is s itself. */
static struct number number_parse(const char *s, char **end, int base)
{
    struct number n = {0, false, false};
    const char *p = s;
    if (end)
        *end = (char *)(size_t)s;
    if (base < 0 || base == 1 || base > 36) {
        errno = EINVAL;
        return n;
    }
    while (isspace((unsigned char)*p))
        p++;
    if (*p == '+' || *p == '-')
        n.negative = *p++ == '-';
    if ((base == 0 || base == 16) && p[0] == '0' && (p[1] | 32) == 'x' && digit_value(p[2]) < 16) {
        base = 16;
        p += 2;
    }
    if (base == 0)
        base = *p == '0' ? 8 : 10;
    for (; digit_value(*p) < base; p++) {
        unsigned digit = (unsigned)digit_value(*p);
        if (n.magnitude > (ULLONG_MAX - digit) / (unsigned)base)
            n.too_large = true;
        n.magnitude = n.magnitude * (unsigned)base + digit;
        if (end)
            *end = (char *)(size_t)(p + 1);
    }
    return n;
}

static unsigned long long number_unsigned(const char *s, char **end, int base,
                                          unsigned long long max)
{
    struct number n = number_parse(s, end, base);
    if (n.too_large || n.magnitude > max) {
        errno = ERANGE;
        return max;
    }
    return n.negative ? -n.magnitude : n.magnitude;
}

static long long number_signed(const char *s, char **end, int base, long long min, long long max)
{
    struct number n = number_parse(s, end, base);
    unsigned long long limit = n.negative ? -(unsigned long long)min : (unsigned long long)max;
    if (n.too_large || n.magnitude > limit) {
        errno = ERANGE;
        return n.negative ? min : max;
    }
    return (long long)(n.negative ? -n.magnitude : n.magnitude);
}

long strtol(const char *restrict s, char **restrict end, int base)
{
    return (long)number_signed(s, end, base, LONG_MIN, LONG_MAX);
}

long long strtoll(const char *restrict s, char **restrict end, int base)
{
    return number_signed(s, end, base, LLONG_MIN, LLONG_MAX);
}

unsigned long strtoul(const char *restrict s, char **restrict end, int base)
{
    return (unsigned long)number_unsigned(s, end, base, ULONG_MAX);
}

unsigned long long strtoull(const char *restrict s, char **restrict end, int base)
{
    return number_unsigned(s, end, base, ULLONG_MAX);
}

intmax_t strtoimax(const char *restrict s, char **restrict end, int base)
{
    return number_signed(s, end, base, INTMAX_MIN, INTMAX_MAX);
}

uintmax_t strtoumax(const char *restrict s, char **restrict end, int base)
{
    return number_unsigned(s, end, base, UINTMAX_MAX);
}

int atoi(const char *s) { return (int)strtol(s, NULL, 10); }
long atol(const char *s) { return strtol(s, NULL, 10); }
long long atoll(const char *s) { return strtoll(s, NULL, 10); }

int abs(int n) { return n < 0 ? -n : n; }
long labs(long n) { return n < 0 ? -n : n; }
long long llabs(long long n) { return n < 0 ? -n : n; }
intmax_t imaxabs(intmax_t n) { return n < 0 ? -n : n; }

div_t div(int n, int d) { return (div_t){n / d, n % d}; }
ldiv_t ldiv(long n, long d) { return (ldiv_t){n / d, n % d}; }
lldiv_t lldiv(long long n, long long d) { return (lldiv_t){n / d, n % d}; }
imaxdiv_t imaxdiv(intmax_t n, intmax_t d) { return (imaxdiv_t){n / d, n % d}; }

static unsigned long long rand_state = 1;

void srand(unsigned seed)
{
    rand_state = seed;
}

/* A linear congruential generator with Knuth's constants.  Its high bits are the more random
 * ones. */
int rand(void)
{
    rand_state = rand_state * 6364136223846793005ull + 1442695040888963407ull;
    return (int)(rand_state >> 33);
}
