/* SPDX-License-Identifier: MIT */
/* Options of a command line: POSIX getopt(), and getopt_long(). */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *optarg;
int optind = 1, opterr = 1, optopt;

static int place;               /* of the next letter in argv[optind]; 0: a new argument */

static int complain(const char *program, const char *options, const char *what, const char *name,
                    int result)
{
    if (opterr && options[*options == '+'] != ':')
        fprintf(stderr, "%s: %s -- %s\n", program, what, name);
    return result;
}

static void argument_next(void)
{
    optind++;
    place = 0;
}

/* The option's argument: the rest of this one, or the next.  False: there is none. */
static bool argument_take(int argc, char *const argv[], bool optional)
{
    optarg = argv[optind][place] ? argv[optind] + place : NULL;
    argument_next();
    if (!optarg && !optional && optind < argc)
        optarg = argv[optind++];
    return optarg || optional;
}

static int letter_next(int argc, char *const argv[], const char *options)
{
    char name[2] = {argv[optind][place++], '\0'};
    const char *found = *name == ':' ? NULL : strchr(options, *name);
    bool silent = options[*options == '+'] == ':';
    if (!found) {
        optopt = (unsigned char)*name;
        if (!argv[optind][place])
            argument_next();
        return complain(argv[0], options, "unknown option", name, '?');
    }
    if (found[1] != ':') {
        if (!argv[optind][place])
            argument_next();
        return (unsigned char)*name;
    }
    if (argument_take(argc, argv, found[2] == ':'))
        return (unsigned char)*name;
    optopt = (unsigned char)*name;
    return complain(argv[0], options, "option without its argument", name, silent ? ':' : '?');
}

/* True: argv[optind] is an option, or the middle of one. */
static bool option_begins(int argc, char *const argv[])
{
    optarg = NULL;
    if (optind <= 0) {
        optind = 1;
        place = 0;
    }
    if (place)
        return true;
    if (optind >= argc || !argv[optind] || argv[optind][0] != '-' || !argv[optind][1])
        return false;
    if (strcmp(argv[optind], "--") == 0) {
        optind++;
        return false;
    }
    return true;
}

int getopt(int argc, char *const argv[], const char *options)
{
    if (!option_begins(argc, argv))
        return -1;
    if (place == 0)
        place = 1;
    return letter_next(argc, argv, options);
}

/* ---- long options ---- */

/* The option with that name, or the only one that begins so; NULL. */
static const struct option *long_find(const char *name, size_t length, const struct option *longs)
{
    const struct option *found = NULL;
    bool several = false;
    for (const struct option *o = longs; o->name; o++) {
        if (strncmp(o->name, name, length))
            continue;
        if (!o->name[length])
            return o;
        several |= found != NULL;
        found = o;
    }
    return several ? NULL : found;
}

static int long_next(int argc, char *const argv[], const char *options,
                     const struct option *longs, int *index)
{
    char *name = argv[optind] + 2;
    size_t length = strcspn(name, "=");
    const struct option *o = long_find(name, length, longs);
    char *value = name[length] ? name + length + 1 : NULL;
    bool silent = options[*options == '+'] == ':';
    argument_next();
    optopt = o ? o->val : 0;
    if (!o || (value && o->has_arg == no_argument))
        return complain(argv[0], options, "unknown option", name, '?');
    if (o->has_arg == required_argument && !value && optind < argc)
        value = argv[optind++];
    if (o->has_arg == required_argument && !value)
        return complain(argv[0], options, "option without its argument", name, silent ? ':' : '?');
    optarg = value;
    if (index)
        *index = (int)(o - longs);
    if (!o->flag)
        return o->val;
    *o->flag = o->val;
    return 0;
}

int getopt_long(int argc, char *const argv[], const char *options, const struct option *longs,
                int *index)
{
    if (!option_begins(argc, argv))
        return -1;
    if (place == 0 && argv[optind][1] == '-')
        return long_next(argc, argv, options, longs, index);
    if (place == 0)
        place = 1;
    return letter_next(argc, argv, options);
}

/* ---- options in an option's argument ---- */

int getsubopt(char **text, char *const *names, char **value)
{
    char *start = *text, *end = start + strcspn(start, ",");
    *text = *end ? end + 1 : end;
    *end = '\0';
    size_t length = strcspn(start, "=");
    for (int i = 0; names[i]; i++) {
        if (strlen(names[i]) == length && strncmp(names[i], start, length) == 0) {
            *value = start[length] ? start + length + 1 : NULL;
            return i;
        }
    }
    *value = start;
    return -1;
}
