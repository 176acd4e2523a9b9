/* SPDX-License-Identifier: MIT */
/* Unmap, and all else that takes mappings away.  Reached from spacecontrol.c (Unmap), entry.asm (the quick
 * way), map.c (a page that is replaced), thread.c (the end of a space); spec 7.3.
 *
 * Rows of a page table are gone through in portions, and long walks below one page pause by themselves (mdb.c).
 * After each pause everything is looked up again by its address. */
#include "fpage.h"
#include "map.h"
#include "sched.h"

#define PORTION 32 /* entries of a table between two preemption points */

/* ---- what mdb.c asks of the hardware */

void entry_flush(const word_t *entry)
{
    if (arch_entry_space(entry) == current->space)
        arch_tlb_flush(arch_entry_vaddr(entry));
}

word_t mapping_enter(struct mapping *m, word_t drop)
{
    word_t old = *m->entry;
    drop |= ENTRY_ACCESSED | ENTRY_DIRTY;
    if (old & drop) {
        *m->entry = old & ~drop;
        entry_flush(m->entry);
    }
    return entry_status(old) & MDB_STATUS;
}

/* Takes a leaf out, and says what was seen through it (and rubbish above). */
static inline word_t leaf_remove(struct mapping *m)
{
    word_t status = entry_status(mapping_clear(m->entry, current->space)) | m->prev_bits;
    mdb_unlink(m);
    slab_free(&mapping_nodes, m);
    return status;
}

word_t mapping_remove(struct mapping *m)
{
    return leaf_remove(m) & MDB_STATUS;
}

/* Takes m out, below which there was `fresh` to be told; returns what a query at m has to say. */
static word_t root_remove(struct mapping *m, word_t fresh)
{
    struct mapping *parent = mdb_parent(m);
    word_t own = m->parent_bits, unread = mdb_unread(m);
    fresh = (fresh | leaf_remove(m)) & MDB_STATUS;
    if (parent)
        parent->parent_bits |= (fresh | unread) * (1 | 1 << MDB_UP_SHIFT);
    return fresh | own;
}

/* What was seen through a leaf, and is news to its ancestors.  Paused walks leave it. */
static __attribute__((noinline)) word_t leaf_status(struct mapping *m)
{
    word_t status = entry_status(*m->entry) | mdb_unread(m) | m->prev_bits;
    if (m->prev_bits & MDB_WATCHED)
        mdb_unlink_watched(m);
    return status & MDB_STATUS;
}

/* Takes out m's child, the last node of the tree; returns what a query at m has to say. */
static inline word_t child_remove(struct mapping *m, struct mapping *child, struct space *loaded)
{
    word_t fresh = 0, *entry = child->entry;
    if (unlikely(*entry & (ENTRY_ACCESSED | ENTRY_DIRTY)) || unlikely(child->prev_bits & MDB_BITS) ||
        unlikely(child->parent_bits & (MDB_STATUS << MDB_UP_SHIFT)))
        fresh = leaf_status(child);
    m->next = NULL;
    mapping_clear(entry, loaded);
    slab_free(&mapping_nodes, child);
    return fresh;
}

bool mapping_pause(void)
{
    return preempt_point();
}

/* ---- one page */

static bool below_is_simple(const struct mapping *m)
{
    struct mapping *child = m->next;
    return !mdb_is_child(child, m) || !child->next;
}

bool unmap_node(struct mapping *m)
{
    if (!below_is_simple(m))
        return false;
    root_remove(m, mdb_is_leaf(m) ? 0 : child_remove(m, m->next, current->space));
    return true;
}

void unmap_tree(struct mapping *m)
{
    struct mdb_walk w = {.root = m, .removes = true, .root_too = true};
    mdb_walk(&w);
}

/* ---- rows of a table */

/* From `node` up to `end`, as long as at most one leaf hangs below a page; the first place that was not done.  The
 * commonest case, a leaf that was not used, is on the straight way. */
static struct mapping **row_unmap(struct mapping **node, struct mapping **end, struct unmapping *u)
{
    struct space *loaded = current->space;
    bool removes = u->rights == L4_FPAGE_RWX, goes = removes && u->flush;
    word_t drop = u->flush ? u->rights & ENTRY_WRITE : 0, status = u->status;
    for (; node < end; node++) {
        struct mapping *m = *node;
        if (!m)
            continue;
        word_t fresh = 0;
        if (mdb_is_child(m->next, m)) {
            if (m->next->next || !removes)
                break;
            fresh = child_remove(m, m->next, loaded);
        }
        if (goes) {
            status |= root_remove(m, fresh);
            continue;
        }
        if (*m->entry & (ENTRY_ACCESSED | ENTRY_DIRTY | drop))
            fresh |= mapping_enter(m, drop);
        if (unlikely(fresh) || unlikely(m->parent_bits & MDB_STATUS))
            status |= mdb_query(m, fresh);
    }
    u->status = status;
    return node;
}

/* The page of *node, below which there is more: true if others have run.  Blocks. */
static bool tree_unmap(struct mapping **node, struct unmapping *u)
{
    struct mdb_walk w = {.root = *node, .removes = u->rights == L4_FPAGE_RWX, .root_too = u->flush,
                         .drop = u->rights & L4_FPAGE_W ? ENTRY_WRITE : 0};
    bool disturbed = mdb_walk(&w);
    u->status |= w.status;
    return disturbed;
}

bool unmap_some(struct unmapping *u)
{
    struct space *s = u->space;
    while (u->at <= u->last && space_next_table(s, &u->at) && u->at <= u->last) {
        word_t *entry = arch_table_entry(s, u->at);
        struct kpage *table = kpage_of(entry);
        vaddr_t end = u->at | (LARGE_SIZE - 1); /* the last byte of this round */
        if (end > u->last)
            end = u->last;
        if (table->table.nodes && table->used) {
            if (end - u->at >= PORTION << PAGE_BITS)
                end = u->at + (PORTION << PAGE_BITS) - 1;
            struct mapping **node = arch_entry_node(entry);
            struct mapping **stop = node + ((end - u->at) >> PAGE_BITS) + 1;
            struct mapping **hard = row_unmap(node, stop, u);
            if (hard != stop) {
                u->at += (vaddr_t)(hard - node + 1) << PAGE_BITS;
                if (tree_unmap(hard, u))
                    return false;
                continue;
            }
        }
        if (u->tables && !table->used)
            arch_table_remove(s, u->at);
        u->at = end + 1;
        if (u->at <= u->last && preempt_point())
            return false;
    }
    return true;
}

/* ---- whole calls */

bool unmap_all(struct space *s)
{
    struct unmapping u = {.space = s, .last = USER_LIMIT - 1, .rights = L4_FPAGE_RWX, .flush = true,
                          .tables = true};
    return !unmap_some(&u);
}

static word_t result(word_t fpage, word_t status)
{
    static_assert(L4_FPAGE_R == MDB_READ << 2 && L4_FPAGE_W == MDB_WRITTEN, "two shifts");
    return (fpage & ~(word_t)L4_FPAGE_RWX) | (status & MDB_READ) << 2 | (status & MDB_WRITTEN);
}

word_t unmap_fpage(struct thread *self, word_t fpage, bool flush)
{
    word_t log2 = fpage_log2(fpage), base = fpage_base(fpage);
    struct unmapping u = {.space = self->space, .at = base, .last = base + size_mask(log2),
                          .rights = fpage_rights(fpage), .flush = flush};
    if (u.last >= USER_LIMIT)
        u.last = USER_LIMIT - 1;
    if (log2 >= PAGE_BITS && base < USER_LIMIT)
        while (!unmap_some(&u) && self->space == u.space) /* else it has migrated: not our pages */
            ;
    return result(fpage, u.status);
}

word_t unmap_quickly(word_t control, word_t fpage)
{
    if ((control & ~(word_t)L4_UNMAP_FLUSH) || fpage_size_field(fpage) != PAGE_BITS || fpage >= USER_LIMIT)
        return 0;
    word_t *entry = arch_table_entry(current->space, fpage);
    struct mapping **node = entry ? arch_entry_node(entry) : NULL;
    struct unmapping u;
    u.status = 0;
    u.rights = fpage_rights(fpage);
    u.flush = control;
    if (node && row_unmap(node, node + 1, &u) == node)
        return 0;
    return result(fpage, u.status);
}
