/* SPDX-License-Identifier: MIT */
/* ISO C 7.4 in the "C" locale. */
#ifndef LIBC_CTYPE_H
#define LIBC_CTYPE_H

int isalnum(int c);
int isalpha(int c);
int isblank(int c);
int iscntrl(int c);
int isascii(int c);             /* POSIX */
int isdigit(int c);
int isgraph(int c);
int islower(int c);
int isprint(int c);
int ispunct(int c);
int isspace(int c);
int isupper(int c);
int isxdigit(int c);
int tolower(int c);
#define _tolower(c) ((c) - 'A' + 'a')    /* POSIX: of an upper case letter */
#define _toupper(c) ((c) - 'a' + 'A')
#define toascii(c)  ((c) & 0x7f)
int toupper(int c);

#endif
