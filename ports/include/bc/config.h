/* SPDX-License-Identifier: MIT */
/* What bc's configure would find out about Pecan. */
#define BC_COPYRIGHT    "Copyright 1991-1994, 1997, 1998, 2000, 2004, 2006, 2008, " \
                        "2012-2017 Free Software Foundation, Inc."
#define DC_COPYRIGHT    BC_COPYRIGHT
#define DC_VERSION      "1.4.1"
#define HAVE_ERRNO_H    1
#define HAVE_FSTAT      1
#define HAVE_INTTYPES_H 1
#define HAVE_ISGRAPH    1
#define HAVE_LIMITS_H   1
#define HAVE_MEMORY_H   1
#define HAVE_SETVBUF    1
#define HAVE_STDARG_H   1
#define HAVE_STDDEF_H   1
#define HAVE_STDINT_H   1
#define HAVE_STDLIB_H   1
#define HAVE_STRINGS_H  1
#define HAVE_STRING_H   1
#define HAVE_STRTOL     1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_UNISTD_H   1
#define HAVE_VPRINTF    1
#define PACKAGE         "bc"
#define STDC_HEADERS    1
#define VERSION         "1.07.1"
