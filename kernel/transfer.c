/* SPDX-License-Identifier: MIT */
/* The typed items of a message, one after the other.  Spec 5.4, 5.11.
 * Before: ipc.c (transfer).  After: map.c, io.c, strings.c.  If an item fails, the items before it
 * stay in effect. */
#include "fpage.h"
#include "io.h"
#include "ipc.h"
#include "kip.h"
#include "map.h"
#include "space.h"
#include "strings.h"

int transfer_nil_window = L4_IPC_OVERFLOW;

/* Returns the receive window of dst.  If dst waits for its pager's reply, it is everything. */
static word_t window_of(const struct thread *dst)
{
    switch (dst->kind) {
    case IPC_USER:
        return dst->utcb->br0 & L4_ACCEPT_WINDOW_MASK;
    case IPC_PAGE_FAULT:
    case IPC_IO_FAULT:
        return L4_FPAGE_COMPLETE;
    default:
        return L4_FPAGE_NIL;
    }
}

/* dst is in the middle of a string copy, and cannot engage in another one with its pager.  So of a
 * large reply, it gets only some pages, from the page on that it asked for.
 * Returns the number of this page in the item. */
static word_t page_asked_for(const struct thread *dst, word_t fpage, word_t send_base)
{
    struct transfer t = fpage_transfer(fpage, L4_FPAGE_COMPLETE, send_base);
    word_t distance = dst->kmsg[1] - t.to;
    bool inside = t.mask && distance <= t.mask && dst->kmsg[1] < USER_LIMIT &&
                  distance < USER_LIMIT - t.from;
    return inside && t.from < USER_LIMIT ? distance >> PAGE_BITS : 0;
}

/* Performs one map or grant item: word 0 holds the send base, word 1 the send fpage.
 * Returns IPC_OK, an error, or IPC_GONE.  Blocks in large items. */
static int transfer_fpage(struct copy *c, word_t item, word_t fpage)
{
    struct thread *src = c->src, *dst = c->dst;
    bool grant = (item & L4_ITEM_TYPE_MASK) == L4_ITEM_GRANT;
    word_t window = window_of(dst);
    if (fpage == L4_FPAGE_NIL)
        return IPC_OK;
    if (window == L4_FPAGE_NIL)
        return dst->kind == IPC_USER ? transfer_nil_window : L4_IPC_OVERFLOW;
    if (!fpage_is_io(fpage) && fpage_is_io(window))
        return L4_IPC_OVERFLOW;
    struct io_cut cut = {0};
    word_t done = dst->engaged ? page_asked_for(dst, fpage, item & L4_FPAGE_BASE_MASK) : 0;
    for (bool blocks = false;; blocks = true) {
        int err = fpage_is_io(fpage) ? io_map(src->space, fpage, dst->space, window, grant, &cut)
                                     : map_fpage(src->space, fpage, dst->space, window,
                                                 item & L4_FPAGE_BASE_MASK, grant, &done, blocks);
        if (err == IPC_PENDING && dst->engaged && !c->engaged)
            return IPC_OK;
        if (err != IPC_PENDING || (err = string_pause(c)) != IPC_OK)
            return err;
    }
}

/* Shows mr[first .. at) to the receiver in the same place, with the right C bit. */
static void show_item(word_t *to, const word_t *mr, word_t first, word_t at, word_t more)
{
    to[first] = pistachio ? mr[first] : (mr[first] & ~(word_t)L4_ITEM_MORE) | more;
    for (word_t i = first + 1; i < at; i++)
        to[i] = mr[i];
}

/* Returns the place behind the item at `at`, at most `end`. */
static word_t item_end(const word_t *mr, word_t at, word_t end)
{
    bool compound;
    do {
        word_t item = mr[at];
        compound = !(item & L4_ITEM_STRING_BIT) && (item & L4_STRING_COMPOUND);
        at += item & L4_ITEM_STRING_BIT ? 2 : ((item & L4_STRING_J_MASK) >> L4_STRING_J_SHIFT) + 2;
    } while (compound && at < end);
    return at < end ? at : end;
}

int transfer_typed(struct thread *src, struct thread *dst, const word_t *mr, word_t at, word_t end)
{
    struct copy c = {.src = src, .dst = dst};
    if (dst->kind == IPC_USER && (dst->utcb->br0 & L4_ACCEPT_STRINGS))
        c.buffer = 1;
    int err = IPC_OK;
    while (at < end && err == IPC_OK) {
        word_t first = at, item = mr[at];
        if (!(item & L4_ITEM_STRING_BIT)) {
            err = string_item(&c, mr, &at, end);
        } else if (((item & L4_ITEM_TYPE_MASK) != L4_ITEM_MAP &&
                    (item & L4_ITEM_TYPE_MASK) != L4_ITEM_GRANT) || end - at < 2) {
            err = L4_IPC_OVERFLOW;
        } else {
            err = transfer_fpage(&c, item, mr[at + 1]);
            at += 2;
        }
        if (err == L4_IPC_OVERFLOW) /* the whole item tells the receiver how much room it needs */
            at = item_end(mr, first, end);
        if ((err == IPC_OK || err == L4_IPC_OVERFLOW) && dst->kind == IPC_USER)
            show_item((word_t *)dst->utcb->mr, mr, first, at, at < end ? L4_ITEM_MORE : 0);
        if (dst->engaged && !c.engaged)
            break; /* there is no pause in the middle of a copy: a pager may reply with one item */
        if (err == IPC_OK && at < end)
            err = string_pause(&c); /* one item at most in a stretch */
    }
    if (err != IPC_GONE && err != IPC_OK)
        src->error_offset = dst->error_offset = c.bytes;
    string_finish(&c);
    return err;
}
