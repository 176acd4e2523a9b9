/* SPDX-License-Identifier: MIT */
/* Map, grant and unmap: walks over page tables, one mapping-database node a page.
 * Reached from transfer.c (map and grant items) and syscall.c (Unmap); spec 5.11, 7.2, 7.3.
 *
 * Invariant: a user entry outside KIP and UTCB areas is present  <=>  it has a node.  A 4 MB mapping
 * keeps SPLIT_PAGES of kernel memory reserved, so that splitting it cannot fail. */
#include "map.h"

#include "arch.h"
#include "fpage.h"

/* A split makes a table, its node page, and 1024 nodes. */
#define ENTRIES 1024u
#define SPLIT_PAGES (2 + ENTRIES * sizeof(struct mapping) / PAGE_SIZE)
#define NODE_CHARGE (uint32_t)sizeof(struct mapping)
#define LARGE_CHARGE (SPLIT_PAGES * PAGE_SIZE)

static struct slab nodes;

void map_init(void)
{
    slab_init(&nodes, sizeof(struct mapping));
}

static bool is_large(const struct mapping *m)
{
    return *m->entry & ENTRY_LARGE;
}

static void flush_tlb(word_t *entry)
{
    arch_tlb_flush_page(arch_entry_space(entry), arch_entry_vaddr(entry));
}

/* ---- the life of a node */

/* Memory for a node of that size in s, charged; NULL when out. */
static struct mapping *node_create(struct space *s, bool large)
{
    uint32_t charge = NODE_CHARGE + (large ? LARGE_CHARGE : 0);
    if (!space_charge(s, charge))
        return NULL;
    if (large && !kmem_reserve(SPLIT_PAGES)) {
        space_uncharge(s, charge);
        return NULL;
    }
    struct mapping *m = slab_alloc(&nodes);
    if (!m) {
        if (large)
            kmem_unreserve(SPLIT_PAGES);
        space_uncharge(s, charge);
    }
    return m;
}

static void node_free(struct space *s, struct mapping *m, bool large)
{
    if (large)
        kmem_unreserve(SPLIT_PAGES);
    space_uncharge(s, NODE_CHARGE + (large ? LARGE_CHARGE : 0));
    slab_free(&nodes, m);
}

/* The mapping of m is gone for good; m has no children left. */
static void node_remove(struct mapping *m)
{
    word_t *entry = m->entry;
    struct space *s = arch_entry_space(entry);
    bool large = is_large(m);
    arch_tlb_flush_page(s, arch_entry_vaddr(entry));
    *entry = 0;
    *arch_entry_node(entry) = NULL;
    kpage_of(entry)->used--;
    mdb_unlink(m);
    node_free(s, m, large);
}

/* m, linked into its tree, takes its place in the receiver's table. */
static void node_place(struct mapping *m, struct mapping **node, word_t *entry, word_t value)
{
    m->entry = entry;
    *node = m;
    *entry = value;
    kpage_of(entry)->used++;
}

/* ---- what a walk does to each node of a subtree */

/* Reads and clears the access bits, and withdraws the right to write where asked. */
word_t mapping_enter(struct mapping *m, const struct mdb_walk *w)
{
    word_t old = *m->entry, drop = ENTRY_ACCESSED | ENTRY_DIRTY;
    if ((w->rights & L4_FPAGE_W) && (m != w->root || w->root_too))
        drop |= ENTRY_WRITE;
    if (old & drop) {
        *m->entry = old & ~drop;
        flush_tlb(m->entry);
    }
    return entry_status(old);
}

void mapping_leave(struct mapping *m, const struct mdb_walk *w)
{
    if (w->rights == L4_FPAGE_RWX && (m != w->root || w->root_too))
        node_remove(m);
}

/* A page that nobody got from us: the walk without the walk. */
static word_t leaf_unmap(struct mapping *m, const struct mdb_walk *w)
{
    word_t status = mdb_query_leaf(m, mapping_enter(m, w), w->root_too);
    mapping_leave(m, w);
    return status;
}

static word_t subtree_unmap(struct mapping *m, word_t rights, bool own_too)
{
    struct mdb_walk w = {.root = m, .rights = rights, .root_too = own_too};
    return mdb_is_leaf(m) ? leaf_unmap(m, &w) : mdb_walk(&w);
}

static void subtree_flush(struct mapping *m)
{
    subtree_unmap(m, L4_FPAGE_RWX, true);
}

/* ---- splitting 4 MB pages */

static struct mapping *tree_root(struct mapping *m)
{
    while (mdb_parent(m))
        m = mdb_parent(m);
    return m;
}

/* Turns one large mapping into a table of 1024 small ones, below the small ones of its parent
 * (which was split before it).  Uses the memory that was reserved when it was made. */
static void split_one(struct mapping *m)
{
    word_t *slot = m->entry, old = *slot;
    struct space *s = arch_entry_space(slot);
    vaddr_t base = arch_entry_vaddr(slot);
    struct mapping *parent = mdb_parent(m);
    word_t *table = kmem_page_alloc_reserved();
    struct kpage *info = kpage_of(table);
    *arch_entry_node(slot) = NULL;
    arch_table_install(s, base, table);
    info->table.shadow = kmem_page_alloc_reserved();
    struct mapping **node = info->table.shadow;
    struct mapping **above = NULL;
    if (parent) /* parent->entry still names the directory slot; its table is there now */
        above = kpage_of(arch_table_entry(arch_entry_space(parent->entry),
                                          arch_entry_vaddr(parent->entry)))->table.shadow;
    for (uint32_t i = 0; i < ENTRIES; i++) {
        table[i] = (entry_frame(old) + i * PAGE_SIZE) | (old & PAGE_MASK & ~ENTRY_LARGE);
        node[i] = slab_alloc_reserved(&nodes);
        node[i]->entry = &table[i];
        info->used++;
        if (above)
            mdb_link_child(above[i], node[i]);
        else
            mdb_link_root(node[i]);
        node[i]->parent_bits |= m->parent_bits & 15u;
    }
}

/* Splits the tree that m is in: no node of it is large afterwards. */
static void tree_split(struct mapping *m)
{
    struct mapping *root = tree_root(m);
    uint32_t count = 0;
    for (struct mapping *n = root; n; n = mdb_next(n))
        count++;
    uint32_t others = kmem_reserved() - count * SPLIT_PAGES;
    for (struct mapping *n = root; n; n = mdb_next(n))
        split_one(n);
    kmem_unreserve(kmem_reserved() - others); /* half-filled slab pages served some nodes */
    for (struct mapping *n = root, *next; n; n = next) {
        next = mdb_next(n);
        struct space *s = arch_entry_space(n->entry);
        /* LARGE_CHARGE was for table, node page and nodes: they exist now and stay charged so */
        space_uncharge(s, NODE_CHARGE);
        arch_tlb_flush_page(s, arch_entry_vaddr(n->entry));
        slab_free(&nodes, n);
    }
}

/* ---- finding the node of a user address */

static bool directory_is_large(word_t e)
{
    return (e & (ENTRY_PRESENT | ENTRY_LARGE)) == (ENTRY_PRESENT | ENTRY_LARGE);
}

/* The node that maps v in s, or NULL; *log2 tells the page size, or how far the hole reaches. */
static inline struct mapping *lookup(struct space *s, vaddr_t v, word_t *log2)
{
    word_t *entry = arch_table_entry(s, v);
    *log2 = PAGE_BITS;
    if (!entry) {
        *log2 = LARGE_BITS;
        entry = arch_directory_entry(s, v);
    }
    struct mapping **node = arch_entry_node(entry);
    return node ? *node : NULL;
}

/* ---- sigma0: every usable frame is there as soon as somebody looks */

bool map_idempotent(struct space *s, vaddr_t v)
{
    word_t log2;
    if (v >= USER_LIMIT || lookup(s, v, &log2))
        return v < USER_LIMIT;
    vaddr_t base = v & ~(LARGE_SIZE - 1);
    word_t *slot = arch_directory_entry(s, v);
    bool large = arch_large_pages && !(*slot & ENTRY_PRESENT) && base &&
                 space_mappable(s, base, LARGE_SIZE) && arch_frame_usable(base, LARGE_SIZE);
    if (!large) {
        base = v & ~PAGE_MASK;
        if (!space_mappable(s, base, PAGE_SIZE) || !arch_frame_usable(base, PAGE_SIZE))
            return false;
    }
    word_t *entry = large ? slot : arch_table_entry_create(s, base);
    struct mapping *m = entry && arch_table_make_nodes(entry) ? node_create(s, large) : NULL;
    if (!m && large) { /* no memory for a whole large page: a small one will do */
        large = false;
        base = v & ~PAGE_MASK;
        entry = arch_table_entry_create(s, base);
        m = entry && arch_table_make_nodes(entry) ? node_create(s, false) : NULL;
    }
    if (!m)
        return false;
    mdb_link_root(m);
    node_place(m, arch_entry_node(entry), entry,
               base | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER | (large ? ENTRY_LARGE : 0));
    if (large)
        space_note_table(s, base);
    return true;
}

/* ---- map and grant of one hardware page */

/* What a page would become in the receiver: frame and kind of the source, rights of both. */
static word_t derive(word_t source, word_t rights)
{
    word_t e = (source & (~PAGE_MASK | ENTRY_PRESENT | ENTRY_USER | ENTRY_LARGE | ENTRY_CACHE_MASK));
    return e | (rights & L4_FPAGE_W ? source & ENTRY_WRITE : 0);
}

/* The source node takes the receiver's entry; its children and parent notice nothing. */
static void node_move(struct mapping *m, word_t *to, word_t value)
{
    word_t *from = m->entry;
    struct space *giver = arch_entry_space(from);
    bool large = is_large(m);
    m->parent_bits |= entry_status(*from);
    mdb_report_up(m, entry_status(*from));
    *arch_entry_node(from) = NULL;
    *from = 0;
    kpage_of(from)->used--;
    arch_tlb_flush_page(giver, arch_entry_vaddr(from));
    space_uncharge(giver, NODE_CHARGE + (large ? LARGE_CHARGE : 0));
    node_place(m, arch_entry_node(to), to, value);
}

/* Maps source to `entry` of the receiver, both of one size.  Spec 5.11, rules 3-8. */
static int page_map(struct mapping *source, word_t *entry, word_t rights, bool grant)
{
    if (!arch_table_make_nodes(entry))
        return L4_IPC_OVERFLOW;
    struct mapping **node = arch_entry_node(entry);
    struct mapping *old = *node;
    if (old == source)
        return IPC_OK;
    word_t value = derive(*source->entry, rights);
    if (old && !grant && mdb_parent(old) == source && entry_frame(*entry) == entry_frame(value)) {
        *entry |= value & ENTRY_WRITE; /* more rights, never fewer */
        flush_tlb(entry);
        return IPC_OK;
    }
    struct space *to = arch_entry_space(entry);
    bool large = is_large(source);
    struct mapping *m = NULL;
    if (!grant)
        m = node_create(to, large);
    else if (space_charge(to, NODE_CHARGE + (large ? LARGE_CHARGE : 0)))
        m = source;
    if (!m)
        return L4_IPC_OVERFLOW;
    word_t *source_entry = source->entry;
    if (old)
        subtree_flush(old); /* may take source with it, if old is its ancestor */
    if (!(*source_entry & ENTRY_PRESENT)) {
        if (grant)
            space_uncharge(to, NODE_CHARGE + (large ? LARGE_CHARGE : 0));
        else
            node_free(to, m, large);
        return IPC_OK;
    }
    if (grant) {
        node_move(m, entry, value);
    } else {
        mdb_link_child(source, m);
        node_place(m, node, entry, value);
    }
    if (large)
        space_note_table(to, arch_entry_vaddr(entry));
    return IPC_OK;
}

/* The receiver's entry for a large page at v: an empty directory slot, whatever was there gone. */
static word_t *large_slot(struct space *s, vaddr_t v)
{
    word_t *slot = arch_directory_entry(s, v);
    if (*slot && !(*slot & ENTRY_LARGE)) {
        unmap_range(s, v, LARGE_SIZE);
        arch_table_remove(s, v);
    }
    return slot;
}

/* Maps the page that holds `from`, of `left` + 1 bytes; *done is how many bytes that settled. */
static inline int step_map(struct space *src, vaddr_t from, struct space *dst, vaddr_t to,
                           uint32_t left, word_t rights, bool grant, uint32_t *done)
{
    word_t log2;
    if (src->is_sigma0)
        map_idempotent(src, from);
    struct mapping *source = lookup(src, from, &log2);
    *done = PAGE_SIZE;
    if (!source) {
        uint32_t hole = log2 == LARGE_BITS ? LARGE_SIZE - (from & (LARGE_SIZE - 1)) : PAGE_SIZE;
        *done = hole;
        return IPC_OK;
    }
    if (log2 == LARGE_BITS) {
        bool whole = !((from | to) & (LARGE_SIZE - 1)) && left >= LARGE_SIZE - 1 &&
                     space_mappable(dst, to, LARGE_SIZE);
        word_t *slot = whole ? large_slot(dst, to) : NULL;
        if (slot && (source = lookup(src, from, &log2)) && log2 == LARGE_BITS) {
            *done = LARGE_SIZE;
            return page_map(source, slot, rights, grant);
        }
        source = lookup(src, from, &log2);
        if (source && log2 == LARGE_BITS) {
            tree_split(source);
            source = lookup(src, from, &log2);
        }
        if (!source)
            return IPC_OK;
    }
    if (!space_mappable(dst, to, PAGE_SIZE))
        return IPC_OK;
    word_t *slot = arch_directory_entry(dst, to);
    if (directory_is_large(*slot)) {
        tree_split(*arch_entry_node(slot));
        source = lookup(src, from, &log2);
    }
    word_t *entry = arch_table_entry_create(dst, to);
    return entry ? page_map(source, entry, rights, grant) : L4_IPC_OVERFLOW;
}

int map_fpage(struct space *from, word_t send, struct space *to, word_t window, word_t send_base,
              bool grant)
{
    struct transfer t = fpage_transfer(send, window, send_base);
    word_t rights = fpage_rights(send);
    if (t.log2 < PAGE_BITS || !rights)
        return IPC_OK;
    vaddr_t high = t.from > t.to ? t.from : t.to;
    if (high >= USER_LIMIT)
        return IPC_OK;
    word_t left = size_mask(t.log2); /* bytes left, less one */
    if (left > USER_LIMIT - 1 - high)
        left = USER_LIMIT - 1 - high;
    for (;;) {
        uint32_t done;
        int err = step_map(from, t.from, to, t.to, left, rights, grant, &done);
        if (err != IPC_OK || done > left)
            return err;
        left -= done;
        t.from += done;
        t.to += done;
    }
}

/* ---- unmap */

/* Applies an unmap to the pages [first, last] of one table; returns their status. */
static word_t table_unmap(word_t *entry, uint32_t count, word_t rights, bool flush)
{
    word_t status = 0;
    struct kpage *info = kpage_of(entry);
    struct mapping **node = arch_entry_node(entry);
    if (!node)
        return 0;
    for (struct mapping **end = node + count; node < end && info->used; node++)
        if (*node)
            status |= subtree_unmap(*node, rights, flush);
    return status;
}

/* Applies an unmap to every page of [first, last] that s holds; returns their status.  Goes from
 * one 4 MB slot that may hold something to the next. */
static word_t range_unmap(struct space *s, vaddr_t first, vaddr_t last, word_t rights, bool flush)
{
    word_t status = 0;
    for (vaddr_t v = first; space_next_table(s, &v) && v <= last;) {
        vaddr_t end = v | (LARGE_SIZE - 1); /* of this slot, or of the range */
        if (end > last)
            end = last;
        word_t *slot = arch_directory_entry(s, v);
        if (!directory_is_large(*slot)) {
            status |= table_unmap(arch_table_entry(s, v), ((end - v) >> PAGE_BITS) + 1, rights, flush);
        } else if (end - v == LARGE_SIZE - 1) {
            status |= subtree_unmap(*arch_entry_node(slot), rights, flush);
        } else {
            tree_split(*arch_entry_node(slot));
            continue;
        }
        if (end == last)
            break;
        v = end + 1;
    }
    return status;
}

void unmap_range(struct space *s, vaddr_t base, uint32_t size)
{
    range_unmap(s, base, base + size - 1, L4_FPAGE_RWX, true);
}

void unmap_all(struct space *s)
{
    range_unmap(s, 0, USER_LIMIT - 1, L4_FPAGE_RWX, true);
}

word_t unmap_fpage(struct space *s, word_t fpage, bool flush)
{
    word_t log2 = fpage_log2(fpage), status = 0;
    word_t *entry = log2 == PAGE_BITS && fpage_base(fpage) < USER_LIMIT
                        ? arch_table_entry(s, fpage_base(fpage))
                        : NULL;
    vaddr_t first = fpage_base(fpage), last = first + size_mask(log2);
    if (entry)
        status = table_unmap(entry, 1, fpage_rights(fpage), flush);
    else if (log2 >= PAGE_BITS && first < USER_LIMIT)
        status = range_unmap(s, first, last < USER_LIMIT ? last : USER_LIMIT - 1,
                             fpage_rights(fpage), flush);
    word_t rwx = (status & MDB_READ ? L4_FPAGE_R : 0) | (status & MDB_WRITTEN ? L4_FPAGE_W : 0);
    return (fpage & ~(word_t)L4_FPAGE_RWX) | rwx;
}

/* ---- attributes */

bool map_set_attributes(struct space *s, word_t fpage, word_t cache_bits)
{
    word_t bits = fpage_log2(fpage), log2;
    if (bits < PAGE_BITS)
        return true;
    uint64_t end = fpage_base(fpage) + ((uint64_t)1 << bits);
    for (int commit = 0; commit <= 1; commit++) {
        for (uint64_t v = fpage_base(fpage); v < end && v < USER_LIMIT;) {
            if (s->is_sigma0)
                map_idempotent(s, v);
            struct mapping *m = lookup(s, v, &log2);
            if (!m)
                return false;
            if (log2 == LARGE_BITS && (v & (LARGE_SIZE - 1) || v + LARGE_SIZE > end)) {
                tree_split(m);
                continue;
            }
            if (commit) {
                *m->entry = (*m->entry & ~ENTRY_CACHE_MASK) | cache_bits;
                flush_tlb(m->entry);
            }
            v = (v | size_mask(log2)) + 1;
        }
    }
    return true;
}
