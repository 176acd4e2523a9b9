/* SPDX-License-Identifier: MIT */
/* The threads of a cell.  Each role has a thread number, a UTCB and a stack of its own, the versions never repeat. */
#include "stage.h"

enum { NUMBER = 300, UTCB = 72, AREA_LOG2 = 17, STACK_WORDS = 512 };

struct actor cast[ROLES];
static L4_Word_t stacks[ROLES][STACK_WORDS];
static L4_Word_t version = 1;

static L4_ThreadId_t new_id(enum role r)
{
    if ((++version & 0x3F) == 0)
        version++;
    return L4_GlobalId(L4_ThreadIdUserBase(L4_GetKernelInterface()) + NUMBER + r, version);
}

L4_ThreadId_t other_version(enum role r) { return new_id(r); }

static L4_Word_t area(void) { return L4_MyLocalId().raw & ~L4_SizeMask(AREA_LOG2); }

static void *utcb_of(enum role r) { return (void *)(area() + 512 * (UTCB + r)); }

void actor_create(enum role r, int space_of, enum role redirector)
{
    struct actor *a = &cast[r];
    L4_ThreadId_t scheduler = r == VICTIM ? cast[SCHEDULER].id : L4_MyGlobalId(), space;
    *a = (struct actor){.id = new_id(r), .exists = true};
    space = space_of == OWN_SPACE ? a->id : space_of == PAGER ? L4_MyGlobalId() : cast[space_of].id;
    EXPECT_EQ(L4_ThreadControl(a->id, space, scheduler, L4_nilthread, L4_UTCB_UNCHANGED), 1);
    if (space_of != OWN_SPACE)
        return;
    L4_Word_t old;
    EXPECT_EQ(L4_SpaceControl(a->id, 0, L4_FpageLog2((L4_Word_t)L4_GetKernelInterface(), 12),
                              L4_FpageLog2(area(), AREA_LOG2),
                              redirector == NOBODY ? L4_anythread : cast[redirector].id, &old),
              1);
}

void actor_activate(enum role r)
{
    EXPECT_EQ(L4_ThreadControl(cast[r].id, cast[r].id, L4_nilthread, supervisor(), utcb_of(r)), 1);
    L4_Set_Priority(cast[r].id, 100);
}

void actor_start(enum role r, part *p)
{
    L4_Word_t *top = &stacks[r][STACK_WORDS - 4];
    top[0] = (L4_Word_t)rest;
    top[1] = r; /* p's argument */
    L4_Start_SpIp(cast[r].id, (L4_Word_t)top, (L4_Word_t)p);
}

void actor_delete(enum role r)
{
    if (cast[r].exists)
        EXPECT_EQ(thread_delete(cast[r].id), 1);
    cast[r].exists = false;
}
