/* SPDX-License-Identifier: MIT */
/* ISO C 7.8 for ILP32. */
#ifndef LIBC_INTTYPES_H
#define LIBC_INTTYPES_H

#include <stdint.h>

typedef struct { intmax_t quot, rem; } imaxdiv_t;

intmax_t imaxabs(intmax_t n);
imaxdiv_t imaxdiv(intmax_t numerator, intmax_t denominator);
intmax_t strtoimax(const char *__restrict s, char **__restrict end, int base);
uintmax_t strtoumax(const char *__restrict s, char **__restrict end, int base);

#define __PRI8       "hh"
#define __PRI16      "h"
#define __PRI32      __PRI_CAT(__PRI32_, INT32_C(1))
#define __PRI_CAT(a, b) __PRI_PASTE(a, b)
#define __PRI_PASTE(a, b) a##b
#define __PRI32_1    ""     /* gcc's int32_t is an int or a long; the suffix of its constants
                               shows which */
#define __PRI32_1L   "l"
#define __PRI64      "ll"
#define __PRIFAST8   "hh"
#define __PRIFAST16  ""
#define __PRIFAST32  ""
#define __PRIFAST64  "ll"

#define PRId8         __PRI8 "d"
#define PRIdLEAST8    __PRI8 "d"
#define PRIdFAST8     __PRIFAST8 "d"
#define PRId16        __PRI16 "d"
#define PRIdLEAST16   __PRI16 "d"
#define PRIdFAST16    __PRIFAST16 "d"
#define PRId32        __PRI32 "d"
#define PRIdLEAST32   __PRI32 "d"
#define PRIdFAST32    __PRIFAST32 "d"
#define PRId64        __PRI64 "d"
#define PRIdLEAST64   __PRI64 "d"
#define PRIdFAST64    __PRIFAST64 "d"
#define PRIdMAX       "lld"
#define PRIdPTR       "d"
#define PRIi8         __PRI8 "i"
#define PRIiLEAST8    __PRI8 "i"
#define PRIiFAST8     __PRIFAST8 "i"
#define PRIi16        __PRI16 "i"
#define PRIiLEAST16   __PRI16 "i"
#define PRIiFAST16    __PRIFAST16 "i"
#define PRIi32        __PRI32 "i"
#define PRIiLEAST32   __PRI32 "i"
#define PRIiFAST32    __PRIFAST32 "i"
#define PRIi64        __PRI64 "i"
#define PRIiLEAST64   __PRI64 "i"
#define PRIiFAST64    __PRIFAST64 "i"
#define PRIiMAX       "lli"
#define PRIiPTR       "i"
#define PRIo8         __PRI8 "o"
#define PRIoLEAST8    __PRI8 "o"
#define PRIoFAST8     __PRIFAST8 "o"
#define PRIo16        __PRI16 "o"
#define PRIoLEAST16   __PRI16 "o"
#define PRIoFAST16    __PRIFAST16 "o"
#define PRIo32        __PRI32 "o"
#define PRIoLEAST32   __PRI32 "o"
#define PRIoFAST32    __PRIFAST32 "o"
#define PRIo64        __PRI64 "o"
#define PRIoLEAST64   __PRI64 "o"
#define PRIoFAST64    __PRIFAST64 "o"
#define PRIoMAX       "llo"
#define PRIoPTR       "o"
#define PRIu8         __PRI8 "u"
#define PRIuLEAST8    __PRI8 "u"
#define PRIuFAST8     __PRIFAST8 "u"
#define PRIu16        __PRI16 "u"
#define PRIuLEAST16   __PRI16 "u"
#define PRIuFAST16    __PRIFAST16 "u"
#define PRIu32        __PRI32 "u"
#define PRIuLEAST32   __PRI32 "u"
#define PRIuFAST32    __PRIFAST32 "u"
#define PRIu64        __PRI64 "u"
#define PRIuLEAST64   __PRI64 "u"
#define PRIuFAST64    __PRIFAST64 "u"
#define PRIuMAX       "llu"
#define PRIuPTR       "u"
#define PRIx8         __PRI8 "x"
#define PRIxLEAST8    __PRI8 "x"
#define PRIxFAST8     __PRIFAST8 "x"
#define PRIx16        __PRI16 "x"
#define PRIxLEAST16   __PRI16 "x"
#define PRIxFAST16    __PRIFAST16 "x"
#define PRIx32        __PRI32 "x"
#define PRIxLEAST32   __PRI32 "x"
#define PRIxFAST32    __PRIFAST32 "x"
#define PRIx64        __PRI64 "x"
#define PRIxLEAST64   __PRI64 "x"
#define PRIxFAST64    __PRIFAST64 "x"
#define PRIxMAX       "llx"
#define PRIxPTR       "x"
#define PRIX8         __PRI8 "X"
#define PRIXLEAST8    __PRI8 "X"
#define PRIXFAST8     __PRIFAST8 "X"
#define PRIX16        __PRI16 "X"
#define PRIXLEAST16   __PRI16 "X"
#define PRIXFAST16    __PRIFAST16 "X"
#define PRIX32        __PRI32 "X"
#define PRIXLEAST32   __PRI32 "X"
#define PRIXFAST32    __PRIFAST32 "X"
#define PRIX64        __PRI64 "X"
#define PRIXLEAST64   __PRI64 "X"
#define PRIXFAST64    __PRIFAST64 "X"
#define PRIXMAX       "llX"
#define PRIXPTR       "X"

#endif
