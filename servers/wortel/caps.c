/* SPDX-License-Identifier: MIT */
/* The three dialogues about capabilities during boot.  A server asks for which task it shall make
 * the next capability, makes it, and tells wortel its handle.  Spec hurd 1.4 steps 9, 12 and 14,
 * and 4.5. */
#include "wortel.h"
#include <errno.h>
#include <l4/ipc.h>

/* ---- physmem: regions that become containers, memory controls, the master */

enum kind { REGION, CONTROL, MASTER };
static struct step {
    enum kind kind;
    enum boot_id owner;
    L4_Word_t hint; /* REGION: 1 startup page, 2 image, 3 store.  CONTROL: 0 = all memory that is
                       left, 1 = server_frames().  MASTER: not used. */
} const steps[] = {
    {REGION, BOOT_TASK, 1}, {REGION, BOOT_TASK, 2}, {CONTROL, BOOT_TASK, 1},
    {REGION, BOOT_DEVA, 1}, {REGION, BOOT_DEVA, 2}, {REGION, BOOT_DEVA, 3}, {CONTROL, BOOT_DEVA, 1},
    {REGION, BOOT_ROOT, 1}, {REGION, BOOT_ROOT, 2}, {REGION, BOOT_ROOT, 3}, {CONTROL, BOOT_ROOT, 0},
    {MASTER, BOOT_ROOT, 0},
};
#define STEPS (sizeof steps / sizeof steps[0])
static unsigned step;
static bool asked;                  /* GET_CAP_REQUEST came for this step, GET_CAP_REPLY did not
                                       come yet */

static void region_of(const struct step *s, L4_Word_t *start, L4_Word_t *end, L4_Word_t **handle)
{
    struct boot_task *b = &boot_task[s->owner];
    const struct module *m = s->hint == 2 ? b->image : s->hint == 3 ? b->store : NULL;
    *start = *end = 0;
    if (s->hint == 1) {
        *start = b->startup_page;
        *end = *start + HURD_STARTUP_SIZE;
    } else if (m) {
        *start = m->start;
        *end = page_up(m->end);
    }
    *handle = s->hint == 1 ? &b->startup_cap : s->hint == 2 ? &b->image_cap : &b->store_cap;
}

/* The frames that a server gets: 1/16 of the memory, at least 136 (less is not enough to run) and
 * at most 512 (no server uses more). */
static L4_Word_t server_frames(void)
{
    L4_Word_t frames = memory_given() / PAGE / 16;
    return frames < 136 ? 136 : frames > 512 ? 512 : frames;
}

static void add_item(struct reply *r, L4_Word_t base, L4_Word_t fpage)
{
    r->word[r->u + r->t++] = base | L4_ITEM_MAP;
    r->word[r->u + r->t++] = fpage;
}

int cap_request(struct reply *r)
{
    L4_Word_t start = 0, end = 0, *handle;
    while (step < STEPS && steps[step].kind == REGION) {
        region_of(&steps[step], &start, &end, &handle);
        if (start != end)
            break;
        step++;                     /* there is no such module */
    }
    if (step == STEPS)
        return ENOENT;
    const struct step *s = &steps[step];
    asked = true;
    r->word[r->u++] = L4_Version(boot_task[s->owner].thread);
    if (s->kind == MASTER)
        return 0;
    if (s->kind == CONTROL) {
        add_item(r, (s->hint ? server_frames() : 0) * HURD_WORTEL_CONTROL_FRAME, 0);
        return 0;
    }
    while (start < end && r->t < 62 - r->u) {
        L4_Fpage_t f = memory_piece(start, end);
        add_item(r, start, f.raw);
        start += L4_Size(f);
    }
    return 0;
}

int cap_reply(L4_Word_t handle)
{
    if (step == STEPS || !asked)
        return EINVAL;
    const struct step *s = &steps[step];
    struct boot_task *b = &boot_task[s->owner];
    L4_Word_t start, end, *region;
    region_of(s, &start, &end, &region);
    *(s->kind == REGION ? region : s->kind == CONTROL ? &b->control_cap : &master_cap[0]) = handle;
    asked = false;
    step++;
    return 0;
}

/* ---- `task`: one control capability for each task that exists, then the master */

static unsigned task_step;          /* task ID - 1; 5 = master, 6 = done */

int task_cap_request(struct reply *r)
{
    if (task_step > 5)
        return ENOENT;
    if (task_step == 5)
        return 0;                   /* no words: the master */
    r->word[r->u++] = task_step + 1;
    if (task_step == 0)
        r->word[r->u++] = L4_MyGlobalId().raw;
    else if (task_step == 1)
        for (L4_Word_t i = 0; i <= PHYSMEM_EXTRA_THREADS; i++)
            r->word[r->u++] = L4_GlobalId(first_thread() + i, HURD_TASK_PHYSMEM).raw;
    else
        r->word[r->u++] = boot_task[task_step - 2].thread.raw;
    return 0;
}

int task_cap_reply(L4_Word_t handle)
{
    if (task_step > 5)
        return EINVAL;
    if (task_step == 5)
        master_cap[1] = handle;
    else if (task_step >= 2)
        boot_task[task_step - 2].task_cap = handle;
    task_step++;
    return 0;
}

/* ---- deva: a console capability each for physmem, `task`, deva and root, then the master */

static unsigned deva_step;          /* 0 physmem, 1 to 3 boot_task[0] to [2], 4 = master, 5 =
                                       done */

int deva_cap_request(struct reply *r)
{
    if (deva_step > 4)
        return ENOENT;
    r->word[r->u++] = deva_step == 0 ? HURD_TASK_PHYSMEM
                    : L4_Version(boot_task[deva_step == 4 ? BOOT_ROOT : deva_step - 1].thread);
    r->word[r->u++] = deva_step == 4;
    return 0;
}

int deva_cap_reply(L4_Word_t handle)
{
    if (deva_step > 4)
        return EINVAL;
    if (deva_step == 4)
        master_cap[2] = handle;
    else if (deva_step > 0)
        boot_task[deva_step - 1].deva_cap = handle;
    deva_step++;
    return 0;
}
