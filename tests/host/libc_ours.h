/* SPDX-License-Identifier: MIT */
/* Our C library under other names, mini_NAME, so that a test can call it beside the build
 * machine's: included before our sources, and again, with LIBC_OURS_END, behind them. */
#ifndef LIBC_OURS_END
#undef abs
#define abs mini_abs
#undef atoi
#define atoi mini_atoi
#undef atol
#define atol mini_atol
#undef atoll
#define atoll mini_atoll
#undef bsearch
#define bsearch mini_bsearch
#undef div
#define div mini_div
#undef imaxabs
#define imaxabs mini_imaxabs
#undef imaxdiv
#define imaxdiv mini_imaxdiv
#undef isalnum
#define isalnum mini_isalnum
#undef isalpha
#define isalpha mini_isalpha
#undef isascii
#define isascii mini_isascii
#undef isblank
#define isblank mini_isblank
#undef iscntrl
#define iscntrl mini_iscntrl
#undef isdigit
#define isdigit mini_isdigit
#undef isgraph
#define isgraph mini_isgraph
#undef islower
#define islower mini_islower
#undef isprint
#define isprint mini_isprint
#undef ispunct
#define ispunct mini_ispunct
#undef isspace
#define isspace mini_isspace
#undef isupper
#define isupper mini_isupper
#undef isxdigit
#define isxdigit mini_isxdigit
#undef labs
#define labs mini_labs
#undef ldiv
#define ldiv mini_ldiv
#undef llabs
#define llabs mini_llabs
#undef lldiv
#define lldiv mini_lldiv
#undef memchr
#define memchr mini_memchr
#undef memcmp
#define memcmp mini_memcmp
#undef memcpy
#define memcpy mini_memcpy
#undef memmove
#define memmove mini_memmove
#undef memset
#define memset mini_memset
#undef qsort
#define qsort mini_qsort
#undef rand
#define rand mini_rand
#undef srand
#define srand mini_srand
#undef stpcpy
#define stpcpy mini_stpcpy
#undef strcat
#define strcat mini_strcat
#undef strchr
#define strchr mini_strchr
#undef strcmp
#define strcmp mini_strcmp
#undef strcoll
#define strcoll mini_strcoll
#undef strcpy
#define strcpy mini_strcpy
#undef strcspn
#define strcspn mini_strcspn
#undef strlen
#define strlen mini_strlen
#undef strncat
#define strncat mini_strncat
#undef strncmp
#define strncmp mini_strncmp
#undef strncpy
#define strncpy mini_strncpy
#undef strnlen
#define strnlen mini_strnlen
#undef strpbrk
#define strpbrk mini_strpbrk
#undef strrchr
#define strrchr mini_strrchr
#undef strspn
#define strspn mini_strspn
#undef strstr
#define strstr mini_strstr
#undef strtoimax
#define strtoimax mini_strtoimax
#undef strtok
#define strtok mini_strtok
#undef strtok_r
#define strtok_r mini_strtok_r
#undef strtol
#define strtol mini_strtol
#undef strtoll
#define strtoll mini_strtoll
#undef strtoul
#define strtoul mini_strtoul
#undef strtoull
#define strtoull mini_strtoull
#undef strtoumax
#define strtoumax mini_strtoumax
#undef strxfrm
#define strxfrm mini_strxfrm
#undef tolower
#define tolower mini_tolower
#undef toupper
#define toupper mini_toupper
void *memcpy(void *restrict dest, const void *restrict src, size_t n);
void *memmove(void *dest, const void *src, size_t n);
void *memset(void *dest, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
char *strchr(const char *s, int c);
size_t strcspn(const char *s, const char *reject);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *stpcpy(char *restrict dest, const char *restrict src);
char *strtok_r(char *restrict s, const char *restrict delimiters, char **restrict rest);
int isdigit(int c);
int isalpha(int c);
int isspace(int c);
int isupper(int c);
int islower(int c);
int tolower(int c);
#else
#undef abs
#undef atoi
#undef atol
#undef atoll
#undef bsearch
#undef div
#undef imaxabs
#undef imaxdiv
#undef isalnum
#undef isalpha
#undef isascii
#undef isblank
#undef iscntrl
#undef isdigit
#undef isgraph
#undef islower
#undef isprint
#undef ispunct
#undef isspace
#undef isupper
#undef isxdigit
#undef labs
#undef ldiv
#undef llabs
#undef lldiv
#undef memchr
#undef memcmp
#undef memcpy
#undef memmove
#undef memset
#undef qsort
#undef rand
#undef srand
#undef stpcpy
#undef strcat
#undef strchr
#undef strcmp
#undef strcoll
#undef strcpy
#undef strcspn
#undef strlen
#undef strncat
#undef strncmp
#undef strncpy
#undef strnlen
#undef strpbrk
#undef strrchr
#undef strspn
#undef strstr
#undef strtoimax
#undef strtok
#undef strtok_r
#undef strtol
#undef strtoll
#undef strtoul
#undef strtoull
#undef strtoumax
#undef strxfrm
#undef tolower
#undef toupper
#endif
