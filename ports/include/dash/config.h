/* SPDX-License-Identifier: MIT */
/* What dash's configure would find out about Pecan. */
#define HAVE_ALIAS_ATTRIBUTE 1
#define HAVE_ALLOCA_H        1
#define HAVE_BSEARCH         1
#define HAVE_DECL_ISBLANK    1
#define HAVE_FACCESSAT       1
#define HAVE_FNMATCH         1
#define HAVE_GETPWNAM        1
#define HAVE_GETRLIMIT       1
#define HAVE_ISALPHA         1
#define HAVE_KILLPG          1
#define HAVE_MEMPCPY         1
#define HAVE_ST_MTIM         1
#define HAVE_STPCPY          1
#define HAVE_STRCHRNUL       1
#define HAVE_STRSIGNAL       1
#define HAVE_STRTOD          1
#define HAVE_STRTOIMAX       1
#define HAVE_STRTOUMAX       1
#define HAVE_SYSCONF         1
#define SIZEOF_INTMAX_T      8
#define SIZEOF_LONG_LONG_INT 8
#define SMALL                1          /* no line editor */
#define WITH_LINENO          1
#define _PATH_BSHELL         "/bin/sh"
#define _PATH_DEVNULL        "/dev/null"
#define _PATH_TTY            "/dev/tty"
#define dirent64             dirent
#define fstat64              fstat
#define glob64               glob
#define glob64_t             glob_t
#define globfree64           globfree
#define lstat64              lstat
#define open64               open
#define readdir64            readdir
#define stat64               stat
