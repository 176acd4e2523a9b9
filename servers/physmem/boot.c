/* SPDX-License-Identifier: MIT */
/* How physmem gets its RAM and its first clients: a conversation with wortel, in which physmem asks
 * and wortel answers. Spec hurd 1.4, steps 7 to 10.  What wortel says is believed; a machine on
 * which this goes wrong cannot go on. */
#include <hurd/physmem.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/misc.h>

#include "container.h"
#include "server.h"

#define BOOT_FRAMES     8u              /* a boot task's control starts with so many */
#define BOOT_SHARE      4u              /* no boot task gets more than this part of what is left */

/* A reply of wortel, copied out of the message registers. */
struct answer {
    unsigned words, items;
    L4_Word_t word[64];                 /* untyped words, then two for each item */
};

/* Calls wortel, map items welcome everywhere.  false: an error reply, or no reply. */
static bool ask(L4_Word_t op, unsigned n, L4_Word_t argument, struct answer *a)
{
    L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
    L4_LoadMR(0, L4_MakeTag(HURD_WORTEL_LABEL(op, HURD_WORTEL_CAP_PHYSMEM), n, 0).raw);
    L4_LoadMR(1, argument);
    L4_MsgTag_t tag = L4_Call(hurd_wortel_thread());
    L4_Accept(L4_UntypedWordsAcceptor);
    if (L4_IpcFailed(tag) || L4_Label(tag) == HURD_WORTEL_ERROR)
        return false;
    a->words = L4_UntypedWords(tag);
    a->items = L4_TypedWords(tag) / 2;
    L4_StoreMRs(1, a->words + 2 * a->items, a->word);
    return true;
}

static L4_Fpage_t item_fpage(const struct answer *a, unsigned i)
{
    return L4_FpageOfRaw(a->word[a->words + 2 * i + 1]);
}

static L4_Word_t item_base(const struct answer *a, unsigned i)
{
    return a->word[a->words + 2 * i] & L4_FPAGE_BASE_MASK;
}

static void fail(const char *what)
{
    say("physmem: %s: cannot go on\n", what);
    for (;;)
        L4_Sleep(L4_Never);
}

/* Step 7. */
static void boot_memory(void)
{
    struct answer a;
    while (ask(HURD_WORTEL_GET_MEM, 0, 0, &a) && a.items && !L4_IsNilFpage(item_fpage(&a, 0)))
        for (unsigned i = 0; i < a.items; i++)
            frame_add(L4_Address(item_fpage(&a, i)), L4_Size(item_fpage(&a, i)));
    frames_keep();
    if (!control_init())
        fail("not enough memory");
}

/* The control of a boot task: made when it is first needed. */
static struct control *boot_control(unsigned task)
{
    for (struct control *c = control_all; c; c = c->all_next)
        if (c->task == task)
            return c;
    struct control *c = NULL;
    if (control_split(control_root, BOOT_FRAMES, task, &c) || !account_open(task, c))
        fail("no memory for a control");
    return c;
}

static L4_Word_t boot_insert(unsigned task, struct hurd_cap_object *object)
{
    uint32_t handle;
    boot_control(task);                     /* pays for the row */
    if (hurd_cap_insert(&server.table, task, object, RIGHTS_ALL, 0, 0, &handle))
        fail("no memory for a capability");
    return handle;
}

/* The pages of a module or startup page, in the order of the items from index 0 on. */
static L4_Word_t boot_region(unsigned task, const struct answer *a)
{
    struct container *c;
    uint32_t page = 0;
    if (container_create(boot_control(task), task, false, &c))
        fail("no memory for a container");
    for (unsigned i = 0; i < a->items; i++) {
        uint32_t pages = L4_Size(item_fpage(a, i)) >> PAGE_LOG2;
        if (container_adopt(c, page, L4_Address(item_fpage(a, i)), pages))
            fail("a boot module cannot be taken over");
        page += pages;
    }
    return boot_insert(task, &c->object);
}

/* frames = 0: all that are left. */
static L4_Word_t boot_guarantee(unsigned task, uint32_t frames)
{
    struct control *c = boot_control(task);
    uint32_t unused = control_unused(control_root);
    if (frames == 0)
        frames = unused;
    else if (frames > unused / BOOT_SHARE)
        frames = unused / BOOT_SHARE;
    while (frames && !control_grow(c, frames))
        frames--;
    return boot_insert(task, &c->object);
}

/* A wortel of 2005 asks for no controls: its tasks, which pay with the container of their image,
 * get equal parts of all there is. */
static void boot_share(void)
{
    uint32_t tasks = 0;
    for (struct control *c = control_all; c; c = c->all_next)
        tasks += c != control_root;
    uint32_t part = tasks ? control_unused(control_root) / tasks : 0;
    for (struct control *c = control_all; c; c = c->all_next)
        for (uint32_t frames = part; c != control_root && frames && !control_grow(c, frames);)
            frames--;
}

/* Step 9.  The request without items is the last one. */
static void boot_capabilities(void)
{
    struct answer a, ignored;
    bool master = false, controls = false;
    while (!master && ask(HURD_WORTEL_GET_CAP_REQUEST, 0, 0, &a) && a.words) {
        unsigned task = a.word[0] & L4_ID_VERSION_MASK;
        L4_Word_t handle;
        master = a.items == 0;
        if (master && !controls)
            boot_share();
        if (master) {
            handle = boot_insert(task, &control_root->object);
        } else if (a.items == 1 && L4_IsNilFpage(item_fpage(&a, 0))) {
            controls = true;
            handle = boot_guarantee(task, item_base(&a, 0) / HURD_WORTEL_CONTROL_FRAME);
        } else
            handle = boot_region(task, &a);
        ask(HURD_WORTEL_GET_CAP_REPLY, 1, handle, &ignored);
    }
}

/* What a program gives to `task` for HURD_TASK_CREATE: two handles, for two requests at a time. */
#define GIFTS_TASK  4u

unsigned boot(void)
{
    struct answer threads;
    boot_memory();
    unsigned others = ask(HURD_WORTEL_GET_THREADS, 0, 0, &threads) && threads.words
                      ? threads.word[0] : 0;
    boot_capabilities();
    hurd_cap_consent(&server.table, HURD_TASK_TASK, 0, GIFTS_TASK);
    say("physmem: %lu frames (%lu MB), %lu free, %lu for bookkeeping\n",
        (unsigned long) ledger.total, (unsigned long) ledger.total >> (20 - PAGE_LOG2),
        (unsigned long) ledger.free, (unsigned long) (ledger.total - ledger.guaranteed));
    /* Step 10.  The reply comes when all servers run, or never: the loop takes and forgets it. */
    L4_LoadMR(0, L4_MakeTag(HURD_WORTEL_LABEL(HURD_WORTEL_BOOTSTRAP_FINAL, HURD_WORTEL_CAP_PHYSMEM),
                            0, 0).raw);
    L4_Send(hurd_wortel_thread());
    return others;
}
