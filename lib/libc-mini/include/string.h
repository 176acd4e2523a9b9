/* SPDX-License-Identifier: MIT */
/* ISO C 7.24, and from POSIX: strnlen strdup strndup strtok_r stpcpy stpncpy memccpy strerror_r
 * strsignal; from elsewhere: mempcpy memrchr strcasestr strchrnul strsep strlcpy strlcat. */
#ifndef LIBC_STRING_H
#define LIBC_STRING_H

#include <stddef.h>
#include <strings.h>

void *memcpy(void *__restrict dest, const void *__restrict src, size_t n);
void *memmove(void *dest, const void *src, size_t n);
void *memset(void *dest, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
void *memrchr(const void *s, int c, size_t n);
void *memccpy(void *__restrict dest, const void *__restrict src, int c, size_t n);
void *mempcpy(void *__restrict dest, const void *__restrict src, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
char *strcpy(char *__restrict dest, const char *__restrict src);
char *stpcpy(char *__restrict dest, const char *__restrict src);
char *strncpy(char *__restrict dest, const char *__restrict src, size_t n);
char *stpncpy(char *__restrict dest, const char *__restrict src, size_t n);
size_t strlcpy(char *__restrict dest, const char *__restrict src, size_t size);
size_t strlcat(char *__restrict dest, const char *__restrict src, size_t size);
char *strcat(char *__restrict dest, const char *__restrict src);
char *strncat(char *__restrict dest, const char *__restrict src, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcoll(const char *a, const char *b);
size_t strxfrm(char *__restrict dest, const char *__restrict src, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
char *strstr(const char *haystack, const char *needle);
char *strcasestr(const char *haystack, const char *needle);
char *strchrnul(const char *s, int c);
char *strsep(char **text, const char *delimiters);
char *strtok(char *__restrict s, const char *__restrict delimiters);
char *strtok_r(char *__restrict s, const char *__restrict delimiters, char **__restrict rest);
char *strerror(int number);
int strerror_r(int number, char *text, size_t size);    /* returns EINVAL: unknown; ERANGE */
char *strsignal(int signal);
char *strdup(const char *s);
char *strndup(const char *s, size_t n);

#endif
