/* SPDX-License-Identifier: MIT */
/* The library's policies: pure book-keeping on lists.  Before: evict.c, which asks for a victim.
 * After: hurd_page_look(), the processor's accessed bit. */
#include <hurd/policy.h>
#include <stddef.h>

/* ---- one list, in order of arrival: CLOCK, FIFO, MRU ---- */

static void list_fault(struct hurd_policy *p, struct hurd_page *page)
{
    hurd_page_append(&p->list[0], page);
}

static void list_forget(struct hurd_policy *p, struct hurd_page *page)
{
    hurd_page_remove(&p->list[0], page);
}

static void list_hint(struct hurd_policy *p, struct hurd_page *page, unsigned advice)
{
    hurd_page_remove(&p->list[0], page);
    if (advice == HURD_VM_COLD)
        hurd_page_prepend(&p->list[0], page);
    else
        hurd_page_append(&p->list[0], page);
}

static struct hurd_page *fifo_victim(struct hurd_policy *p)
{
    return p->list[0].first;
}

/* The hand stands at the head of the list; what was used goes to its end.  Once around at most. */
static struct hurd_page *clock_turn(struct hurd_page_list *list)
{
    for (uint32_t n = list->count; n > 0 && hurd_page_look(list->first); n--) {
        struct hurd_page *page = list->first;
        hurd_page_remove(list, page);
        hurd_page_append(list, page);
    }
    return list->first;
}

static struct hurd_page *clock_victim(struct hurd_policy *p)
{
    return clock_turn(&p->list[0]);
}

static void mru_touched(struct hurd_policy *p, struct hurd_page *page)
{
    hurd_page_remove(&p->list[0], page);
    hurd_page_append(&p->list[0], page);
}

/* What came last is most likely still in use: a window of pages at the end is spared. */
static struct hurd_page *mru_victim(struct hurd_policy *p)
{
    struct hurd_page *page = p->list[0].last;
    for (uint32_t spared = p->word[0] ? p->word[0] : 1; page && page->prev && spared > 0; spared--)
        page = page->prev;
    return page;
}

static void mru_hint(struct hurd_policy *p, struct hurd_page *page, unsigned advice)
{
    (void)p, (void)page, (void)advice;  /* an order of use would be lost */
}

const struct hurd_policy_ops hurd_policy_fifo = {
    .name = "fifo", .fault = list_fault, .victim = fifo_victim, .forget = list_forget,
    .hint = list_hint,
};

const struct hurd_policy_ops hurd_policy_clock = {
    .name = "clock", .fault = list_fault, .victim = clock_victim, .forget = list_forget,
    .hint = list_hint,
};

const struct hurd_policy_ops hurd_policy_mru = {
    .name = "mru", .fault = list_fault, .touched = mru_touched, .victim = mru_victim,
    .forget = list_forget, .hint = mru_hint,
};

/* ---- random ---- */

static void random_fault(struct hurd_policy *p, struct hurd_page *page)
{
    hurd_page_append(&p->list[0], page);
    page->mark = 1;
}

static void random_forget(struct hurd_policy *p, struct hurd_page *page)
{
    hurd_page_remove(&p->list[0], page);
    page->mark = 0;
}

/* xorshift32: any seed but 0. */
static uint32_t random_next(uint32_t *state)
{
    uint32_t x = *state ? *state : 2463534242u;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

/* A random place of all, until a page of the policy is there: so each of them is as likely.  If the
 * policy has few of all pages, so that this does not hit, its list is short. */
static struct hurd_page *random_victim(struct hurd_policy *p)
{
    struct hurd_page *page = p->list[0].first;
    for (int tries = 0; page && tries < 32; tries++) {
        struct hurd_page *any = hurd_page_at(p, random_next(&p->word[0]));
        if (any && any->mark)
            return any;
    }
    for (uint32_t n = page ? random_next(&p->word[0]) % p->list[0].count : 0; n > 0; n--)
        page = page->next;
    return page;
}

const struct hurd_policy_ops hurd_policy_random = {
    .name = "random", .fault = random_fault, .victim = random_victim, .forget = random_forget,
};

/* ---- 2Q: a page that comes for the first time goes through a short queue; only one that comes
 * again soon after it left is worth keeping.  A quarter of the frames for the queue, and as many
 * pages remembered as half of the frames hold (at most GHOSTS).  The main list is a clock. ---- */

enum { NEW = 0, MAIN = 1, GHOSTS = 512 };

struct ghost {
    const void *store;
    uint32_t number : 20, left : 12;    /* the page; which departure from NEW it was, modulo 4096 */
};
_Static_assert(sizeof(void *) != 4 || GHOSTS * sizeof(struct ghost) == 4096, "ops->memory");

static struct ghost *ghost_of(struct hurd_policy *p, const struct hurd_page *page)
{
    uint32_t hash = page->number ^ (uint32_t)(uintptr_t)page->store >> 2;
    return (struct ghost *)p->memory + hash % GHOSTS;
}

static bool ghost_is(struct hurd_policy *p, const struct hurd_page *page)
{
    const struct ghost *g = ghost_of(p, page);
    uint32_t frames = p->frames ? p->frames : p->pages, remembered = frames / 2;
    uint32_t ago = (p->word[1] - g->left) & 0xfff;
    if (remembered > GHOSTS)
        remembered = GHOSTS;
    return g->store == page->store && g->number == page->number && ago < remembered;
}

static void ghost_add(struct hurd_policy *p, const struct hurd_page *page)
{
    p->word[1]++;
    *ghost_of(p, page) = (struct ghost){page->store, page->number, p->word[1] & 0xfff};
}

static void twoq_fault(struct hurd_policy *p, struct hurd_page *page)
{
    page->mark = ghost_is(p, page) ? MAIN : NEW;
    hurd_page_append(&p->list[page->mark], page);
}

static void twoq_forget(struct hurd_policy *p, struct hurd_page *page)
{
    hurd_page_remove(&p->list[page->mark], page);
}

static struct hurd_page *twoq_victim(struct hurd_policy *p)
{
    uint32_t frames = p->frames ? p->frames : p->pages;
    uint32_t quarter = frames / 4 ? frames / 4 : 1;
    if (p->list[NEW].count > quarter || !p->list[MAIN].first) {
        struct hurd_page *page = p->list[NEW].first;
        if (page)
            ghost_add(p, page);
        return page;
    }
    return clock_turn(&p->list[MAIN]);
}

static void twoq_hint(struct hurd_policy *p, struct hurd_page *page, unsigned advice)
{
    hurd_page_remove(&p->list[page->mark], page);
    page->mark = advice == HURD_VM_COLD ? NEW : MAIN;
    if (advice == HURD_VM_COLD)
        hurd_page_prepend(&p->list[NEW], page);
    else
        hurd_page_append(&p->list[MAIN], page);
}

const struct hurd_policy_ops hurd_policy_2q = {
    .name = "2q", .memory = GHOSTS * sizeof(struct ghost), .fault = twoq_fault,
    .victim = twoq_victim, .forget = twoq_forget, .hint = twoq_hint,
};
