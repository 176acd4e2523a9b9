/* SPDX-License-Identifier: MIT */
/* Address spaces: their areas, their account, their end.  What is mapped in them is map.c's. */
#include "space.h"

#include "arch.h"
#include "fpage.h"
#include "kip.h"
#include "map.h"

struct space kernel_space = {.threads = {&kernel_space.threads, &kernel_space.threads}};
static struct slab spaces;
#define SPACE_RECORD 256

/* The charge of a new space: its directory and a spare table.  The record itself is not charged. */
#define SPACE_CHARGE (2 * PAGE_SIZE)

void space_init(void)
{
    static_assert(PAGE_SIZE % SPACE_RECORD == 0 && sizeof(struct space) <= SPACE_RECORD, "slab");
    slab_init(&spaces, SPACE_RECORD);
}

struct space *space_create(void)
{
    struct space *s = slab_alloc(&spaces);
    void *directory = s ? kmem_page_alloc() : NULL;
    void *spare = directory ? kmem_page_alloc() : NULL;
    if (!spare)
        goto undo;
    memset(s, 0, sizeof *s);
    list_init(&s->threads);
    arch_directory_create(s, directory);
    s->spare_table = spare;
    space_charge(s, SPACE_CHARGE); /* no quota yet: cannot fail */
    return s;
undo:
    if (directory)
        kmem_page_free_zeroed(directory);
    if (s)
        slab_free(&spaces, s);
    return NULL;
}

void space_delete(struct space *s)
{
    assert(list_empty(&s->threads) && !s->io);
    arch_io_release(s);
    arch_space_unload(s);
    if (s->kip.size)
        *arch_table_entry(s, s->kip.base) = 0;
    if (s->spare_table)
        kmem_page_free_zeroed(s->spare_table);
    arch_directory_free(s);
    slab_free(&spaces, s);
}

bool space_next_table(struct space *s, vaddr_t *v)
{
    uint32_t slot = *v >> LARGE_BITS;
    if (slot >= USER_LIMIT >> LARGE_BITS)
        return false;
    uint32_t *word = &s->tables[slot / 32], *end = s->tables + ARRAY_LEN(s->tables);
    uint32_t bits = *word & ~0u << slot % 32;
    if (!bits) {
        word = arch_skip_zero(word + 1, end);
        if (word == end)
            return false;
        bits = *word;
    }
    uint32_t found = (uint32_t)(word - s->tables) * 32 + (uint32_t)__builtin_ctz(bits);
    if (found != slot)
        *v = found << LARGE_BITS;
    return true;
}

/* The area of an fpage; size 0 unless it lies in user memory. */
static struct area area_of(word_t fpage)
{
    word_t mask = fpage_mask(fpage);
    struct area a = {fpage_base(fpage), 0};
    if (mask && a.base < USER_LIMIT && mask < USER_LIMIT - a.base)
        a.size = mask + 1;
    return a;
}

word_t space_configure(struct space *s, word_t kip_fpage, word_t utcb_fpage)
{
    struct area kip = area_of(kip_fpage), utcb = area_of(utcb_fpage);
    if (!utcb.size)
        return L4_ERR_UTCB;
    if (!kip.size || (kip.base < utcb.base + utcb.size && utcb.base < kip.base + kip.size))
        return L4_ERR_KIP;
    word_t *slot = arch_directory_entry(s, kip.base);
    if (!(*slot & ENTRY_PRESENT)) {
        assert(s->spare_table);
        arch_table_install(s, kip.base, s->spare_table);
        s->spare_table = NULL;
    }
    word_t *entry = arch_table_entry(s, kip.base);
    *entry = kip_physical() | ENTRY_PRESENT | ENTRY_USER;
    kpage_of(entry)->used++;
    s->kip = kip;
    s->utcb = utcb;
    return L4_ERR_OK;
}

void *space_utcb_page(struct space *s, vaddr_t address)
{
    if (s->spare_table && !(*arch_directory_entry(s, address) & ENTRY_PRESENT)) {
        arch_table_install(s, address, s->spare_table);
        s->spare_table = NULL;
    }
    word_t *entry = arch_table_entry_create(s, address);
    if (!entry)
        return NULL;
    if (!(*entry & ENTRY_PRESENT)) {
        if (!space_charge(s, PAGE_SIZE))
            return NULL;
        void *page = kmem_page_alloc();
        if (!page) {
            space_uncharge(s, PAGE_SIZE);
            return NULL;
        }
        *entry = arch_physical(page) | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER;
        kpage_of(entry)->used++;
    }
    void *page = arch_kernel_address(*entry & ~PAGE_MASK);
    kpage_of(page)->used++;
    return page;
}

void space_utcb_release(struct space *s, vaddr_t address)
{
    word_t *entry = arch_table_entry(s, address);
    assert(*entry & ENTRY_PRESENT);
    void *page = arch_kernel_address(*entry & ~PAGE_MASK);
    if (--kpage_of(page)->used == 0) {
        *entry = 0;
        kpage_of(entry)->used--;
        arch_tlb_flush_page(s, address);
        kmem_page_free(page);
        space_uncharge(s, PAGE_SIZE);
    }
}
