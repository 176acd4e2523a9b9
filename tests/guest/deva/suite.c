/* SPDX-License-Identifier: MIT */
/* The runner of deva_test and driver_test, two programs that init runs in place of the demo. */
#include "suite.h"

#include <string.h>

static bool test_failed;

void expect_eq(L4_Word_t is, L4_Word_t wanted, const char *what, const char *file, int line)
{
    if (is == wanted)
        return;
    test_failed = true;
    printf("# %s:%d: %s is %lu, wanted %lu\n", file, line, what, is, wanted);
}

L4_ThreadId_t deva(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->console.server);
}

L4_Word_t console(void)
{
    return __hurd_startup_data->console.cap;
}

int request(L4_Word_t label, unsigned n, L4_Word_t *words)
{
    return hurd_cap_rpc(deva(), label, n, words, 3, words, NULL);
}

int main(int argc, char **argv)
{
    const char *only = argc > 1 && !strncmp(argv[1], "only=", 5) ? argv[1] + 5 : "";
    bool can_run = suite_can_run();
    unsigned number = 0, failures = 0;
    for (const struct test *test = tests; test->name; test++) {
        if (!strstr(test->name, only))
            continue;
        test_failed = false;
        if (can_run)
            test->run();
        failures += test_failed;
        printf("%sok %u - %s%s\n", test_failed ? "not " : "", ++number, test->name,
               can_run ? "" : " # SKIP no device access");
    }
    printf("1..%u\n# done\n", number);
    return failures > 0;
}
