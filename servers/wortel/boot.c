/* SPDX-License-Identifier: MIT */
/* The boot script.  Spec hurd 1.2 (order of the modules) and 1.4 (which task holds what, step by
 * step).
 *
 * Before serve(), wortel claims and checks the modules, and loads and starts physmem.  Later it
 * starts `task`, deva and the root task by the startup protocol, each when the server before it has
 * said BOOTSTRAP_FINAL. */
#include "../../lib/startup/page.h"
#include "wortel.h"
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/schedule.h>
#include <l4/space.h>
#include <l4/thread.h>
#include <stdio.h>
#include <string.h>

#define PRIORITY_SERVER 140
#define PRIORITY_DEVA   150
#define PRIORITY_ROOT   110     /* above all programs, so the shell answers whatever they do */

/* The modules in their order.  The archives may be missing: that of drivers for deva, and that of
 * programs, which is the last, for the root task. */
enum { MODULE_PHYSMEM, MODULE_TASK, MODULE_DEVA, MODULE_DEVA_STORE, MODULE_ROOT, MODULE_COUNT };
static const char *const role[] = {"physmem", "task", "deva", "deva-store", "the root task"};
static unsigned root_module;        /* MODULE_ROOT, or one less if there are no drivers */

L4_ThreadId_t physmem_thread;
bool physmem_final;
L4_Word_t master_cap[3];
static struct elf_program physmem;

/* Thread numbers from UserBase + 3: physmem and its three extra threads, `task` and one free
 * number, deva, root. */
enum { THREAD_PHYSMEM = 3, THREAD_TASK = 7, THREAD_DEVA = 9, THREAD_ROOT = 10, THREAD_FREE = 11 };

struct boot_task boot_task[BOOT_COUNT] = {{.name = "task"}, {.name = "deva"}, {.name = "root"}};

static L4_Word_t number(L4_Word_t n) { return L4_ThreadIdUserBase(kip) + n; }
L4_Word_t first_thread(void) { return number(THREAD_PHYSMEM); }
L4_Word_t first_free_thread(void) { return number(THREAD_FREE); }

/* ---- modules */

#define NEEDS "Pecan starts with 6 MB of memory, and its demo with 8 MB."

static bool is_program(const struct module *m, L4_Word_t low, struct elf_program *program)
{
    L4_Word_t size = m->end - m->start;
    return elf_read((const void *)m->start, size, size, low, program) == 0;
}

/* Post: there is a modules[i]. */
static void need_module(unsigned i)
{
    if (module_count <= i)
        boot_fail("boot module '%s' is missing: the boot menu must name %u modules behind the root "
                  "server, not %u.  A boot loader leaves out what finds no memory: " NEEDS,
                  role[module_count], (unsigned)MODULE_COUNT, module_count);
}

static bool is_program_at(unsigned i)
{
    struct elf_program unused;
    return i < module_count && is_program(&modules[i], STARTUP_LOW, &unused);
}

static void claim_modules(void)
{
    need_module(MODULE_DEVA_STORE);
    for (unsigned i = 0; i < module_count; i++) {
        struct module *m = &modules[i];
        if (m->start == 0 || m->end <= m->start)
            boot_fail("boot module %u ('%s') is empty.", i, m->name);
        if (!memory_claim(m->start, m->end))
            boot_fail("sigma0 refuses the memory of boot module '%s'.", m->name);
    }
    /* Menus of 2005 have some program in the place of an archive that is missing: then the root
     * task is where it always is. */
    bool has_drivers = !is_program_at(MODULE_DEVA_STORE) || is_program_at(MODULE_ROOT);
    root_module = has_drivers ? MODULE_ROOT : MODULE_ROOT - 1;
    need_module(root_module);
}

/* copied: wortel copies the program, so its pages in the file need not be its pages in memory.
 * Programs linked with ld -N are like that. */
static void check_program(const struct module *m, L4_Word_t low, bool copied,
                          struct elf_program *program)
{
    if (!is_program(m, low, program) || !(copied || program->mappable))
        boot_fail("boot module '%s' is broken: it is not a program for this machine.", m->name);
}

/* ---- physmem: wortel loads it, with virtual = physical addresses */

bool physmem_covers(L4_Word_t address)
{
    return address >= page_down(physmem.segment[0].vaddr) && address < page_up(elf_end(&physmem));
}

static void load_physmem(void)
{
    const struct module *m = &modules[MODULE_PHYSMEM];
    for (L4_Word_t i = 0; i < physmem.count; i++) {
        const struct elf_segment *s = &physmem.segment[i];
        memcpy((void *)s->vaddr, (const void *)(m->start + s->offset), s->filesz);
        memset((void *)(s->vaddr + s->filesz), 0, s->memsz - s->filesz);
    }
    memory_unused(m->start, page_up(m->end));
}

/* The items name the whole image, so one fault brings all of it.  The piece with the fault comes
 * last. */
L4_Word_t physmem_items(L4_Word_t fault, L4_Word_t items[], L4_Word_t max)
{
    L4_Word_t at = page_down(physmem.segment[0].vaddr), end = page_up(elf_end(&physmem));
    L4_Word_t n = 0, last = 0;
    while (at < end) {
        L4_Fpage_t f = memory_piece(at, end);
        at += L4_Size(f);
        if (fault - L4_Address(f) < L4_Size(f)) {
            last = f.raw;
        } else if (n + 4 <= max) {
            items[n++] = L4_Address(f) | L4_ITEM_MAP;
            items[n++] = f.raw;
        }
    }
    items[n++] = (last & L4_FPAGE_BASE_MASK) | L4_ITEM_MAP;
    items[n++] = last;
    return n;
}

/* ---- threads */

static void must(L4_Word_t ok, const char *task, const char *what)
{
    if (!ok)
        boot_fail("%s cannot be started: %s failed with error %lu (%s).", task, what,
                  L4_ErrorCode(), L4_ErrString(L4_ErrorCode()));
}

static void send_start(L4_ThreadId_t thread, L4_Word_t ip, L4_Word_t sp, const char *task)
{
    L4_LoadMR(1, ip);
    L4_LoadMR(2, sp);
    L4_Set_MsgTag(L4_MakeTag(0, 2, 0));
    must(L4_IpcSucceeded(L4_Send_Timeout(thread, L4_TimePeriod(1000000))), task,
         "the start message");
}

/* Creates an active thread in a space of its own; it waits for its start message from wortel. */
static void create(L4_ThreadId_t thread, L4_Fpage_t kip_area, L4_Fpage_t utcb_area,
                   L4_Word_t priority, const char *task)
{
    L4_ThreadId_t me = L4_MyGlobalId();
    L4_Word_t ignored;
    must(L4_ThreadControl(thread, thread, me, L4_nilthread, L4_UTCB_UNCHANGED), task,
         "ThreadControl");
    must(L4_SpaceControl(thread, 0, kip_area, utcb_area, L4_anythread, &ignored), task,
         "SpaceControl");
    must(L4_ThreadControl(thread, thread, me, me, (void *)L4_Address(utcb_area)), task,
         "ThreadControl");
    must(L4_Set_Priority(thread, priority), task, "Schedule");
}

/* `task` is the scheduler of all threads, from the moment it exists. */
static void give_to_scheduler(L4_ThreadId_t thread)
{
    L4_ThreadControl(thread, thread, boot_task[BOOT_TASK].thread, L4_nilthread, L4_UTCB_UNCHANGED);
}

static L4_Fpage_t kip_area(L4_Word_t at) { return L4_FpageLog2(at, L4_KipAreaSizeLog2(kip)); }
static L4_Fpage_t utcb_area(L4_Word_t behind)
{
    L4_Word_t log2 = L4_UtcbAreaSizeLog2(kip);
    return L4_FpageLog2(behind + L4_SizeMask(log2), log2);
}

/* In physmem's space, KIP and UTCB area lie where wortel's own image is: physmem's space is 1:1,
 * and it never gets those pages. */
static void start_physmem(void)
{
    L4_Word_t at = page_up(L4_KIP_OF(kip)->RootServer.low);
    at = (at + L4_SizeMask(L4_KipAreaSizeLog2(kip))) & ~L4_SizeMask(L4_KipAreaSizeLog2(kip));
    L4_Fpage_t area = utcb_area(at + (1ul << L4_KipAreaSizeLog2(kip)));
    physmem_thread = L4_GlobalId(number(THREAD_PHYSMEM), HURD_TASK_PHYSMEM);
    create(physmem_thread, kip_area(at), area, PRIORITY_SERVER, "physmem");
    for (L4_Word_t i = 1; i <= PHYSMEM_EXTRA_THREADS; i++) {
        L4_ThreadId_t extra = L4_GlobalId(number(THREAD_PHYSMEM + i), HURD_TASK_PHYSMEM);
        must(L4_ThreadControl(extra, physmem_thread, L4_MyGlobalId(), extra,
                              (void *)(L4_Address(area) + i * L4_UtcbSize(kip))),
             "physmem", "ThreadControl of an extra thread");
    }
    must(L4_Set_Priority(L4_GlobalId(number(THREAD_PHYSMEM + 2), HURD_TASK_PHYSMEM),
                         PRIORITY_SERVER), "physmem", "Schedule");      /* its alarm */
    send_start(physmem_thread, physmem.entry, 0, "physmem");
}

/* ---- the tasks that wortel starts by the startup protocol */

static void prepare_task(enum boot_id id, L4_Word_t thread, L4_Word_t task_id, unsigned image)
{
    struct boot_task *b = &boot_task[id];
    b->thread = L4_GlobalId(number(thread), task_id);
    b->image = &modules[image];
    check_program(b->image, STARTUP_LOW, false, &b->program);
    b->startup_page = memory_any(HURD_STARTUP_SIZE_LOG2);
    if (b->startup_page == 0)
        boot_fail("not enough memory for the startup page of %s.", b->name);
}

/* Writes the words of a command line, each with a zero behind it.  Returns the bytes, or more than
 * max if they do not fit. */
static L4_Word_t make_argz(const char *cmdline, char *argz, L4_Word_t max)
{
    L4_Word_t n = 0;
    for (const char *s = cmdline; *s; s++) {
        if (n + 2 > max)
            return max + 1;
        if (*s != ' ')
            argz[n++] = *s;
        else if (n > 0 && argz[n - 1] != 0)
            argz[n++] = 0;
    }
    if (n > 0 && argz[n - 1] != 0)
        argz[n++] = 0;
    return n;
}

static struct hurd_startup_cap cap(L4_ThreadId_t server, L4_Word_t handle)
{
    return (struct hurd_startup_cap) {server.raw, handle};
}

void boot_start(enum boot_id id)
{
    struct boot_task *b = &boot_task[id];
    L4_Fpage_t utcbs = utcb_area(HURD_STARTUP_KIP + (1ul << L4_KipAreaSizeLog2(kip)));
    struct hurd_startup_data data = {
        .utcb_area = utcbs.raw,
        .wortel = cap(L4_MyGlobalId(), HURD_WORTEL_CAP_TASK + (L4_Word_t)id),
        .image = cap(physmem_thread, b->image_cap),
        .startup = cap(physmem_thread, b->startup_cap),
        .physmem_control = cap(physmem_thread, b->control_cap),
    };
    if (id != BOOT_TASK)
        data.task = cap(boot_task[BOOT_TASK].thread, b->task_cap);
    if (b->store) {
        data.store = cap(physmem_thread, b->store_cap);
        data.store_size = b->store->end - b->store->start;
    }
    if (id == BOOT_ROOT) {
        data.flags = HURD_STARTUP_BOOTSTRAP;
        data.physmem_master = cap(physmem_thread, master_cap[0]);
        data.task_master = cap(boot_task[BOOT_TASK].thread, master_cap[1]);
        data.deva_master = cap(boot_task[BOOT_DEVA].thread, master_cap[2]);
        data.deva_console = data.console = cap(boot_task[BOOT_DEVA].thread, b->deva_cap);
    }
    char argz[1024];
    L4_Word_t argz_len = make_argz(b->image->cmdline, argz, sizeof argz), sp;
    memset((void *)b->startup_page, 0, HURD_STARTUP_SIZE);
    if (argz_len > sizeof argz ||
        startup_page_write((void *)b->startup_page, &data, &b->program, argz, argz_len, &sp) != 0)
        boot_fail("the command line of %s is too long.", b->name);
    create(b->thread, kip_area(HURD_STARTUP_KIP), utcbs,
           id == BOOT_TASK   ? PRIORITY_SERVER
           : id == BOOT_DEVA ? PRIORITY_DEVA
                             : PRIORITY_ROOT,
           b->name);
    if (id == BOOT_TASK) {
        for (L4_Word_t i = 0; i <= PHYSMEM_EXTRA_THREADS; i++)
            give_to_scheduler(L4_GlobalId(number(THREAD_PHYSMEM + i), HURD_TASK_PHYSMEM));
        give_to_scheduler(L4_MyGlobalId());     /* so `task` can tell wortel's state, too */
    }
    give_to_scheduler(b->thread);
    send_start(b->thread, HURD_STARTUP_ADDR, sp, b->name);
}

/* No server uses these modules.  physmem gets the memory of those that have a place in the
 * array. */
static void refuse_surplus(void)
{
    for (unsigned i = root_module + 2; i < module_count; i++) {
        say("wortel: boot module '%s' is one too many: no server uses it, so the boot menu need "
            "not name it\n",
            modules[i].name);
        memory_unused(modules[i].start, page_up(modules[i].end));
    }
    if (modules_dropped > 0)
        say("wortel: %u more boot modules are too many: no server uses them\n", modules_dropped);
}

void boot_prepare(void)
{
    memory_claim_page_0();
    claim_modules();
    check_program(&modules[MODULE_PHYSMEM], PAGE, true, &physmem);
    L4_Word_t from = page_down(physmem.segment[0].vaddr), to = page_up(elf_end(&physmem));
    if (from < L4_KIP_OF(kip)->RootServer.high && L4_KIP_OF(kip)->RootServer.low < to)
        boot_fail("boot module '%s' is broken: it wants the root server's memory.",
                  modules[MODULE_PHYSMEM].name);
    if (!memory_is_ram(from, to) || !memory_claim(from, to))
        boot_fail("not enough memory: physmem needs free RAM from 0x%lx to 0x%lx.  " NEEDS, from,
                  to);
    place_modules(from, to);
    prepare_task(BOOT_TASK, THREAD_TASK, HURD_TASK_TASK, MODULE_TASK);
    prepare_task(BOOT_DEVA, THREAD_DEVA, HURD_TASK_DEVA, MODULE_DEVA);
    prepare_task(BOOT_ROOT, THREAD_ROOT, HURD_TASK_INIT, root_module);
    if (root_module > MODULE_DEVA_STORE)
        boot_task[BOOT_DEVA].store = &modules[MODULE_DEVA_STORE];
    if (module_count > root_module + 1)
        boot_task[BOOT_ROOT].store = &modules[root_module + 1];

    say("wortel: root server, %u modules:", module_count);
    for (unsigned i = 0; i < module_count; i++)
        say(" %s", modules[i].name);
    say("\n");
    refuse_surplus();
    load_physmem();
    start_physmem();
}
