/* SPDX-License-Identifier: MIT */
/* From a task that was started to one that pages itself.  Runs once, in the main thread, before
 * there is a pager: records what the startup code left in the address space, wires what the pager
 * will touch, starts it. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/task.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4/utcb.h>
#include <string.h>
#include "evict.h"
#include "handler.h"
#include "image.h"
#include "mm.h"
#include "paged.h"
#include "pageout.h"

enum {
    LOWEST = 0x4000,                    /* a null pointer and its surroundings stay unmapped */
    SEARCH_FROM = 0x600000,             /* behind most programs, and in the same page table */
    SLAB_DISTANCE = 0x2000000,          /* pages of records: so far below the top */
    PAGER_STACK = 2 * HURD_MM_PAGE,
    MAIN_STACK = 1024 * 1024,           /* only what is touched costs */
    RECORDS_KEPT = 8,                   /* pages of free records that stay */
    PAGER_PRIORITY = 120,
};

/* What program.lds put there because the pager touches it.  Programs linked without it: nothing is
 * wired but records and stack. */
extern char __mm_text_start[] __attribute__((weak)), __mm_text_end[] __attribute__((weak));
extern char __mm_data_start[] __attribute__((weak)), __mm_data_end[] __attribute__((weak));
extern char __mm_stack_start[] __attribute__((weak)), __mm_stack_end[] __attribute__((weak));

uintptr_t pager_stack_top;              /* for a child of fork() */
uintptr_t main_stack_top;
static char first_records[HURD_MM_PAGE] __attribute__((aligned(4096)));

/* ---- records and the pager's stack: wired pages at an address of our choice ---- */

static int wired_pages(uintptr_t hint, uintptr_t size, uintptr_t *address)
{
    *address = map_gap(&mm.space, hint, size);
    if (*address == 0)
        return ENOSPC;
    int error = memory_allocate_wire(*address, size, HURD_VM_READ | HURD_VM_WRITE);
    if (error)
        return error;
    if (!map_insert(&mm.space, *address, *address + (size - 1), &mm.wired, *address,
                    HURD_VM_READ | HURD_VM_WRITE, true)) {
        memory_unwire(*address, size);
        return ENOMEM;
    }
    map_join(&mm.space, *address, *address + (size - 1));
    return 0;
}

static void *wired_page(uintptr_t hint)
{
    uintptr_t address;
    return wired_pages(hint, HURD_MM_PAGE, &address) ? NULL : (void *)address;
}

static uintptr_t stack_area(void)
{
    return mm.space.high - SLAB_DISTANCE / 2 + 1;
}

/* Beside the stack, not among the records. */
void *wired_page_new(void)
{
    return wired_page(stack_area());
}

static uintptr_t records_area(void)
{
    return mm.space.high - SLAB_DISTANCE + 1;
}

/* Nothing is evicted for it: eviction itself takes records. */
static void *slab_page(struct slab *slab)
{
    (void)slab;
    void *page = wired_page(records_area());
    return !page && pool_shrink(false) ? wired_page(records_area()) : page;
}

/* Only from the end, so that fork() finds one range of records. */
void records_trim(void)
{
    const size_t whole = slab_per_page(&mm.slab);
    struct map *m = map_find(&mm.space, records_area());
    if (mm.slab.count < RECORDS_KEPT * whole || !m || m->store != &mm.wired)
        return;
    uintptr_t end = m->range.last + 1, cut = end;
    size_t n = 0;
    while (cut - m->range.first > HURD_MM_PAGE && mm.slab.count - n >= RECORDS_KEPT / 2 * whole &&
           slab_page_is_free(&mm.slab, (void *)(cut - HURD_MM_PAGE))) {
        cut -= HURD_MM_PAGE;
        n += whole;
    }
    if (n < mm.slab.count / 8)
        return;                         /* to find them costs more than they are worth */
    slab_cut(&mm.slab, (void *)cut, (void *)(end - 1));
    m->range.last = cut - 1;
    memory_unwire(cut, end - cut);
}

struct mm mm = {
    .reserved = {.class = &reserved_class, .users = 1},
    .pool_store = {.class = &pool_class, .users = 1, .rights = HURD_VM_RIGHTS},
    .wired = {.class = &wired_class, .users = 1, .rights = HURD_VM_RIGHTS},
    .anonymous = {.class = &anonymous_class, .users = 1, .rights = HURD_VM_RIGHTS},
    .slab = {.size = SLAB_RECORD, .new_page = slab_page},
    .space = {.low = LOWEST, .search = SEARCH_FROM, .slab = &mm.slab},
};

/* ---- what is in the address space already ---- */

static uintptr_t user_space_end(const void *kip)
{
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(kip); i++) {
        const L4_MemoryDesc_t *d = L4_MemoryDesc(kip, i);
        if (L4_IsMemoryDescVirtual(d) && L4_MemoryDescType(d) == L4_MEM_CONVENTIONAL &&
            L4_MemoryDescLow(d) == 0)
            return L4_MemoryDescHigh(d);
    }
    return 0xbfffffff;
}

static int record(uintptr_t first, uintptr_t size, struct store *store, uintptr_t offset,
                  unsigned rights, bool permanent)
{
    return map_insert(&mm.space, first, first + (size - 1), store, offset, rights, permanent)
               ? 0
               : EEXIST;
}

static int record_areas(const struct hurd_startup_data *data)
{
    void *kip = L4_GetKernelInterface();
    struct store *startup;
    L4_Fpage_t utcb = L4_FpageOfRaw(data->utcb_area);
    int error = store_of_handle(data->startup.cap, HURD_VM_RIGHTS, &startup);
    if (!error)
        error = record(HURD_STARTUP_ADDR, HURD_STARTUP_SIZE, startup, 0, HURD_VM_RIGHTS, true);
    if (!error)
        error = record((uintptr_t)kip, (uintptr_t)1 << L4_KipAreaSizeLog2(kip), &mm.reserved, 0, 0,
                       true);
    if (!error)
        error = record(L4_Address(utcb), L4_Size(utcb), &mm.reserved, 0, 0, true);
    return error;
}

static int record_image(const struct hurd_startup_map *m)
{
    struct store *store;
    int error = m->offset & HURD_STARTUP_MAP_LATER
                    ? image_store(__hurd_startup_data, &store)
                    : store_of_handle(m->container.cap, HURD_VM_READ | HURD_VM_EXECUTE, &store);
    return error ? error
                 : record(m->vaddr, m->size, store, m->offset & HURD_STARTUP_MAP_OFFSET,
                          m->offset & HURD_STARTUP_MAP_RIGHTS, false);
}

/* Zeroes that come later are no pages yet. */
static int record_own(const struct hurd_startup_map *m)
{
    const unsigned none = HURD_STARTUP_MAP_ANON | HURD_STARTUP_MAP_LATER;
    uintptr_t first = m->vaddr;
    bool wired = m->offset & HURD_STARTUP_MAP_WIRED, later = (m->offset & none) == none;
    if ((m->offset & HURD_STARTUP_MAP_OFFSET) != first ||
        (!wired && !later && !frame_add(&mm.slab, &mm.anonymous, first, first + (m->size - 1),
                                        mm.memory, first)))
        return EINVAL;                  /* not what include/hurd/startup.h promises */
    if (later)
        mm.room.committed += (intptr_t)(m->size / HURD_MM_PAGE);
    if (mm.room.committed > mm.room.left)
        return ENOMEM;
    return record(first, m->size, wired ? &mm.wired : &mm.anonymous, first,
                  m->offset & HURD_STARTUP_MAP_RIGHTS, wired);
}

static int record_segment(const struct hurd_startup_map *m)
{
    return m->size == 0 ? 0 : m->container.cap == mm.memory ? record_own(m) : record_image(m);
}

static int record_segments(const struct hurd_startup_data *data)
{
    const struct hurd_startup_map *m = (const struct hurd_startup_map *)data->mapv;
    int error = 0;
    for (L4_Word_t i = 0; i < data->mapc && !error; i++) {
        if (!slab_reserve(&mm.slab, 4))
            return ENOMEM;
        error = record_segment(&m[i]);
    }
    map_join(&mm.space, 0, UINTPTR_MAX);
    return error;
}

/* As hurd_vm_allocate() and hurd_vm_protect() would make it, before there is a pager to ask.  If it
 * could need more than the task has, the task will want swap. */
static int main_stack(void)
{
    const uintptr_t size = HURD_MM_STACK_GUARD + MAIN_STACK;
    intptr_t committed = mm.room.committed;
    uintptr_t guard = map_gap(&mm.space, 0, size);
    if (!guard || !slab_reserve(&mm.slab, 2))
        return ENOMEM;
    main_stack_top = guard + size;
    mm.room.capacity = mm.room.left;
    room_commit(MAIN_STACK);
    mm.room.committed = committed;
    int error = record(guard, HURD_MM_STACK_GUARD, &mm.anonymous, guard, 0, false);
    guard += HURD_MM_STACK_GUARD;
    return error ? error : record(guard, MAIN_STACK, &mm.anonymous, guard,
                                  HURD_VM_READ | HURD_VM_WRITE, false);
}

/* ---- the pager's part of the program ---- */

/* Text comes from the image, whose pages never leave memory.  If physmem takes one away from us,
 * the pager's own pager, `task`, brings it back (servers/task/fault.c), so the pager needs no
 * copy. */
static bool task_brings_back(const struct map *map)
{
    return map->store != &mm.anonymous && mm.task >= HURD_TASK_FIRST &&
           !(map->is.rights & HURD_VM_WRITE);
}

/* For the tasks that wortel started, whose images `task` does not have: only our own pages can be
 * pinned, so text is copied.  By hand, not by copy-on-write: the pages that we are running on must
 * not be touched, for nobody would bring them back yet. */
static int copy_region(const struct map *map)
{
    uintptr_t first = map->range.first, size = map->range.last - first + 1;
    uintptr_t window = map_gap(&mm.space, 0, size);
    int error = window ? memory_allocate(first, size) : ENOSPC;
    if (!error)
        error = memory_map(mm.memory, HURD_VM_READ | HURD_VM_WRITE, window, first, size);
    if (!error) {
        memcpy((void *)window, (const void *)first, size);
        memory_hide(window, window + (size - 1), HURD_VM_RIGHTS);
    }
    return error;
}

static int wire_region(struct map *map)
{
    uintptr_t first = map->range.first, size = map->range.last - first + 1;
    map->is.permanent = true;
    if (task_brings_back(map))
        return 0;
    int error = map->store != &mm.anonymous ? copy_region(map) : 0;
    if (error)
        return error;
    map->store->users--;
    map->store = &mm.wired;
    map->store->users++;
    map->offset = first;
    return memory_wire(first, size, map->is.rights);
}

static int wire(const char *start, const char *end)
{
    int error = 0;
    uintptr_t first = (uintptr_t)start, last = (uintptr_t)end - 1;
    if (start == end)
        return 0;
    map_cut(&mm.space, first, last);
    for (struct map *m = map_from(&mm.space, first); m && m->range.first <= last && !error;
         m = map_next(&mm.space, m))
        error = wire_region(m);
    return error;
}

int thread_begin(L4_ThreadId_t thread, L4_ThreadId_t pager, uintptr_t sp, void (*entry)(void))
{
    L4_ThreadId_t local = L4_LocalIdOf(thread);
    if (L4_IsNilThread(local))
        return ESRCH;
    L4_Set_PagerOf(thread, pager);
    L4_UtcbOf(local.raw)->exception_handler = pager.raw;
    L4_Start_SpIp(thread, sp, (L4_Word_t)entry);
    return 0;
}

/* Returns the address behind it; 0: there is no memory. */
static uintptr_t pager_stack(void)
{
    uintptr_t stack = (uintptr_t)__mm_stack_start, end = (uintptr_t)__mm_stack_end;
    if (!end) {
        if (wired_pages(stack_area() + HURD_MM_PAGE, PAGER_STACK, &stack))
            return 0;
        end = stack + PAGER_STACK;
    }
    record(stack - HURD_MM_PAGE, HURD_MM_PAGE, &mm.reserved, 0, 0, true);   /* a guard */
    return end;
}

static int pager_start(const struct hurd_startup_data *data)
{
    L4_ThreadId_t task = L4_ThreadIdOfRaw(data->task.server);
    pager_stack_top = pager_stack();
    if (!pager_stack_top)
        return ENOMEM;
    /* For a task that wortel started; a program's pager stays as it is, among equals: a fault hands
     * over to it. */
    const L4_Word_t words[] = {data->task.cap, mm.pager.raw, PAGER_PRIORITY};
    if (mm.task < HURD_TASK_FIRST)
        hurd_cap_rpc(task, HURD_TASK_THREAD_PRIORITY, 3, words, 0, NULL, NULL);
    int error = thread_begin(mm.pager, task, pager_stack_top, pager_main);
    if (error)
        return error;
    return L4_IpcFailed(L4_Receive(mm.pager)) ? EIO : 0;
}

/* The linker script says so (ELF_WIRED), and the startup code has done it. */
static bool data_is_wired(void)
{
    struct map *m = map_find(&mm.space, (uintptr_t)__mm_data_start);
    return &__mm_data_start[0] == &__mm_data_end[0] ||
           (m && m->store == &mm.wired && m->range.last >= (uintptr_t)__mm_data_end - 1);
}

/* Anonymous pages can leave if the task has a guarantee of its own, and what the pager touches is
 * surely not among them. */
static void room_start(const struct hurd_startup_data *data)
{
    struct hurd_pm_control_info info = {0};
    bool known = hurd_pm_control_info(mm.physmem, data->physmem_control.cap, &info) == 0;
    mm.room = (struct room){
        .swap = known && &__mm_data_start[0] != &__mm_data_end[0] ? SWAP_UNKNOWN : SWAP_IMPOSSIBLE,
        .control = data->physmem_control.cap,
        .guarantee = info.guarantee,
        .left = (int32_t)(info.guarantee - info.used),
    };
    room_levels();
}

int hurd_mm_init(L4_ThreadId_t pager)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    mm.physmem = L4_ThreadIdOfRaw(data->memory.server);
    mm.memory = data->memory.cap;
    mm.pager = pager;
    mm.starter = L4_MyGlobalId();
    mm.task = L4_Version(mm.starter);
    signals.first.thread = mm.starter;
    signals.first.takes = true;
    signals.first.rest = &signals.first_rest;
    mm.anonymous.container = mm.memory;
    slab_add_page(&mm.slab, first_records, sizeof first_records);
    mm.space.high = user_space_end(L4_GetKernelInterface());

    policies_start();
    room_start(data);
    int error = record_areas(data);
    if (!error)
        error = record_segments(data);
    if (!error)
        error = wire(__mm_text_start, __mm_text_end);
    if (!error && !data_is_wired())
        error = EINVAL;
    if (!error)
        error = main_stack();
    if (!error)
        error = pager_start(data);
    if (error)
        return error;
    mm.room.capacity = mm.room.left;    /* what the program has at first fits */
    L4_Set_ExceptionHandler(pager);     /* first: `task` hears exceptions of those that it pages */
    L4_Set_Pager(pager);
    hurd_pm_self_paged(mm.physmem, mm.memory);  /* refused: it will not take our pages */
    return 0;
}

_Static_assert(sizeof(struct map) <= SLAB_RECORD && sizeof(struct frame) <= SLAB_RECORD &&
               sizeof(struct store) <= SLAB_RECORD, "one size of records");
