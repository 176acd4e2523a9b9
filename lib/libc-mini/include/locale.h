/* SPDX-License-Identifier: MIT */
/* ISO C 7.11: there is one locale, "C". */
#ifndef LIBC_LOCALE_H
#define LIBC_LOCALE_H

#define LC_ALL      0
#define LC_COLLATE  1
#define LC_CTYPE    2
#define LC_MONETARY 3
#define LC_NUMERIC  4
#define LC_TIME     5

struct lconv {
    char *decimal_point, *thousands_sep, *grouping, *int_curr_symbol, *currency_symbol,
        *mon_decimal_point, *mon_thousands_sep, *mon_grouping, *positive_sign, *negative_sign;
    char int_frac_digits, frac_digits, p_cs_precedes, p_sep_by_space, n_cs_precedes, n_sep_by_space,
        p_sign_posn, n_sign_posn, int_p_cs_precedes, int_p_sep_by_space, int_n_cs_precedes,
        int_n_sep_by_space, int_p_sign_posn, int_n_sign_posn;
};

/* "C"; NULL: there is no such locale. */
char *setlocale(int category, const char *locale);
struct lconv *localeconv(void);

#endif
