/* SPDX-License-Identifier: MIT */
/* Page tables of users, and the kernel's own regions above 3 GB, which all directories share.
 * Every table's kpage names its space, its first address and its page of mapping nodes.
 * Users have 4 KB pages only: see docs/decisions.md. */
#include "x86.h"
#include "../../thread.h"

#define KERNEL_ENTRY (ENTRY_PRESENT | ENTRY_WRITE)
#define SLOT(v) ((v) >> LARGE_BITS)
#define INDEX(v) ((v) >> PAGE_BITS & 1023u)

word_t *kernel_directory;
static word_t *tss_table;     /* of TSS_REGION; spaces with ports have a copy */
static word_t *zero_table;    /* of TCB regions without a thread: every page reads as zero */
static word_t zero_entry;

/* ---- directories and tables of users */

void arch_table_install(struct space *s, vaddr_t v, void *table)
{
    struct kpage *info = kpage_of(table);
    assert(!(s->directory[SLOT(v)] & ENTRY_PRESENT));
    info->table.space = s;
    info->table.vaddr = v & ~(LARGE_SIZE - 1);
    info->table.nodes = 0;
    s->directory[SLOT(v)] = arch_physical(table) | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER;
    space_note_table(s, v);
}

/* A zeroed page, charged to s; NULL when memory or quota is out. */
static void *charged_page(struct space *s)
{
    if (!space_charge(s, PAGE_SIZE))
        return NULL;
    void *page = kmem_page_alloc();
    if (!page)
        space_uncharge(s, PAGE_SIZE);
    return page;
}

static void charged_page_free(struct space *s, void *page)
{
    kmem_page_free_zeroed(page);
    space_uncharge(s, PAGE_SIZE);
}

word_t *arch_table_entry_create(struct space *s, vaddr_t v)
{
    if (!(s->directory[SLOT(v)] & ENTRY_PRESENT)) {
        void *table = charged_page(s);
        if (!table)
            return NULL;
        arch_table_install(s, v, table);
    }
    return arch_table_entry(s, v);
}

word_t *arch_table_entry_node_create(struct space *s, vaddr_t v)
{
    word_t *entry = arch_table_entry_create(s, v);
    if (!entry || kpage_of(entry)->table.nodes)
        return entry;
    void *nodes = charged_page(s);
    if (!nodes)
        return NULL;
    kpage_of(entry)->table.nodes = (word_t)nodes - ((word_t)entry & ~PAGE_MASK);
    return entry;
}

void arch_table_remove(struct space *s, vaddr_t v)
{
    word_t *table = arch_table_of(s->directory[SLOT(v)]);
    struct mapping **nodes = arch_entry_node(table);
    s->directory[SLOT(v)] = 0;
    space_forget_table(s, v);
    if (s == current->space)
        load_cr3(s->directory_phys);
    if (nodes)
        charged_page_free(s, nodes);
    charged_page_free(s, table);
}

void arch_directory_create(struct space *s, void *page)
{
    s->directory = page;
    s->directory_phys = arch_physical(page);
    memcpy(s->directory + SLOT(USER_LIMIT), kernel_directory + SLOT(USER_LIMIT),
           (1024 - SLOT(USER_LIMIT)) * sizeof(word_t));
}

void arch_directory_free(struct space *s)
{
    for (vaddr_t v = 0; space_next_table(s, &v); v += LARGE_SIZE)
        arch_table_remove(s, v);
    memset(s->directory + SLOT(USER_LIMIT), 0, (1024 - SLOT(USER_LIMIT)) * sizeof(word_t));
    kmem_page_free_zeroed(s->directory);
}

/* ---- what the processor holds */

void arch_space_unload(struct space *s)
{
    assert(s != &kernel_space);
    if (s != current->space)
        return;
    current->space = &kernel_space;
    load_cr3(kernel_space.directory_phys);
}

bool user_readable(vaddr_t v, uint32_t size)
{
    if (v >= USER_LIMIT || size > USER_LIMIT - v)
        return false;
    for (vaddr_t at = v & ~PAGE_MASK; at < v + size; at += PAGE_SIZE) {
        word_t e = current->space->directory[SLOT(at)];
        if (!(e & ENTRY_PRESENT) || !(arch_table_of(e)[INDEX(at)] & ENTRY_PRESENT))
            return false;
    }
    return true;
}

static void *window(int n, paddr_t p)
{
    vaddr_t v = SCRATCH + n * PAGE_SIZE;
    arch_table_of(kernel_directory[SLOT(v)])[INDEX(v)] = (p & ~PAGE_MASK) | KERNEL_ENTRY;
    flush_page(v);
    return (void *)(v + (p & PAGE_MASK));
}

void arch_copy(paddr_t to, paddr_t from, uint32_t size)
{
    memcpy(window(0, to), window(1, from), size);
}

void paging_view(vaddr_t v, const void *page)
{
    tss_table[INDEX(v)] = arch_physical((void *)page) | ENTRY_PRESENT;
    flush_page(v);
}

/* ---- thread blocks: TCB_BASE is an array whose unused pages read as zero */

static word_t *block_entry(word_t number)
{
    vaddr_t v = (vaddr_t)thread_block(number);
    return &arch_table_of(kernel_directory[SLOT(v)])[INDEX(v)];
}

/* Post: no id, global or local, finds a thread in that block.  The fast path reads only these
 * fields. */
static void block_forget(word_t number)
{
    struct thread *t = thread_block(number);
    t->id = t->local_id = t->fast_from = L4_ID_NIL;
}

bool arch_thread_block_alloc(word_t number)
{
    word_t *entry = block_entry(number);
    if (arch_table_of(kernel_directory[SLOT((vaddr_t)thread_block(number))]) == zero_table)
        return false;
    if (entry_frame(*entry) == entry_frame(zero_entry)) { /* the processor sets its accessed bit */
        void *page = kmem_page_alloc_raw();
        if (!page)
            return false;
        *entry = arch_physical(page) | KERNEL_ENTRY;
        flush_page((vaddr_t)thread_block(number));
        block_forget(number ^ 1);
    }
    kpage_of(arch_kernel_address(*entry & ~PAGE_MASK))->used++;
    memset(thread_block(number), 0, sizeof(struct thread));
    return true;
}

void arch_thread_block_free(word_t number)
{
    word_t *entry = block_entry(number);
    assert(entry_frame(*entry) != entry_frame(zero_entry));
    void *page = arch_kernel_address(*entry & ~PAGE_MASK);
    block_forget(number); /* its page may stay */
    if (--kpage_of(page)->used == 0) {
        *entry = zero_entry;
        flush_page((vaddr_t)thread_block(number));
        kmem_page_free(page);
    }
}

/* ---- IO permission bitmap: a space with ports has its own copy of the TSS region's table */

bool arch_io_reserve(struct space *s)
{
    if (s->io_table)
        return true;
    if (!space_charge(s, ARCH_IO_CHARGE))
        return false;
    word_t *page[3];
    for (int i = 0; i < 3; i++) {
        page[i] = kmem_page_alloc_raw();
        if (!page[i]) {
            while (i-- > 0)
                kmem_page_free(page[i]);
            space_uncharge(s, ARCH_IO_CHARGE);
            return false;
        }
    }
    memcpy(page[0], tss_table, PAGE_SIZE);
    for (int i = 1; i < 3; i++) {
        memset(page[i], 0xFF, PAGE_SIZE);
        page[0][INDEX(IO_BITMAP) + i - 1] = arch_physical(page[i]) | KERNEL_ENTRY;
    }
    s->io_table = page[0];
    s->directory[SLOT(TSS_REGION)] = arch_physical(page[0]) | KERNEL_ENTRY | ENTRY_USER;
    if (s == current->space)
        load_cr3(s->directory_phys);
    return true;
}

void arch_io_set(struct space *s, word_t first, word_t last, bool allowed)
{
    for (word_t port = first, n; port <= last; port += n) {
        word_t *page = arch_kernel_address(
            s->io_table[INDEX(IO_BITMAP) + port / (8 * PAGE_SIZE)] & ~PAGE_MASK);
        word_t *word = &page[port / 32 % 1024], bits = ~0u << port % 32;
        n = 32 - port % 32;
        if (last - port < n - 1)
            bits &= ~0u >> (31 - last % 32);
        *word = allowed ? *word & ~bits : *word | bits;
        if (bits == ~0u) { /* whole words, as far as this page goes */
            n = 8 * PAGE_SIZE - port % (8 * PAGE_SIZE);
            n = n <= last - port ? n : (last - port + 1) & ~31u;
            memset(word, allowed ? 0 : 0xFF, n / 8);
        }
    }
}

void arch_io_release(struct space *s)
{
    if (!s->io_table)
        return;
    arch_space_unload(s);
    for (int i = 0; i < 2; i++)
        kmem_page_free(arch_kernel_address(s->io_table[INDEX(IO_BITMAP) + i] & ~PAGE_MASK));
    kmem_page_free(s->io_table);
    s->io_table = NULL;
    space_uncharge(s, ARCH_IO_CHARGE);
}

/* ---- the kernel's regions */

void arch_kpages_map(vaddr_t v, void *pages, uint32_t count, word_t *table)
{
    memset(table, 0, PAGE_SIZE);
    for (uint32_t i = 0; i < count; i++)
        table[INDEX(v) + i] = (arch_physical(pages) + i * PAGE_SIZE) | KERNEL_ENTRY;
    kernel_directory[SLOT(v)] = arch_physical(table) | KERNEL_ENTRY;
}

static word_t *boot_page(void)
{
    word_t *page = kmem_page_alloc();
    if (!page)
        panic("kernel memory too small to start");
    return page;
}

static void tcb_region_init(word_t thread_bits)
{
    zero_table = boot_page();
    zero_entry = arch_physical(boot_page()) | ENTRY_PRESENT;
    for (word_t i = 0; i < 1024; i++)
        zero_table[i] = zero_entry;
    word_t tables = ((word_t)THREAD_BLOCK << thread_bits) / LARGE_SIZE;
    for (word_t i = 0; i < (TSS_REGION - TCB_BASE) / LARGE_SIZE; i++) {
        word_t *table = i < tables ? boot_page() : zero_table;
        if (i < tables)
            memcpy(table, zero_table, PAGE_SIZE);
        kernel_directory[SLOT(TCB_BASE) + i] = arch_physical(table) | KERNEL_ENTRY;
    }
}

static void tss_region_init(void)
{
    word_t *ones = boot_page();
    memset(ones, 0xFF, PAGE_SIZE);
    word_t *bitmap = arch_ports_open ? boot_page() : ones;
    tss_table = boot_page();
    tss_table[0] = arch_physical(boot_page()) | KERNEL_ENTRY;
    tss_table[1] = tss_table[2] = arch_physical(bitmap) | KERNEL_ENTRY;
    tss_table[3] = arch_physical(ones) | KERNEL_ENTRY;
    tss_table[INDEX(GS_PAGE)] = arch_physical(boot_page()) | KERNEL_ENTRY | ENTRY_USER;
    tss_table[INDEX(GS_WRITE)] = tss_table[INDEX(GS_PAGE)] & ~ENTRY_USER;
    tss_table[INDEX(GS_PAGE)] &= ~ENTRY_WRITE;
    kernel_directory[SLOT(TSS_REGION)] = arch_physical(tss_table) | KERNEL_ENTRY | ENTRY_USER;
}

void paging_init(word_t thread_bits)
{
    tcb_region_init(thread_bits);
    tss_region_init();
    kernel_space.directory = kernel_directory;
    kernel_space.directory_phys = arch_physical(kernel_directory);
    kernel_directory[0] = 0; /* no identity mapping any more */
    load_cr3(kernel_space.directory_phys);
}
