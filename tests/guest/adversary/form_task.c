/* SPDX-License-Identifier: MIT */
/* The stage in the place of the task server: sigma0, wortel and physmem are there, privileged calls are made by wortel. */
#include "stage.h"
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/wortel.h>

static struct hurd_startup_data *data;
static L4_ThreadId_t physmem;
static L4_Word_t control;
L4_Word_t first_thread_number, first_version = HURD_TASK_FIRST + 16;
const char *form_pattern = "";
bool form_has_ports; /* they are deva's */

void form_init(void *argument)
{
    L4_Init();
    data = argument;
    physmem = L4_ThreadIdOfRaw(data->physmem_control.server);
    control = data->physmem_control.cap;
    L4_Set_ExceptionHandler(hurd_wortel_thread());
    first_thread_number = L4_ThreadNo(hurd_wortel_thread()) + 100;
    const char *words = (const char *)data->argz;
    for (L4_Word_t i = 0; i < data->argz_len; i += strlen(words + i) + 1)
        if (strncmp(words + i, "only=", 5) == 0)
            form_pattern = words + i + 5;
}

void form_print(const char *text, L4_Word_t n) { hurd_wortel_write(data->wortel.cap, text, n); }

static L4_Word_t l4_error(int result) { return result < 0 ? (L4_Word_t)(-1 - result) : 1000 + (L4_Word_t)result; }

L4_Word_t thread_control(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler, L4_ThreadId_t pager,
                         L4_Word_t utcb)
{
    int result = hurd_wortel_thread_control(data->wortel.cap, dest, space, scheduler, pager, utcb);
    return result ? l4_error(result) : 0;
}

L4_Word_t space_control(L4_ThreadId_t space, L4_Word_t word, L4_Word_t kip, L4_Word_t utcb, L4_ThreadId_t redirector)
{
    L4_Word_t old;
    int result = hurd_wortel_space_control(data->wortel.cap, space, word, kip, utcb, redirector, &old);
    return result ? l4_error(result) : 0;
}

bool space_counter(L4_ThreadId_t t, L4_Word_t which, L4_Word_t *value)
{
    return hurd_wortel_space_info(data->wortel.cap, t, (enum hurd_space_counter)which, value) == 0;
}

bool space_quota(L4_ThreadId_t t, L4_Word_t n) { return hurd_wortel_space_quota(data->wortel.cap, t, n) == 0; }

bool form_rpc(L4_Word_t *free_frames)
{
    struct hurd_pm_statistics statistics;
    if (hurd_pm_statistics(physmem, control, &statistics) != 0)
        return false;
    *free_frames = statistics.free;
    return true;
}

/* A container is filled, given back, and another one made of what is there then. */
unsigned form_stale_words(void)
{
    enum { BYTES = 64 * 4096 };
    L4_Word_t *window = (L4_Word_t *)0x90000000ul, container, amount;
    unsigned stale = 0;
    for (int round = 0; round < 3; round++) {
        if (hurd_pm_container_create(physmem, control, 0, &container) != 0 ||
            hurd_pm_container_allocate(physmem, container, 0, 0, BYTES, &amount) != 0)
            return ~0u - 1;
        L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
        int error = hurd_pm_container_map(physmem, container, 7, (L4_Word_t)window, 0, BYTES, &amount);
        L4_Accept(L4_UntypedWordsAcceptor);
        if (error != 0 || amount != BYTES)
            return ~0u - 1;
        for (L4_Word_t i = 0; i < BYTES / 4; i++) {
            stale += window[i] != 0;
            window[i] = 0x5EC2E700 + i;
        }
        if (hurd_pm_container_destroy(physmem, container) != 0)
            return ~0u - 1;
    }
    return stale;
}

void form_end(bool failed)
{
    hurd_wortel_shutdown(data->wortel.cap, failed, HURD_SHUTDOWN_POWEROFF);
    rest();
}
