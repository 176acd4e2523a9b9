/* SPDX-License-Identifier: MIT */
/* Unmap, and all else that removes mappings.  Spec 7.3.
 * Before: spacecontrol.c (Unmap), arch/x86/fastpath.asm (the quick way), map.c (a page that is
 * replaced), thread.c (the end of a space).  After: mdb.c.
 *
 * Unmap goes through a row of page table entries in portions, and a long walk below one page pauses
 * by itself (mdb.c).  After each pause, Unmap looks everything up again by its address. */
#include "fpage.h"
#include "io.h"
#include "map.h"
#include "sched.h"

#define PORTION 64 /* the most entries of a table between two preemption points */

/* ---- what mdb.c asks of the hardware */

void entry_flush(const word_t *entry)
{
    if (arch_entry_space(entry) == current->space)
        arch_tlb_flush(arch_entry_vaddr(entry));
}

static inline word_t entry_enter(struct mapping *m, word_t drop)
{
    word_t old = *m->entry;
    drop |= ENTRY_STATUS;
    if (old & drop) {
        *m->entry = old & ~drop;
        entry_flush(m->entry);
    }
    return entry_status(old) & MDB_STATUS;
}

word_t mapping_enter(struct mapping *m, word_t drop)
{
    return entry_enter(m, drop);
}

/* Removes m.  Pre: m has no children.  Returns the access status of its entry and its pass status;
 * the bits above MDB_STATUS are undefined. */
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

/* Removes m.  Pre: m has no children; `fresh` is what was found below m.  Returns what a query at m
 * reports; the bits above MDB_STATUS are undefined. */
static word_t root_remove(struct mapping *m, word_t fresh)
{
    struct mapping *parent = mdb_parent(m);
    word_t own = m->parent_bits, unread = mdb_unread(m);
    fresh = (fresh | leaf_remove(m)) & MDB_STATUS;
    if (parent)
        parent->parent_bits |= (fresh | unread) * (1 | 1 << MDB_UP_SHIFT);
    return fresh | own;
}

bool mapping_pause(bool interrupts_only)
{
    if (interrupts_only) {
        arch_interrupt_window();
        return false;
    }
    return preempt_point() == OTHERS_RAN;
}

/* ---- one page */

/* Removes the nodes below m, if they are one leaf at most.
 * Post: *fresh is what was found at the leaf that was removed; 0 if none was.
 * Returns true if no node is left below m. */
static inline bool child_remove(struct mapping *m, word_t *fresh)
{
    struct mapping *child = m->next;
    *fresh = 0;
    if (!mdb_is_child(child, m))
        return true;
    if (!mdb_is_leaf(child))
        return false;
    *fresh = mdb_unread(child);
    *fresh |= leaf_remove(child);
    *fresh &= MDB_STATUS;
    return mdb_is_leaf(m);
}

bool unmap_node(struct mapping *m)
{
    word_t fresh;
    if (!child_remove(m, &fresh)) {
        m->parent_bits |= fresh * (1 | 1 << MDB_UP_SHIFT);
        return false;
    }
    root_remove(m, fresh);
    return true;
}

void unmap_tree(struct mapping *m)
{
    struct mdb_walk w = {.root = m, .removes = true, .root_too = true};
    mdb_walk(&w);
}

/* ---- rows of a table */

/* Unmaps the page of m, if there is one leaf below m at most.  Returns false if there is more: the
 * page is not done then. */
static inline bool page_unmap(struct mapping *m, struct unmapping *u)
{
    bool removes = u->rights == L4_FPAGE_RWX;
    word_t fresh = 0;
    if (removes ? !child_remove(m, &fresh) : !mdb_is_leaf(m)) {
        m->parent_bits |= fresh * (1 | 1 << MDB_UP_SHIFT);
        return false;
    }
    if (removes && u->flush) {
        u->status |= root_remove(m, fresh);
        return true;
    }
    static_assert(L4_FPAGE_W == ENTRY_WRITE, "the right to write is one bit in both");
    fresh |= entry_enter(m, u->flush ? u->rights & ENTRY_WRITE : 0);
    u->status |= mdb_query(m, fresh);
    return true;
}

/* What was accessed at m, or at a leaf below m whose entry was `old`, goes to u's status. */
static __attribute__((noinline)) void note_access(struct mapping *m, word_t old,
                                                  struct unmapping *u)
{
    u->status |= mdb_query(m, entry_status(old) | entry_enter(m, 0));
}

/* The commonest case: removes what other spaces hold of the pages from `node` to *end, as long as
 * there is one leaf below a page at most.  A page that was accessed takes longer, so *end is nearer
 * then.
 * Returns the first place that is not done. */
static __attribute__((noinline)) struct mapping **
children_unmap(struct mapping **node, struct mapping ***end, struct unmapping *u)
{
    struct space *loaded = current->space;
    struct mapping **last = *end;
    for (; node < last; node++) {
        struct mapping *m = *node;
        if (!m)
            continue;
        struct mapping *child = m->next;
        word_t old = 0;
        if (child && child->parent_bits == (word_t)m) { /* m's child, with nothing to report up */
            if (child->next || (child->prev_bits & MDB_BITS))
                break;
            m->next = NULL;
            old = mapping_clear(child->entry, loaded);
            slab_free(&mapping_nodes, child);
        } else if (mdb_is_child(child, m)) {
            break;
        }
        if ((old & ENTRY_STATUS) || (*m->entry & ENTRY_STATUS) || (m->parent_bits & MDB_STATUS)) {
            note_access(m, old, u);
            last -= last - node > 1;
        }
    }
    *end = last;
    return node;
}

/* Unmaps the pages from `node` to `end`, or fewer if that takes long.
 * Post: u->hard says whether more than one leaf is below the first page that is not done.
 * Returns the first place that is not done. */
static struct mapping **row_unmap(struct mapping **node, struct mapping **end, struct unmapping *u)
{
    bool children = u->rights == L4_FPAGE_RWX && !u->flush;
    u->hard = false;
    for (word_t cost = 0; cost < PORTION; cost += 8, node++) {
        node = children ? children_unmap(node, &end, u) : arch_skip_zero(node, end);
        if (node == end)
            break;
        u->hard = !page_unmap(*node, u);
        if (u->hard)
            break;
    }
    return node;
}

/* Unmaps the page of *node, below which there may be any number of nodes.  Returns true if other
 * threads have run.  Blocks. */
static bool tree_unmap(struct mapping **node, struct unmapping *u)
{
    struct mdb_walk w = {.root = *node, .removes = u->rights == L4_FPAGE_RWX, .root_too = u->flush,
                         .drop = u->rights & ENTRY_WRITE};
    bool disturbed = mdb_walk(&w);
    u->status |= w.status;
    return disturbed;
}

bool unmap_some(struct unmapping *u)
{
    struct space *s = u->space;
    while (u->at <= u->last) {
        word_t *entry = arch_table_entry(s, u->at);
        if (!entry) {
            if (!space_next_table(s, &u->at))
                break;
            continue;
        }
        struct kpage *table = kpage_of(entry);
        vaddr_t next = (u->at | (LARGE_SIZE - 1)) + 1; /* behind this round's pages */
        if (next > u->last)
            next = u->last + 1;
        if (table->table.nodes && table->used) {
            struct mapping **node = arch_entry_node(entry),
                           **end = node + ((next - u->at) >> PAGE_BITS);
            struct mapping **first = arch_skip_zero(node, end);
            u->at += (vaddr_t)(first - node) << PAGE_BITS;
            if (end - first > PORTION)
                end = first + PORTION;
            struct mapping **stop = row_unmap(first, end, u);
            next = u->at + ((vaddr_t)(stop - first) << PAGE_BITS);
            if (u->hard) {
                u->at = next;
                if (preempt_point() == OTHERS_RAN)
                    return false;
                if (!u->tables) /* else u->at stays, so that an emptied table is found again */
                    u->at = next += PAGE_SIZE;
                if (tree_unmap(stop, u))
                    return false;
            }
        }
        if (u->tables && !table->used)
            arch_table_remove(s, u->at);
        u->at = next;
        if (next <= u->last && preempt_point() == OTHERS_RAN) /* after a tick alone it goes on */
            return false;
    }
    return true;
}

/* ---- whole calls */

bool unmap_all(struct space *s)
{
    struct unmapping u = {.space = s, .last = USER_LIMIT - 1, .rights = L4_FPAGE_RWX,
                          .flush = true, .tables = true};
    return !unmap_some(&u) || (s->io && io_unmap(s, L4_FPAGE_COMPLETE_IO, true));
}

/* The result of Unmap: fpage, with the access status in place of its rights. */
static word_t result(word_t fpage, word_t status)
{
    static_assert(L4_FPAGE_R == MDB_READ << 2 && L4_FPAGE_W == MDB_WRITTEN, "two shifts");
    return (fpage & ~(word_t)L4_FPAGE_RWX) | (status & MDB_READ) << 2 | (status & MDB_WRITTEN);
}

word_t unmap_fpage(struct thread *self, word_t fpage, bool flush)
{
    word_t mask = fpage_mask(fpage), base = fpage_base(fpage);
    struct unmapping u = {.space = self->space, .at = base, .last = base + mask,
                          .rights = fpage_rights(fpage), .flush = flush};
    if (u.last >= USER_LIMIT)
        u.last = USER_LIMIT - 1;
    if (mask && base < USER_LIMIT)
        while (!unmap_some(&u) && self->space == u.space) /* else self has migrated: it stops */
            ;
    return result(fpage, u.status);
}

/* Unmaps the page of m, if there is one leaf below m at most.  Returns 0 if there is more.  It is a
 * function of its own, so that its stack frame costs nothing where nothing is mapped. */
static __attribute__((noinline)) word_t quick_page(struct mapping *m, word_t fpage)
{
    struct unmapping u = {.rights = fpage_rights(fpage)};
    return page_unmap(m, &u) ? result(fpage, u.status) : 0;
}

word_t unmap_quickly(word_t control, word_t fpage)
{
    if (control || (fpage & L4_FPAGE_SIZE_MASK) != PAGE_BITS << L4_FPAGE_SIZE_SHIFT ||
        fpage >= USER_LIMIT)
        return 0;
    word_t table = *arch_directory_entry(current->space, fpage), nodes = 0;
    word_t *entry = &arch_table_of(table)[fpage >> PAGE_BITS & 1023u];
    if (table & ENTRY_PRESENT)
        nodes = kpage_of(entry)->table.nodes;
    struct mapping *m = nodes ? *(struct mapping **)((word_t)entry + nodes) : NULL;
    if (m && ((*entry & ENTRY_STATUS) || (m->parent_bits & MDB_STATUS) ||
              !mdb_is_leaf(m)))
        return quick_page(m, fpage);
    return fpage & ~(word_t)L4_FPAGE_RWX;
}
