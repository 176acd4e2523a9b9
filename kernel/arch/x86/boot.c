/* SPDX-License-Identifier: MIT */
/* Boot: from the loader's KIP to the first switch into sigma0.  Before: boot.asm.
 * After: sched.c.  Runs once, on the idle thread's stack. */
#include <l4/bootinfo.h>

#include "../../debug/check.h"
#include "../../debug/gdb.h"
#include "../../debug/trace.h"
#include "../../fpage.h"
#include "../../io.h"
#include "../../ipc.h"
#include "../../irq.h"
#include "../../kip.h"
#include "../../map.h"
#include "../../sched.h"
#include "../../timer.h"
#include "x86.h"

static uint32_t kmem_option; /* bytes, 0 = default */
word_t boot_table[1024] __attribute__((aligned(4096)));
word_t boot_directory[1024] __attribute__((aligned(4096)));
bool arch_ports_open;

extern char idle_block[], __kernel_end[];
extern char kip_ipc_trap[], kip_ipc_sysenter[], kip_unmap_sysenter[];

#define MB (1024u * 1024u)
#define POOL_LIMIT (240u * MB)
#define POOL_MIN MB
#define POOL_OF_64_MB (7 * MB)
#define KERNEL_END ((paddr_t)__kernel_end - KERNEL_WINDOW)

static struct {
    paddr_t low, high; /* [low, high) */
} pool;

/* ---- looking at what the loader left */

void *peek(paddr_t p)
{
    boot_table[(SCRATCH - KERNEL_WINDOW) / PAGE_SIZE] = (p & ~PAGE_MASK) | ENTRY_PRESENT;
    flush_page(SCRATCH);
    return (void *)(SCRATCH + (p & PAGE_MASK));
}

static word_t peek_word(paddr_t p)
{
    return *(word_t *)peek(p & ~3u);
}

#define MBI_CMDLINE 4u
#define MBI_MODULES 8u
#define MBI_FLAGS 0x1FFFu /* all that there are */

/* The multiboot information, or 0: BootInfo itself, or inside a generic block.  Spec 6.10. */
static paddr_t multiboot_info(void)
{
    paddr_t info = the_kip.BootInfo;
    if (!info)
        return 0;
    if (peek_word(info) != L4_BOOTINFO_MAGIC)
        return peek_word(info) & ~MBI_FLAGS ? 0 : info;
    paddr_t record = info + peek_word(info + 12);
    for (word_t n = peek_word(info + 16); n > 0 && n < 1000; n--) {
        if ((peek_word(record) & 0xFFFF) == L4_BOOTREC_MULTIBOOT)
            return peek_word(record + 12);
        record += peek_word(record + 8);
    }
    return 0;
}

/* ---- options */

#define WORD_MAX 32   /* longer than any option */
#define LINE_MAX 16384 /* the most bytes of a line: a loader may have left anything there */

bool word_is(const char *at, const char *name, const char **value)
{
    while (*name && *at == *name)
        at++, name++;
    if (value)
        *value = at;
    return !*name && (value || *at == ' ' || !*at);
}

static uint32_t size_of(const char *s)
{
    uint32_t n = 0;
    for (; *s >= '0' && *s <= '9'; s++)
        n = n * 10 + (uint32_t)(*s - '0');
    return *s == 'M' ? n * MB : *s == 'K' ? n * 1024 : n;
}

static void parse_word(const char *w)
{
    const char *value;
    if (word_is(w, "no", &value))
        cpu_deny(value);
    if (word_is(w, "ports=open", NULL))
        arch_ports_open = true;
    if (word_is(w, "compat=pistachio", NULL))
        pistachio = arch_ports_open = true;
    if (word_is(w, "kdb=serial", NULL))
        kdb_serial = true;
    if (word_is(w, "gdb=com2", &value) && (!*value || word_is(value, ",wait", NULL))) {
        gdb_wanted = true;
        gdb_waits = *value;
    }
    if (word_is(w, "trace", &value))
        trace_option(value);
    if (word_is(w, "nilwindow=ok", NULL))
        transfer_nil_window = IPC_OK;
    if (word_is(w, "kmem=", &value))
        kmem_option = size_of(value);
    if (CONFIG_CHECK && word_is(w, "walk=", &value))
        check_every = size_of(value);
}

static void parse_line(paddr_t p)
{
    char word[WORD_MAX], c;
    size_t n = 0, length = 0;
    if (!p)
        return;
    do {
        c = ++length < LINE_MAX ? *(char *)peek(p++) : 0;
        if (c && c != ' ') {
            n += n < WORD_MAX - 1;
            word[n - 1] = c;
            continue;
        }
        word[n] = 0;
        parse_word(word);
        n = 0;
    } while (c);
}

/* The line of the first module, if it is the kernel's; the lists of some loaders begin with the
 * root task. */
static bool names_kernel(paddr_t line)
{
    const char *name = "kernel", *at = name;
    for (word_t n = 0; line && n < LINE_MAX && *at; n++) {
        char c = *(char *)peek(line++);
        if (!c || c == ' ')
            return false;
        at = c == *at ? at + 1 : name + (c == *name);
    }
    return !*at;
}

static void options_read(void)
{
    paddr_t mbi = multiboot_info();
    if (!mbi)
        return;
    word_t flags = peek_word(mbi);
    if (flags & MBI_CMDLINE)
        parse_line(peek_word(mbi + 16));
    if ((flags & MBI_MODULES) && peek_word(mbi + 20)) {
        paddr_t line = peek_word(peek_word(mbi + 24) + 8);
        if (mbi != the_kip.BootInfo || names_kernel(line))
            parse_line(line);
    }
}

/* ---- memory */

static paddr_t descriptor_low(const L4_MemoryDesc_t *d)
{
    return d->raw[0] & ~0x3FFu;
}

static_assert(SIGMA0_VIEW == INITIAL_UTCB, "where sigma0's own areas begin");

static paddr_t descriptor_high(const L4_MemoryDesc_t *d)
{
    return d->raw[1] | 0x3FFu; /* inclusive; the low bits may hold rubbish */
}

static bool descriptor_is(const L4_MemoryDesc_t *d, word_t type)
{
    return (d->raw[0] & (L4_MEM_VIRTUAL | L4_MEM_TYPE_MASK)) == type;
}

/* The largest reserved piece below the limit, clear of our image, becomes the pool. */
static void pool_from_loader(void)
{
    for (word_t i = 0; i < kip_memory_count(); i++) {
        const L4_MemoryDesc_t *d = kip_memory(i);
        if (!descriptor_is(d, L4_MEM_RESERVED) || descriptor_low(d) >= POOL_LIMIT)
            continue; /* in the last page, rounding up would lead to 0 */
        paddr_t low = (descriptor_low(d) + PAGE_MASK) & ~PAGE_MASK;
        paddr_t high = descriptor_high(d) < POOL_LIMIT ? descriptor_high(d) + 1 : POOL_LIMIT;
        high &= ~PAGE_MASK;
        if (low < KERNEL_END && high > KERNEL_PHYSICAL)
            low = KERNEL_END;
        if (low < high && high - low > pool.high - pool.low) {
            pool.low = low;
            pool.high = high;
        }
    }
}

/* [low, high) is free of everything but conventional memory, as far as the descriptors tell. */
static bool is_plain_ram(paddr_t low, paddr_t high)
{
    bool ram = false;
    for (word_t i = 0; i < kip_memory_count(); i++) {
        const L4_MemoryDesc_t *d = kip_memory(i);
        if (descriptor_is(d, L4_MEM_CONVENTIONAL))
            ram |= descriptor_low(d) <= low && descriptor_high(d) >= high - 1;
        else if (!(d->raw[0] & L4_MEM_VIRTUAL) && !descriptor_is(d, L4_MEM_SHARED) &&
                 descriptor_low(d) < high && descriptor_high(d) >= low)
            return false;
    }
    const L4_KernelRootServer_t *servers[] = {&the_kip.Sigma0, &the_kip.Sigma1,
                                              &the_kip.RootServer};
    for (size_t i = 0; i < ARRAY_LEN(servers); i++)
        if (servers[i]->low < high && servers[i]->high > low)
            return false;
    return ram && (high <= KERNEL_PHYSICAL || low >= KERNEL_END);
}

static uint64_t ram_total(void)
{
    uint64_t sum = 0;
    for (word_t i = 0; i < kip_memory_count(); i++)
        if (descriptor_is(kip_memory(i), L4_MEM_CONVENTIONAL))
            sum += (uint64_t)descriptor_high(kip_memory(i)) + 1 - descriptor_low(kip_memory(i));
    return sum;
}

/* The kernel's memory at the end of RAM is not called conventional, so that programs can use the
 * highest conventional word. */
static void conventional_shrink(void)
{
    for (word_t i = 0; i < kip_memory_count(); i++) {
        L4_MemoryDesc_t *d = kip_memory(i);
        if (descriptor_is(d, L4_MEM_CONVENTIONAL) && descriptor_low(d) < pool.low &&
            descriptor_high(d) == pool.high - 1)
            d->raw[1] = (pool.low - 1) & ~0x3FFu;
    }
}

/* A loader that reserved nothing: an eighth of memory, as high as it fits. */
static void pool_from_ram(void)
{
    uint32_t size = kmem_option ? kmem_option : (uint32_t)(ram_total() / 8);
    size = size < POOL_MIN ? POOL_MIN : size & ~PAGE_MASK;
    for (paddr_t low = POOL_LIMIT - size; low >= KERNEL_END && low < POOL_LIMIT; low -= PAGE_SIZE)
        if (is_plain_ram(low, low + size)) {
            pool.low = low;
            pool.high = low + size;
            conventional_shrink();
            kip_add_memory(low, low + size - 1, L4_MEM_RESERVED, false);
            return;
        }
}

/* Makes the pool visible in the window, with tables from the pool's own end on old processors. */
static void pool_map(void)
{
    for (paddr_t at = pool.low & ~(LARGE_SIZE - 1); at < pool.high; at += LARGE_SIZE) {
        word_t *slot = &boot_directory[(KERNEL_WINDOW + at) >> LARGE_BITS];
        if (at == 0)
            continue; /* boot_table has it */
        if (cpu_has(CPU_PSE)) {
            *slot = at | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_LARGE;
            continue;
        }
        pool.high -= PAGE_SIZE;
        word_t *table = peek(pool.high);
        boot_table[(SCRATCH - KERNEL_WINDOW) / PAGE_SIZE] |= ENTRY_WRITE;
        flush_page(SCRATCH);
        for (word_t i = 0; i < 1024; i++)
            table[i] = (at + i * PAGE_SIZE) | ENTRY_PRESENT | ENTRY_WRITE;
        *slot = pool.high | ENTRY_PRESENT | ENTRY_WRITE;
    }
}

bool arch_frame_usable(paddr_t p, uint32_t size)
{
    return !(p < KERNEL_END && p + size > KERNEL_PHYSICAL) &&
           !(p < pool.high && p + size > pool.low);
}

/* Returns log2 of the number of thread numbers: four times the threads that the pool can hold,
 * because numbers may be sparse.  Programs of other kernels compute numbers, for example 1024 for
 * each task; so there are 2^17 and more, but for small machines. */
static word_t thread_bits(void)
{
    word_t bits = pool.high - pool.low >= POOL_OF_64_MB ? 17 : 14;
    while (bits < L4_ID_NUMBER_BITS && (1u << bits) / 4 < (pool.high - pool.low) / THREAD_BLOCK)
        bits++;
    return bits;
}

/* ---- the first threads */

static void idle_create(void)
{
    struct thread *t = (struct thread *)idle_block;
    t->space = &kernel_space;
    t->state = THREAD_READY;
    t->canary = STACK_CANARY;
    list_init(&t->senders); /* threads without an existing redirector: redirect.c */
    list_init(&t->in_wheel);
    idle_thread = t;
    THE_TSS->esp0 = (word_t)t + THREAD_BLOCK; /* it is current now */
}

static struct thread *server_create(word_t number, word_t scheduler, word_t pager,
                                    const L4_KernelRootServer_t *where)
{
    word_t id = number << L4_ID_VERSION_BITS | 1;
    struct space *s = space_create();
    struct thread *t = s ? thread_create(s, id, scheduler) : NULL;
    if (!t || space_configure(s, INITIAL_KIP | PAGE_BITS << L4_FPAGE_SIZE_SHIFT,
                              INITIAL_UTCB | INITIAL_UTCB_LOG2 << L4_FPAGE_SIZE_SHIFT) ||
        thread_activate(t, INITIAL_UTCB, pager))
        panic("kernel memory too small to start");
    s->privileged = true;
    t->priority = PRIORITY_INITIAL;
    t->receive_result = L4_IPC_CANCELLED; /* no start message: it begins at once */
    t->state = THREAD_READY;
    arch_set_user_ip(t, where->ip);
    arch_set_user_sp(t, where->sp);
    sched_enqueue(t);
    return t;
}

static void servers_create(void)
{
    word_t sigma0_id = USER_BASE << L4_ID_VERSION_BITS | 1;
    word_t root_id = (USER_BASE + 2) << L4_ID_VERSION_BITS | 1;
    struct thread *sigma0 = server_create(USER_BASE, root_id, L4_ID_NIL, &the_kip.Sigma0);
    sigma0->space->is_sigma0 = sigma0->space->has_frames = true;
    struct space *far_frames = space_create();
    if (!far_frames)
        panic("kernel memory too small to start");
    map_far_frames(far_frames);
    if (!arch_ports_open && !io_give_all(sigma0->space))
        panic("kernel memory too small to start");
    if (the_kip.Sigma1.high > the_kip.Sigma1.low)
        server_create(USER_BASE + 1, root_id, sigma0_id, &the_kip.Sigma1);
    server_create(USER_BASE + 2, root_id, sigma0_id, &the_kip.RootServer);
}

/* ---- the way up */

static void memory_start(void)
{
    pool_from_loader();
    if (!pool.high)
        pool_from_ram();
    if (pool.high - pool.low < POOL_MIN / 2)
        panic("no room for kernel memory: %lu KB found",
              (unsigned long)(pool.high - pool.low) / 1024);
    kip_add_memory(KERNEL_PHYSICAL, KERNEL_END - 1, L4_MEM_RESERVED, false);
    kip_add_memory(0, USER_LIMIT - 1, L4_MEM_CONVENTIONAL, true);
    pool_map();
    kmem_init((void *)(KERNEL_WINDOW + pool.low), pool.high - pool.low);
}

void boot_main(void)
{
    console_init();
    kernel_directory = boot_directory;
    options_read();
    cpu_detect();
    memory_start();
    word_t bits = thread_bits();
    paging_init(bits);
    cpu_load_tables();
    if (cpu_has(CPU_SEP))
        the_kip.Ipc = the_kip.Lipc = (word_t)kip_ipc_sysenter - (word_t)&the_kip;
    if (cpu_has(CPU_FAST))
        the_kip.Unmap = (word_t)kip_unmap_sysenter - (word_t)&the_kip;
    kip_publish(bits, !arch_ports_open);
    kprintf("kernel   Pecan 0.1, L4 X.2, at %lx-%lx\n", (unsigned long)KERNEL_PHYSICAL,
            (unsigned long)KERNEL_END - 1);
    cpu_describe();
    kprintf("memory   %lu KB conventional, %lu KB for the kernel at %lx\n",
            (unsigned long)(ram_total() >> 10), (unsigned long)(pool.high - pool.low) >> 10,
            (unsigned long)pool.low);
    kprintf("kip      API 84.05, %lu thread numbers, Ipc by %s\n", 1ul << bits,
            cpu_has(CPU_SEP) ? "sysenter" : "trap");
    fpu_init();
    map_init();
    io_init();
    space_init();
    thread_init();
    sched_init();
    timer_init();
    pic_init();
    irq_init();
    idle_create();
    pit_init();
    kip_publish_speed(pit_measure_khz());
    servers_create();
    trace_boot();
    if (gdb_wanted)
        gdb_init();
    if (gdb_here && gdb_waits)
        __asm__ volatile("int3");
    sched_idle();
}
