/* SPDX-License-Identifier: MIT */
/* Moves boot modules, so that each has whole pages of its own, outside the place of physmem.
 *
 * Boot loaders put modules at any byte, next to each other, or at physmem's place. */
#include "wortel.h"
#include <string.h>
#include <l4/kip.h>

static L4_Word_t log2_up(L4_Word_t size)
{
    L4_Word_t log2 = 12;
    while (log2 < 31 && (1ul << log2) < size)
        log2++;
    return log2;
}

static bool overlap(L4_Word_t a, L4_Word_t a_end, L4_Word_t b, L4_Word_t b_end)
{
    return a < b_end && b < a_end;
}

/* Each of these pages belongs to the module, or to nobody: then it is wortel's now. */
static bool take_pages(const struct module *m, L4_Word_t at, L4_Word_t end)
{
    for (L4_Word_t page = at; page < end; page += PAGE) {
        if (overlap(page, page + PAGE, m->start, m->end) || memory_claim(page, page + PAGE))
            continue;
        memory_unused(at, page < m->start ? page : m->start);
        memory_unused(at > m->end ? at : page_up(m->end), page);
        return false;
    }
    return true;
}

/* True: nothing that wortel needs is there, besides the module itself.  sigma0 cannot say this: it
 * gives wortel again what wortel has. */
static bool is_free(const struct module *m, L4_Word_t at, L4_Word_t end)
{
    const L4_KernelRootServer_t *root = &L4_KIP_OF(kip)->RootServer;
    if (!memory_is_ram(at, end) || memory_is_unused(at, end) ||
        overlap(at, end, root->low, root->high + 1))
        return false;
    for (unsigned i = 0; i < module_count; i++) {
        const struct module *other = &modules[i];
        if (other != m && overlap(at, end, page_down(other->start), page_up(other->end)))
            return false;
    }
    return true;
}

/* Moves the module to `at`, which may lie in its old place. */
static void move(struct module *m, L4_Word_t at)
{
    L4_Word_t size = m->end - m->start;
    memmove((void *)at, (const void *)m->start, size);
    m->start = at;
    m->end = at + size;
}

/* Moves the module behind physmem's place or behind another module.  In small memory there may be
 * no large block for it, but much of its new place may be its old one. */
static bool move_behind(struct module *m, L4_Word_t place, L4_Word_t place_end)
{
    L4_Word_t size = page_up(m->end - m->start);
    for (unsigned i = 0; i <= module_count; i++) {
        L4_Word_t at = i == 0 ? place_end : page_up(modules[i - 1].end);
        if (at <= -size && !overlap(at, at + size, place, place_end) && is_free(m, at, at + size) &&
            take_pages(m, at, at + size)) {
            move(m, at);
            return true;
        }
    }
    return false;
}

/* Moves the module to a block that sigma0 chooses. */
static bool move_anywhere(struct module *m, L4_Word_t place, L4_Word_t place_end)
{
    L4_Word_t log2 = log2_up(m->end - m->start);
    for (int tries = 0; tries < 16; tries++) {
        L4_Word_t at = memory_any(log2), end = at + (1ul << log2);
        if (at == 0)
            break;
        if (overlap(at, end, place, place_end)) {
            memory_unused(at, place < at ? at : place);
            memory_unused(place_end, end);
            continue;
        }
        move(m, at);
        memory_unused(page_up(m->end), end);
        return true;
    }
    return false;
}

/* The whole pages of a module's old place are nobody's now, but for those that a module or physmem
 * has, or that were tried as another module's place. */
static void give_old_place(const struct module *old, L4_Word_t place, L4_Word_t place_end)
{
    L4_Word_t run = page_up(old->start), page = run;
    for (; page < page_down(old->end); page += PAGE) {
        bool used = overlap(page, page + PAGE, place, place_end) ||
                    memory_is_unused(page, page + PAGE);
        for (unsigned i = 0; i < module_count && !used; i++)
            used = overlap(page, page + PAGE, modules[i].start, modules[i].end);
        if (used) {
            memory_unused(run, page);
            run = page + PAGE;
        }
    }
    memory_unused(run, page);
}

/* Post: every module has its pages for itself, with zeroes behind its end.  If two modules share a
 * page, one of them starts in the middle of that page, and it moves. */
void place_modules(L4_Word_t from, L4_Word_t to)
{
    struct module old[MODULES_MAX];
    memcpy(old, modules, sizeof old);
    for (unsigned i = 0; i < module_count; i++) {
        struct module *m = &modules[i];
        if (m->start == page_down(m->start) && !overlap(m->start, page_up(m->end), from, to))
            continue;
        if (!move_behind(m, from, to) && !move_anywhere(m, from, to))
            boot_fail("not enough memory to move boot module '%s'.", m->name);
    }
    for (unsigned i = 0; i < module_count; i++) {
        if (modules[i].start != old[i].start)
            give_old_place(&old[i], from, to);
        memset((void *)modules[i].end, 0, page_up(modules[i].end) - modules[i].end);
    }
}
