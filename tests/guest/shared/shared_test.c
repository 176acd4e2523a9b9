/* SPDX-License-Identifier: MIT */
/* What `task` of 2005 finds in physmem, if nobody has asked for a memory control: it pays with the
 * container of its image, and the boot tasks share all frames that are not used.  TAP through
 * wortel. */
#include <errno.h>

#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/thread.h>

#include "tests/guest/say.h"

enum { PAGE = 4096, BOOT_TASKS = 3, WINDOW = 0x10000000 };

static const struct hurd_startup_data *data;
static unsigned tests, failures;

static void result(L4_Word_t is, L4_Word_t wanted, const char *name)
{
    if (is != wanted)
        say("# %lu, wanted %lu\n", (unsigned long)is, (unsigned long)wanted);
    say("%sok %u - %s\n", is == wanted ? "" : "not ", ++tests, name);
    failures += is != wanted;
}

static void share(L4_ThreadId_t physmem, L4_Word_t image)
{
    struct hurd_pm_control_info control;
    struct hurd_pm_statistics all = {0};
    L4_Word_t container = 0, done = 0;
    result(hurd_pm_control_info(physmem, image, &control), EBADF, "an_image_is_no_control");
    result(hurd_pm_statistics(physmem, image, &all), 0, "the_holder_of_an_image_sees_the_machine");
    result(all.unassigned < BOOT_TASKS, 1, "no_frame_is_left_without_an_owner");
    result(hurd_pm_container_create(physmem, image, 0, &container), 0,
           "an_image_pays_for_a_container");
    L4_Word_t part = all.free / BOOT_TASKS, most = part - part / 16;
    result(hurd_pm_container_allocate(physmem, container, 0, 0, most * PAGE, &done), 0,
           "a_boot_task_gets_its_part");
    result(hurd_pm_container_allocate(physmem, container, 0, most * PAGE, part / 8 * PAGE, &done),
           ENOMEM, "and_no_more");
    result(hurd_pm_container_map(physmem, container, HURD_PM_READ | HURD_PM_WRITE, WINDOW,
                                 (most - 1) * PAGE, PAGE, &done), 0, "a_page_of_it_is_mapped");
    volatile L4_Word_t *word = (volatile L4_Word_t *)WINDOW;
    result(*word, 0, "and_zero");
    *word = 4711;
    result(*word, 4711, "and_keeps_what_is_written");
}

void task_main(struct hurd_startup_data *startup) __attribute__((noreturn));

void task_main(struct hurd_startup_data *startup)
{
    L4_Init();
    data = startup;
    say_cap = data->wortel.cap;
    L4_Set_ExceptionHandler(hurd_wortel_thread());
    share(L4_ThreadIdOfRaw(data->image.server), data->image.cap);
    say("1..%u\n# done\n", tests);
    hurd_wortel_shutdown(data->wortel.cap, failures > 0, HURD_SHUTDOWN_POWEROFF);
    for (;;)
        L4_Sleep(L4_Never);
}
