/* SPDX-License-Identifier: MIT */
/* An expression is a sum of products, so two registers do, and nothing recurses.  Called by
 * words.c; pure, tested in tests/host/words.c. */
#include "lib/shell/arithmetic.h"
#include "lib/shell/variables.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

static const char too_large[] = "a number is too large";

struct reader {
    const char *at, *end;
};

/* The next character that is no blank; '\0' at the end. */
static char next(struct reader *r)
{
    while (r->at < r->end && isspace((unsigned char) *r->at))
        r->at++;
    return r->at < r->end ? *r->at : '\0';
}

/* Decimal digits from *at up to what is none. */
static const char *digits(const char **at, const char *end, int *value)
{
    for (*value = 0; *at < end && isdigit((unsigned char) **at); ++*at)
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, **at - '0', value))
            return too_large;
    return NULL;
}

static const char *variable(struct reader *r, int *value)
{
    const char *name = r->at;
    while (r->at < r->end && (isalnum((unsigned char) *r->at) || *r->at == '_'))
        r->at++;
    const char *text = variables_get(name, (size_t) (r->at - name));
    *value = 0;
    if (!text || !*text)
        return NULL;
    bool negative = *text == '-';
    const char *end = text + strlen(text), *at = text + negative;
    const char *problem = at < end ? digits(&at, end, value) : NULL;
    if (!problem && (at < end || at == text + negative))
        problem = "a variable's value is no number";
    if (negative)
        *value = -*value;
    return problem;
}

static const char *operand(struct reader *r, int *value)
{
    bool negative = false;
    char c = next(r);
    for (; c == '-' || c == '+'; c = next(r)) {
        negative ^= c == '-';
        r->at++;
    }
    if (c == '$') {
        r->at++;
        c = r->at < r->end ? *r->at : '\0';
    }
    const char *problem = isdigit((unsigned char) c)              ? digits(&r->at, r->end, value)
                          : isalpha((unsigned char) c) || c == '_' ? variable(r, value)
                                                                   : "a number is missing";
    if (!problem && negative)
        *value = -*value;
    return problem;
}

/* *a becomes what the operator makes of both. */
static const char *apply(int *a, char operator, int b)
{
    if (operator == '*')
        return __builtin_mul_overflow(*a, b, a) ? too_large : NULL;
    if (b == 0)
        return "a division by zero";
    if (*a == INT_MIN && b == -1)
        return too_large;
    *a = operator == '/' ? *a / b : *a % b;
    return NULL;
}

const char *arithmetic(const char *text, size_t length, int *value)
{
    struct reader r = { text, text + length };
    int sum = 0, product, more;
    const char *problem = operand(&r, &product);
    for (char c; !problem && (c = next(&r)) != '\0';) {
        if (!strchr("+-*/%", c))
            return "an operator is missing";
        r.at++;
        problem = operand(&r, &more);
        if (!problem && strchr("*/%", c)) {
            problem = apply(&product, c, more);
        } else if (!problem) {
            if (__builtin_add_overflow(sum, product, &sum))
                problem = too_large;
            product = c == '-' ? -more : more;
        }
    }
    if (!problem && __builtin_add_overflow(sum, product, value))
        problem = too_large;
    return problem;
}
