/* SPDX-License-Identifier: MIT */
/* A driver of disks that dies: linked around the real one's port accesses and its requests to physmem
 * and deva.  Each life ends at a step drawn by lot, as if somebody had killed it there, and mostly
 * while it serves; where, is the same in each run of a machine that counts instructions. */
#include <hurd/cap.h>
#include <hurd/deva.h>
#include <l4/ipc.h>

#include "tests/guest/disk/mortal.h"
#include "tests/guest/lib/mortal.h"

enum {
    STEPS = 1500,               /* a life, beyond its beginning, at most */
    EARLY = 32,                 /* one life in so many ends while it gets ready, in its first 300 */
};

static long left = -1;          /* steps; negative: not yet drawn */

void mortal_step(void)
{
    if (left < 0) {
        uint32_t random = mortal_lot();
        left = random % EARLY == 0 ? random / EARLY % 300 : 700 + random / EARLY % STEPS;
    }
    if (left-- == 0)
        mortal_end();
}

WRAP(uint8_t, port_in8, (uint16_t port), (port))
WRAP(void, port_out8, (uint16_t port, uint8_t value), (port, value))
WRAP(int, hurd_pm_container_copy,
     (L4_ThreadId_t pm, L4_Word_t source, L4_Word_t source_start, L4_Word_t dest,
      L4_Word_t dest_start, L4_Word_t size, L4_Word_t flags, L4_Word_t *amount),
     (pm, source, source_start, dest, dest_start, size, flags, amount))
WRAP(int, hurd_deva_block_check,
     (L4_ThreadId_t server, L4_Word_t master, L4_Word_t task_id, L4_Word_t handle,
      struct hurd_deva_extent *extent),
     (server, master, task_id, handle, extent))
WRAP(int, hurd_cap_serve, (struct hurd_cap_server *server, L4_ThreadId_t from, L4_MsgTag_t tag),
     (server, from, tag))
