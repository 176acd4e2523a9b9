/* SPDX-License-Identifier: MIT */
/* The suite's main: mm_test [only=PART] runs the tests whose names contain PART. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"

static bool failed;

bool expect(bool condition, const char *what, const char *file, int line)
{
    if (!condition) {
        failed = true;
        printf("# %s:%d: not true: %s\n", file, line, what);
    }
    return condition;
}

bool expect_eq(long long is, long long wanted, const char *what, const char *file, int line)
{
    if (is != wanted) {
        failed = true;
        printf("# %s:%d: %s is %lld (%llx), wanted %lld (%llx)\n", file, line, what, is, is, wanted,
               wanted);
    }
    return is == wanted;
}

L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

L4_Word_t control(void)
{
    return __hurd_startup_data->physmem_control.cap;
}

unsigned long child_argument;

int child_start(const char *name, unsigned long argument, struct hurd_task_created *child)
{
    return child_start_with(128, name, argument, child);
}

int child_start_with(unsigned frames, const char *name, unsigned long argument,
                     struct hurd_task_created *child)
{
    char argz[64];
    int length = snprintf(argz, sizeof argz, "mm_test/child%cargument=%lu%cchild=%s%c", 0, argument,
                          0, name, 0);
    return hurd_spawn_self(frames, argz, (L4_Word_t)length, child);
}

int child_run(const char *name, unsigned long argument, unsigned *reason)
{
    return child_run_with(128, name, argument, reason);
}

int child_run_with(unsigned frames, const char *name, unsigned long argument, unsigned *reason)
{
    L4_ThreadId_t task = L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
    struct hurd_task_created created;
    L4_Word_t status = 0, why = 0;
    if (!EXPECT_EQ(child_start_with(frames, name, argument, &created), 0))
        return -1;
    EXPECT_EQ(hurd_task_wait(task, created.handle, 0, &status, &why), 0);
    hurd_task_release(task, created.handle);
    if (reason)
        *reason = why;
    return (int)status;
}

static int child_main(const char *name)
{
    for (const struct child *c = children; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c->run();
    return 99;
}

static const struct test *const chapters[] = {
    region_tests, hint_tests, store_tests, paged_tests, signal_tests, thread_tests,
    child_tests,  bare_tests, pagein_tests, libc_tests, ends_tests,
};

int main(int argc, char **argv)
{
    const char *only = "";
    unsigned number = 0, failures = 0;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "argument=", 9) == 0)
            child_argument = strtoul(argv[i] + 9, NULL, 10);
        if (strncmp(argv[i], "child=", 6) == 0)
            return child_main(argv[i] + 6);
        if (strncmp(argv[i], "only=", 5) == 0)
            only = argv[i] + 5;
    }
    for (unsigned c = 0; c < sizeof chapters / sizeof *chapters; c++) {
        for (const struct test *t = chapters[c]; t->name; t++) {
            if (!strstr(t->name, only))
                continue;
            failed = false;
            t->run();
            failures += failed;
            printf("%sok %u - %s\n", failed ? "not " : "", ++number, t->name);
        }
    }
    printf("1..%u\n# done\n", number);
    return failures ? 1 : 0;
}
