/* SPDX-License-Identifier: MIT */
/* demo [--pages=N] [--corrupt=N] [--no-return]: see README.md.  The coordinator starts its workers
 * with the two options behind it: --worker=ROLE --coordinator=THREAD. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "demo.h"

struct command {
    struct demo_options options;
    bool is_worker, pages_given;
    enum demo_role role;
    L4_ThreadId_t coordinator;
};

/* The number behind "--name=", all of it. */
static bool number(const char *argument, const char *name, unsigned long *n)
{
    size_t length = strlen(name);
    char *end;
    if (strncmp(argument, name, length) != 0)
        return false;
    errno = 0;
    *n = strtoul(argument + length, &end, 0);
    return end != argument + length && *end == 0 && errno == 0;
}

static bool parse_argument(struct command *c, const char *argument)
{
    unsigned long n;
    if (strcmp(argument, "--no-return") == 0) {
        c->options.no_return = true;
    } else if (number(argument, "--pages=", &n)) {
        c->options.pages = n > PAGES_MAX ? n : (n + 7) & ~7ul;
        c->pages_given = true;
    } else if (number(argument, "--corrupt=", &n)) {
        c->options.corrupt = true;
        c->options.corrupt_page = n;
    } else if (number(argument, "--worker=", &n) && n < WORKERS) {
        c->is_worker = true;
        c->role = (enum demo_role)n;
    } else if (number(argument, "--coordinator=", &n)) {
        c->coordinator = L4_ThreadIdOfRaw(n);
    } else {
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct command c = {.is_worker = false};
    for (int i = 1; i < argc; i++) {
        if (!parse_argument(&c, argv[i])) {
            printf("demo: what is %s?  usage: demo [--pages=N] [--corrupt=PAGE] [--no-return]\n",
                   argv[i]);
            return DEMO_USAGE;
        }
    }
    if (c.pages_given && (c.options.pages < PAGES_MIN || c.options.pages > PAGES_MAX)) {
        printf("demo: between %d and %d pages, please\n", PAGES_MIN, PAGES_MAX);
        return DEMO_USAGE;
    }
    return c.is_worker ? demo_work(c.role, c.coordinator, &c.options) : demo_coordinate(&c.options);
}
