/* SPDX-License-Identifier: MIT */
/* The startup code: the first code that runs in a new task.  Spec hurd 1.5.
 *
 * Before: wortel or `task` wrote the startup data behind this code, and answered the first fault
 * with the startup fpage.  After: the program of the map array is in place, and startup_entry.asm
 * jumps to it.  This code has a few KB of stack.  While it runs, no pager can serve its faults, so
 * it maps everything before it touches it.  TODO(startup): if physmem takes a page away before the
 * program has a pager, it comes back only if the program never writes to it
 * (servers/task/fault.c). */
#include <l4/types.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <hurd/startup.h>
#include <hurd/physmem.h>
#include <hurd/task.h>
#include <hurd/wortel.h>

#define PAGE 0x1000u
#define KEPT (HURD_STARTUP_MAP_RIGHTS | HURD_STARTUP_MAP_WIRED | HURD_STARTUP_MAP_LATER | \
              HURD_STARTUP_MAP_ANON)    /* of the entry, when its piece is in place */
#define AT_ONCE 8u               /* words that are cleared together */
#define STACK 0xc00u             /* so much this code, start_early() and report_begin() take: they
                                    have no stack but this one */

enum startup_step { STEP_SELF = 1, STEP_MEMORY, STEP_COPY, STEP_ALLOCATE, STEP_MAP, STEP_LATER };

static bool is_wired(const struct hurd_startup_map *m)
{
    return m->offset & HURD_STARTUP_MAP_WIRED;
}

static bool comes_later(const struct hurd_startup_map *m)
{
    return m->offset & HURD_STARTUP_MAP_LATER;
}

static L4_Word_t page_up(L4_Word_t x) { return (x + PAGE - 1) & -PAGE; }

/* The task cannot run: prints that, and ends the task.  If `task` does not run yet, it blocks for
 * ever. */
static void __attribute__((noreturn)) fail(struct hurd_startup_data *data, enum startup_step step,
                                           L4_Word_t error)
{
    static const char text[]
        __attribute__((aligned(4))) = "startup: there is not enough memory for this program\n";
    L4_ThreadId_t to = {.raw = data->wortel.server};
    for (unsigned i = 0; to.raw && text[i]; i++) {
        L4_LoadMR(0, HURD_WORTEL_LABEL(HURD_WORTEL_PUTCHAR, data->wortel.cap) << 16 | 1);
        L4_LoadMR(1, (L4_Word_t)text[i]);
        L4_Call(to);
    }
    data->startup_error = step << 16 | (error & 0xffff);
    to.raw = data->task.server;
    if (to.raw) {
        L4_LoadMR(0, (L4_Word_t)HURD_TASK_EXIT << 16 | 2);
        L4_LoadMR(1, data->task.cap);
        L4_LoadMR(2, 127);
        L4_Call(to);
    }
    for (;;)
        L4_Sleep(L4_Never);
}

/* Sends one request to physmem.  Pre: MR1 and the following are loaded.  Returns the reply's tag;
 * if physmem refuses, the task ends, but for STEP_LATER. */
static L4_MsgTag_t request(struct hurd_startup_data *data, L4_Word_t server, enum startup_step step,
                           L4_Word_t label, L4_Word_t words)
{
    L4_LoadMR(0, label << 16 | words);
    L4_MsgTag_t tag = L4_Call((L4_ThreadId_t){.raw = server});
    if (step == STEP_LATER)
        return tag;
    if (L4_IpcFailed(tag))
        fail(data, step, 5);
    if (L4_Label(tag) != 0)
        fail(data, step, L4_Label(tag));
    return tag;
}

/* One reply holds at most 31 pieces, so the rest is asked for again; with STEP_LATER it is not, as
 * it comes by faults.  flags: 0, or PINNED, which the first request does for all of it, as it
 * allocates all of it with STEP_ALLOCATE. */
static void map(struct hurd_startup_data *data, struct hurd_startup_cap from, L4_Word_t rights,
                L4_Word_t vaddr, L4_Word_t offset, L4_Word_t size, L4_Word_t flags,
                enum startup_step step)
{
    while (size != 0) {
        L4_LoadMR(1, from.cap);
        L4_LoadMR(2, rights);
        L4_LoadMR(3, vaddr);
        L4_LoadMR(4, offset);
        L4_LoadMR(5, size);
        L4_LoadMR(6, flags);
        L4_MsgTag_t tag = request(data, from.server, step,
                                  step == STEP_ALLOCATE ? HURD_PM_CONTAINER_ALLOCATE_MAP
                                                        : HURD_PM_CONTAINER_MAP, flags ? 6 : 5);
        L4_Word_t got = 0;
        flags = 0;
        if (step == STEP_ALLOCATE)
            step = STEP_MAP;
        if (step == STEP_LATER)
            return;
        for (L4_Word_t i = 0; i + 1 < L4_TypedWords(tag); i += 2) {
            L4_Word_t fpage;
            L4_StoreMR(L4_UntypedWords(tag) + i + 2, &fpage);
            if (fpage != 0)
                got += 1u << (fpage >> 4 & 0x3f);
        }
        if (got == 0 || got > size)
            fail(data, step, 0);
        vaddr += got;
        offset += got;
        size -= got;
    }
}

/* Copies the file part of a writable segment.  Afterwards the entry names the copy. */
static void make_copy(struct hurd_startup_data *data, struct hurd_startup_map *m)
{
    L4_LoadMR(1, m->container.cap);
    L4_LoadMR(2, m->offset & HURD_STARTUP_MAP_OFFSET);
    L4_LoadMR(3, data->memory.cap);
    L4_LoadMR(4, m->vaddr);
    L4_LoadMR(5, m->size);
    L4_LoadMR(6, 0);
    request(data, m->container.server, STEP_COPY, HURD_PM_CONTAINER_COPY, 6);
    m->container = data->memory;
    m->offset = m->vaddr | (m->offset & KEPT);
}

/* Words, because a whole page of bytes may be to be cleared. */
static void clear(L4_Word_t from, L4_Word_t end)
{
    for (; from < end && from % sizeof(L4_Word_t); from++)
        *(volatile char *)from = 0;
    for (; from + sizeof(L4_Word_t) * AT_ONCE <= end; from += sizeof(L4_Word_t) * AT_ONCE) {
        volatile L4_Word_t *word = (L4_Word_t *)from;
        word[0] = word[1] = word[2] = word[3] = word[4] = word[5] = word[6] = word[7] = 0;
    }
    for (; from + sizeof(L4_Word_t) <= end; from += sizeof(L4_Word_t))
        *(volatile L4_Word_t *)from = 0;
    for (; from < end; from++)
        *(volatile char *)from = 0;
}

/* What becomes of the entry.  The entry before is mapped already, so the rest of its last page is
 * cleared here. */
static void place_anon(struct hurd_startup_data *data, struct hurd_startup_map *m)
{
    L4_Word_t first = page_up(m->vaddr), end = page_up(m->vaddr + m->size);
    L4_Word_t tail = first < m->vaddr + m->size ? first : m->vaddr + m->size;
    clear(m->vaddr, tail);
    m->container = data->memory;
    m->offset = first | (m->offset & KEPT);
    m->vaddr = first;
    m->size = end - first;
}

static void map_entry(struct hurd_startup_data *data, const struct hurd_startup_map *m,
                      enum startup_step step)
{
    map(data, m->container, m->offset & HURD_STARTUP_MAP_RIGHTS, m->vaddr,
        m->offset & HURD_STARTUP_MAP_OFFSET, m->size, is_wired(m) ? HURD_PM_PINNED : 0, step);
}

/* The task's own pages are mapped first, those of the image last.  Copying a page of the image, or
 * writing to the copy, may take other mappings of this page away, and no pager can bring them back
 * yet. */
static void load(struct hurd_startup_data *data)
{
    struct hurd_startup_map *m = (struct hurd_startup_map *)data->mapv, *end = m + data->mapc;
    for (; m < end; m++) {
        const bool zeroes = m->offset & HURD_STARTUP_MAP_ANON;
        if (zeroes)
            place_anon(data, m);
        else if (m->offset & HURD_STARTUP_MAP_COPY)
            make_copy(data, m);
        else
            continue;
        if (!comes_later(m))
            map_entry(data, m, zeroes ? STEP_ALLOCATE : STEP_MAP);
    }
    for (m = (struct hurd_startup_map *)data->mapv; m < end; m++)
        if (m->container.cap != data->memory.cap || m->container.server != data->memory.server)
            map_entry(data, m, comes_later(m) ? STEP_LATER : STEP_MAP);
}

/* For a task that began as a copy of another one; our bss is that of the other one.  What is not
 * in the ranges comes by faults, when the task's pager runs. */
L4_Word_t resume(const struct hurd_startup_resume *r);

L4_Word_t resume(const struct hurd_startup_resume *r)
{
    struct hurd_startup_data data = {.task = r->task};
    L4_Set_ExceptionHandler(L4_Pager());
    L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
    for (L4_Word_t i = 0; i < r->count; i++)
        map(&data, r->memory, r->range[i].rights, r->range[i].address, r->range[i].address,
            r->range[i].size, HURD_PM_PINNED, STEP_MAP);
    map(&data, r->image, r->text.rights, r->text.address, r->text_offset, r->text.size, 0,
        STEP_MAP);
    L4_Accept(L4_UntypedWordsAcceptor);
    return r->ip;
}

L4_Word_t startup(struct hurd_startup_data *data);

L4_Word_t startup(struct hurd_startup_data *data)
{
    L4_Set_ExceptionHandler(L4_Pager());    /* without a handler, an exception would halt the
                                               thread, and no task would know */
    L4_Init();
    const L4_Word_t stack = ((L4_Word_t)&data - HURD_STARTUP_ADDR - STACK) & -PAGE;
    L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
    if (data->wortel.server) {          /* `task` lets us have what it has mapped for us */
        map(data, data->startup, 7, HURD_STARTUP_ADDR, 0, PAGE, 0, STEP_SELF);
        map(data, data->startup, 7, HURD_STARTUP_ADDR + stack, stack, HURD_STARTUP_SIZE - stack,
            0, STEP_SELF);
    }

    L4_LoadMR(1, data->physmem_control.cap);
    request(data, data->physmem_control.server, STEP_MEMORY, HURD_PM_CONTAINER_CREATE, 1);
    data->memory.server = data->physmem_control.server;
    L4_StoreMR(1, &data->memory.cap);

    load(data);
    L4_Accept(L4_UntypedWordsAcceptor);
    return data->entry_point;
}
