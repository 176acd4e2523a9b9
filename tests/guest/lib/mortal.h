/* SPDX-License-Identifier: MIT */
/* For servers that end themselves at a step drawn by lot, as if somebody had killed them there. */
#ifndef TESTS_GUEST_LIB_MORTAL_H
#define TESTS_GUEST_LIB_MORTAL_H

#include <stdint.h>
#include <stdlib.h>

#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/thread.h>

/* The lot of this life: in each run of a machine that counts instructions it is the same. */
static inline uint32_t mortal_lot(void)
{
    uint32_t x = L4_Version(L4_MyGlobalId()) * 2654435761u;
    x ^= x >> 16;
    x *= 0x7FEB352D;
    x ^= x >> 15;
    x *= 0x846CA68B;
    return x ^ x >> 16;
}

static inline void mortal_end(void)
{
    hurd_task_destroy(L4_ThreadIdOfRaw(__hurd_startup_data->task.server),
                      __hurd_startup_data->task.cap, EXIT_FAILURE);
}

#endif
