/* SPDX-License-Identifier: MIT */
/* The message itself: tag, untyped words, typed items, in this order.  Spec 5.4, 5.11.
 * Before: ipc.c (deliver).  After: map.c, io.c.  A failing item leaves the earlier ones in effect. */
#include "fpage.h"
#include "io.h"
#include "ipc.h"
#include "map.h"
#include "space.h"

/* The receive window.  A thread that waits for its pager's answer takes anything anywhere. */
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

/* One map or grant item: word 0 holds the send base, word 1 the send fpage. */
static int transfer_fpage(struct thread *src, struct thread *dst, word_t item, word_t fpage)
{
    bool grant = (item & L4_ITEM_TYPE_MASK) == L4_ITEM_GRANT;
    word_t window = window_of(dst);
    if (fpage == L4_FPAGE_NIL)
        return IPC_OK;
    if (window == L4_FPAGE_NIL)
        return L4_IPC_OVERFLOW;
    if (fpage_is_io(fpage))
        return io_map(src->space, fpage, dst->space, window, grant);
    if (fpage_is_io(window))
        return L4_IPC_OVERFLOW;
    return map_fpage(src->space, fpage, dst->space, window, item & L4_FPAGE_BASE_MASK, grant);
}

/* Walks the items in mr[at .. end).  `copy` is the receiver's register file, or NULL if nobody
 * looks at it. */
static int transfer_typed(struct thread *src, struct thread *dst, const word_t *mr, word_t at,
                          word_t end, word_t *copy)
{
    while (at < end) {
        word_t item = mr[at];
        word_t type = item & L4_ITEM_TYPE_MASK;
        if (type != L4_ITEM_MAP && type != L4_ITEM_GRANT)
            return L4_IPC_OVERFLOW; /* TODO(transfer): strings; docs/gaps.md */
        if (at + 2 > end)
            return L4_IPC_OVERFLOW;
        int err = transfer_fpage(src, dst, item, mr[at + 1]);
        if (err != IPC_OK)
            return err;
        if (copy) {
            copy[at] = at + 2 < end ? item | L4_ITEM_MORE : item & ~(word_t)L4_ITEM_MORE;
            copy[at + 1] = mr[at + 1];
        }
        at += 2;
    }
    return IPC_OK;
}

int transfer_message(struct thread *src, struct thread *dst, word_t tag_flags)
{
    const word_t *from = src->kind == IPC_USER ? (const word_t *)src->utcb->mr : src->kmsg;
    word_t *to = dst->kind == IPC_USER ? (word_t *)dst->utcb->mr : dst->kmsg;
    word_t room = dst->kind == IPC_USER ? L4_NUM_MRS : KMSG_WORDS;
    word_t tag = from[0] & ~(word_t)(L4_TAG_ERROR | L4_TAG_XCPU | L4_TAG_REDIRECTED |
                                     L4_TAG_PROPAGATED);
    word_t u = tag & L4_TAG_U_MASK, t = (tag & L4_TAG_T_MASK) >> L4_TAG_T_SHIFT;
    if (u + t >= L4_NUM_MRS)
        return L4_IPC_OVERFLOW;
    to[0] = tag | tag_flags;
    for (word_t i = 1; i <= u && i < room; i++)
        to[i] = from[i];
    if (!t)
        return IPC_OK;
    return transfer_typed(src, dst, from, u + 1, u + 1 + t, dst->kind == IPC_USER ? to : NULL);
}
