/* SPDX-License-Identifier: MIT */
/* POSIX getopt(), and the long options of others.  Arguments are not moved: the options end with
 * the first argument that is none. */
#ifndef LIBC_GETOPT_H
#define LIBC_GETOPT_H

extern char *optarg;
extern int optind, opterr, optopt;

int getopt(int argc, char *const argv[], const char *options);

struct option {
    const char *name;
    int has_arg;
    int *flag;                          /* NULL: the result is val; else *flag becomes val */
    int val;
};
#define no_argument       0
#define required_argument 1
#define optional_argument 2

int getopt_long(int argc, char *const argv[], const char *options, const struct option *longs,
                int *index);

#endif
