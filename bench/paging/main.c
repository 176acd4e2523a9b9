/* SPDX-License-Identifier: MIT */
/* Programs that page themselves, each beside itself with the default policy.
 *
 *      selfpaged EXPERIMENT...
 *
 * A line "paging EXPERIMENT CASE NAME=NUMBER..." for each run, and "# done" when all of them found
 * what they should. */
#include <stdio.h>
#include <string.h>
#include "isolation.h"
#include "lab.h"

static const struct {
    const char *name;
    void (*run)(void);
} experiments[] = {
    {"scan", scan}, {"sweep", sweep}, {"join", join}, {"hotscan", hotscan}, {"gc", gc},
    {"regen", regen}, {"plan", plan}, {"control", control}, {"skew", skew}, {"stream", stream},
    {"isolation", isolation},
};

static bool run(const char *name)
{
    for (unsigned i = 0; i < sizeof experiments / sizeof experiments[0]; i++)
        if (!strcmp(experiments[i].name, name)) {
            experiments[i].run();
            return true;
        }
    printf("selfpaged: there is no experiment called %s\n", name);
    return false;
}

int main(int argc, char **argv)
{
    if (!strncmp(argv[0], "selfpaged/", 10))
        return isolation_child(argc, argv);
    for (int i = 1; i < argc; i++)
        if (!run(argv[i]))
            return 1;
    printf("# done\n");
    return 0;
}
