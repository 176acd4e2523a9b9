/* SPDX-License-Identifier: MIT */
/* Map and grant: from one page table to another, with one node of the mapping database for each
 * page.  Spec 5.11, 7.2.  Before: transfer.c (map and grant items) and fault.c (sigma0).
 * unmap.c is the way back.
 *
 * Invariant: a user entry outside KIP and UTCB areas is present  <=>  it has a node. */
#include "map.h"

#include "fpage.h"

#define MAP_BATCH 8 /* the work of one stretch, between two preemption points: so many pages */
#define ROW 32      /* the pages of row_map() that take as long */
#define FRAME_ROW 8 /* the frames of sigma0 that take a stretch when they are mapped first */

struct slab mapping_nodes;

void map_init(void)
{
    slab_init(&mapping_nodes, sizeof(struct mapping));
}

/* The node that maps v in s, or NULL. */
static inline struct mapping *lookup(struct space *s, vaddr_t v)
{
    word_t *entry = arch_table_entry(s, v);
    struct mapping **node = entry ? arch_entry_node(entry) : NULL;
    return node ? *node : NULL;
}

/* Writes m's page-table entry, and m into the table's array of nodes.  Pre: m is linked into its
 * tree. */
static inline void node_place(struct mapping *m, word_t *entry, word_t value)
{
    struct kpage *table = kpage_of(entry);
    m->entry = entry;
    *(struct mapping **)((word_t)entry + table->table.nodes) = m;
    *entry = value;
    table->used++;
}

/* Returns a new node, charged to s; NULL if memory or s's quota is out. */
static inline struct mapping *node_create(struct space *s)
{
    if (!space_charge(s, NODE_CHARGE))
        return NULL;
    struct mapping *m = slab_alloc(&mapping_nodes);
    if (!m)
        space_uncharge(s, NODE_CHARGE);
    return m;
}

/* ---- sigma0: every usable frame is mapped at its first use */

/* sigma0's 1:1 view has no room for the frames behind SIGMA0_VIEW.  Their roots are in a space in
 * which no thread runs. */
#define FAR_SHIFT 0x80000000u
static struct space *far_frames; /* frame f is mapped at f - FAR_SHIFT */

void map_far_frames(struct space *s)
{
    far_frames = s;
    s->has_frames = true;
}

bool map_idempotent(struct space *s, vaddr_t v)
{
    v &= ~PAGE_MASK;
    paddr_t frame = s == far_frames ? v + FAR_SHIFT : v;
    if (v >= USER_LIMIT || lookup(s, v))
        return v < USER_LIMIT;
    if (!space_mappable(s, v) || !arch_frame_usable(frame, PAGE_SIZE))
        return false;
    word_t *entry = arch_table_entry_node_create(s, v);
    struct mapping *m = entry ? node_create(s) : NULL;
    if (!m)
        return false;
    assert(!(*entry & ENTRY_PRESENT));
    mdb_link_root(m);
    node_place(m, entry, frame | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER);
    return true;
}

/* ---- map and grant of one page */

/* Grants: the source node m moves to the receiver's entry `to`.  m's children and parent stay. */
static int node_move(struct mapping *m, word_t *to, word_t value)
{
    if (!space_charge(arch_entry_space(to), NODE_CHARGE))
        return L4_IPC_OVERFLOW;
    word_t status = entry_status(mapping_clear(m->entry, current->space)) & MDB_STATUS;
    m->parent_bits |= status;
    mdb_report_up(m, status);
    node_place(m, to, value);
    return IPC_OK;
}

/* The caller wants to map a page from `source` to a place at which `old` is mapped.
 * Returns IPC_OK if `old` maps that page already, perhaps with more rights now; IPC_RETRY if this
 * call has unmapped `old`; or IPC_PENDING: the caller tries again after a pause, and if `blocks`,
 * the place is free then.  Blocks if `blocks`. */
static int replace(struct mapping *old, struct mapping *source, word_t value, bool grant,
                   bool blocks)
{
    if (old == source)
        return IPC_OK;
    if (!grant && mdb_parent(old) == source) {
        *old->entry |= value & ENTRY_WRITE; /* more rights, never fewer */
        entry_flush(old->entry);
        return IPC_OK;
    }
    if (unmap_node(old))
        return IPC_RETRY;
    if (blocks)
        unmap_tree(old);
    return IPC_PENDING;
}

/* Maps or grants the page at `from` to `to`.  Spec 5.11, rules 1-8.
 * Pre: both addresses are in bounds; *batch is the work that this stretch has done so far, in pages
 * (MAP_BATCH ends the stretch).
 * Returns IPC_OK, IPC_PENDING or L4_IPC_OVERFLOW, as map_fpage().  Blocks if `blocks`. */
static inline int page_map(struct space *src, vaddr_t from, struct space *dst, vaddr_t to,
                           word_t rights, bool grant, bool blocks, word_t *batch)
{
    for (;;) {
        struct mapping *source = lookup(src, from);
        if (unlikely(!source) || !space_mappable(dst, to))
            return IPC_OK;
        word_t *entry = arch_table_entry(dst, to);
        if (unlikely(!entry || !kpage_of(entry)->table.nodes)) {
            if (*batch)
                return IPC_PENDING;
            if (!(entry = arch_table_entry_node_create(dst, to)))
                return L4_IPC_OVERFLOW;
            *batch = MAP_BATCH;
        }
        word_t value = *source->entry & ~(ENTRY_STATUS | ENTRY_WRITE);
        if (rights & L4_FPAGE_W)
            value |= *source->entry & ENTRY_WRITE;
        struct mapping *m = *(struct mapping **)((word_t)entry + kpage_of(entry)->table.nodes);
        if (unlikely(m)) {
            int err = replace(m, source, value, grant, blocks && !*batch);
            if (err != IPC_RETRY)
                return err;
            *batch += MAP_BATCH / 2;
            continue; /* the source may be gone with m */
        }
        if (grant && (*source->entry & ~value & ENTRY_WRITE) && !mdb_is_leaf(source)) {
            struct mdb_walk w = {.root = source, .root_too = true, .drop = ENTRY_WRITE};
            if (blocks && !*batch) {
                mdb_walk(&w); /* nodes below the source must not keep a right that it loses */
                if (w.root) /* the walk collected the access bits: the source keeps them */
                    w.root->parent_bits |= w.status;
            }
            return IPC_PENDING;
        }
        if (grant)
            return node_move(source, entry, value);
        m = node_create(dst);
        if (!m)
            return L4_IPC_OVERFLOW;
        mdb_link_child(source, m);
        node_place(m, entry, value);
        return IPC_OK;
    }
}

/* True if no page of the `size` bytes at v is in the KIP or UTCB area of s. */
static bool row_is_mappable(const struct space *s, vaddr_t v, word_t size)
{
    return v - s->kip.base >= s->kip.size && s->kip.base - v >= size &&
           v - s->utcb.base >= s->utcb.size && s->utcb.base - v >= size;
}

/* The commonest case of many pages: maps up to `pages` pages, as long as each of them needs no more
 * than a node: both tables exist, the source is mapped and the place is empty.  A page takes a
 * third of what page_map() takes.
 * Pre: both addresses are multiples of `pages` pages, and below USER_LIMIT.
 * Returns the number of pages that it has mapped. */
static word_t row_map(struct space *src, vaddr_t from, struct space *dst, vaddr_t to, word_t rights,
                      word_t pages)
{
    word_t keep = rights & L4_FPAGE_W ? ~ENTRY_STATUS
                                      : ~(ENTRY_STATUS | ENTRY_WRITE);
    word_t *source = arch_table_entry(src, from), *entry = arch_table_entry(dst, to);
    if (!source || !entry || !row_is_mappable(dst, to, pages << PAGE_BITS))
        return 0;
    struct kpage *table = kpage_of(entry);
    word_t parents = kpage_of(source)->table.nodes, places = table->table.nodes, left = pages;
    if (!parents || !places)
        return 0;
    for (; left; left--, source++, entry++) {
        struct mapping *parent = *(struct mapping **)((word_t)source + parents);
        struct mapping **place = (struct mapping **)((word_t)entry + places);
        struct mapping *m = parent && !*place ? node_create(dst) : NULL;
        if (!m)
            break;
        mdb_link_child(parent, m);
        m->entry = entry;
        *place = m;
        *entry = *source & keep;
        table->used++;
    }
    return pages - left;
}

struct space *map_source(struct space *s, vaddr_t *v)
{
    if (!s->is_sigma0 || *v < SIGMA0_VIEW)
        return s;
    *v -= FAR_SHIFT;
    return far_frames;
}

int map_fpage(struct space *from, word_t send, struct space *to, word_t window, word_t send_base,
              bool grant, word_t *done, bool blocks)
{
    struct transfer t = fpage_transfer(send, window, send_base);
    word_t rights = fpage_rights(send);
    vaddr_t high = t.from > t.to ? t.from : t.to;
    if (unlikely(high >= SIGMA0_VIEW)) {
        from = map_source(from, &t.from);
        high = t.from > t.to ? t.from : t.to;
    }
    if (!t.mask || !rights || high >= USER_LIMIT)
        return IPC_OK;
    word_t pages = (t.mask >> PAGE_BITS) + 1, room = (USER_LIMIT - high) >> PAGE_BITS;
    if (pages > room)
        pages = room;
    bool frames = from->has_frames;
    word_t most = frames ? FRAME_ROW : ROW, row = pages < most ? pages : most;
    for (word_t batch = 0; *done < pages; batch++) {
        if (batch >= MAP_BATCH)
            return IPC_PENDING;
        vaddr_t v = t.from + (*done << PAGE_BITS);
        if (frames && !lookup(from, v)) {
            if (batch)
                return IPC_PENDING;
            for (word_t n = row - *done % row; n && map_idempotent(from, v); n--, v += PAGE_SIZE)
                batch = MAP_BATCH - 1;
            v = t.from + (*done << PAGE_BITS);
        }
        if (*done % row == 0 && !grant) {
            word_t n = row_map(from, v, to, t.to + (*done << PAGE_BITS), rights, row);
            *done += n;
            batch += n * MAP_BATCH / ROW;
            if (n == row)
                continue;
            v += n << PAGE_BITS;
        }
        int err = page_map(from, v, to, t.to + (*done << PAGE_BITS), rights, grant, blocks, &batch);
        if (err != IPC_OK)
            return err;
        if (++*done < pages && !frames && !arch_table_entry(from, v)) /* a hole of 4 MB */
            *done += ((LARGE_SIZE - 1) & ~v) >> PAGE_BITS;
    }
    return IPC_OK;
}

bool map_row(struct thread *src, const word_t *item, struct space *dst)
{
    word_t mask = fpage_mask(item[1]), rights = fpage_rights(item[1]),
           pages = (mask >> PAGE_BITS) + 1;
    vaddr_t from = item[1] & ~mask, to = item[0] & ~mask; /* fpage_transfer(), with such a window */
    if (!mask || !rights || pages > ROW || from >= USER_LIMIT || to >= USER_LIMIT)
        return false;
    return row_map(src->space, from, dst, to, rights, pages) == pages;
}

/* ---- attributes */

int map_set_attributes(struct space *s, vaddr_t *v, vaddr_t last, word_t cache_bits, bool commit)
{
    for (word_t batch = 0; batch < MAP_BATCH; batch++) {
        if (s->has_frames)
            map_idempotent(s, *v);
        struct mapping *m = lookup(s, *v);
        if (!m)
            return 0;
        if (commit) {
            *m->entry = (*m->entry & ~ENTRY_CACHE_MASK) | cache_bits;
            arch_tlb_flush_page(s, *v);
        }
        if (last - *v < PAGE_SIZE)
            return 1;
        *v += PAGE_SIZE;
    }
    return -1;
}
