/* SPDX-License-Identifier: MIT */
/* Shows paging: it makes swap ready, then runs the program `paging`.  Called by main.c after the
 * demo, and by shell.c; the next hops are services.c and apps/paging. */
#include "paging.h"
#include "lib/shell/language.h"
#include "programs.h"
#include "services.h"
#include "jobs.h"
#include "shell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/physmem.h>
#include <hurd/startup.h>

enum {
    RAM_FRAMES = 1536,          /* the least that must be left: RAM disk, two servers, program */
};

static bool have_swap(void)
{
    struct hurd_pm_swap_info info;
    L4_ThreadId_t pm = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    return !hurd_pm_swap_info(pm, __hurd_startup_data->physmem_control.cap, &info) &&
           info.blocks && info.quota;
}

/* Returns NULL, or why there is no swap. */
static const char *make_swap(void)
{
    if (have_swap())
        return NULL;
    if (programs_left() < RAM_FRAMES)
        return "too little memory for swap in it";
    struct hurd_deva_extent sectors;
    const char *problem = services_ramdisk_part(RAM_SWAP, &sectors);
    if (problem)
        return problem;
    services_start_swap_at(RAM_DISK, &sectors);
    return have_swap() ? NULL : "swap did not start";
}

unsigned paging_show(const char *argz, size_t length)
{
    struct program program;
    const char *problem = programs_have(argz) ? make_swap() : "it is not in the archive";
    if (problem) {
        printf("paging: left out: %s\n", problem);
        return 0;
    }
    int err = program_start(argz, length, programs_share(7), &program);
    if (err) {
        complain("init: cannot start %s: %s\n", argz, strerror(err));
        return 1;
    }
    return job_wait_for(&program);
}
