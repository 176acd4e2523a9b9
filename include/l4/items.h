/* SPDX-License-Identifier: MIT */
/* Message tag, typed items and acceptor as values.  No function here touches a register.  Spec 1.7
 * - 1.9. */
#ifndef L4_ITEMS_H
#define L4_ITEMS_H

#include <l4/types.h>

/* ---- MR0, the message tag         u untyped words, then t words of typed items
 *   31           16  15  14  13  12  11    6  5     0
 *  |     label     | E | X | r | p |   t    |   u   |  */
typedef union {
    L4_Word_t raw;
    struct {
        L4_Word_t u : 6, t : 6, flags : 4, label : 16;
    } X;
} L4_MsgTag_t;
L4_STATIC_ASSERT(sizeof(L4_MsgTag_t) == 4, "a message tag is one word");

#define L4_Niltag ((L4_MsgTag_t){.raw = 0})

L4_INLINE L4_MsgTag_t L4_TagOfRaw(L4_Word_t raw) { return (L4_MsgTag_t){.raw = raw}; }
L4_INLINE L4_MsgTag_t L4_MakeTag(L4_Word_t label, L4_Word_t u, L4_Word_t t)
{
    return L4_TagOfRaw(label << L4_TAG_LABEL_SHIFT | (t & 0x3F) << L4_TAG_T_SHIFT | (u & 0x3F));
}
L4_INLINE L4_Word_t L4_Label(L4_MsgTag_t tag) { return tag.raw >> L4_TAG_LABEL_SHIFT; }
L4_INLINE L4_Word_t L4_UntypedWords(L4_MsgTag_t tag) { return tag.raw & L4_TAG_U_MASK; }
L4_INLINE L4_Word_t L4_TypedWords(L4_MsgTag_t tag)
{
    return (tag.raw & L4_TAG_T_MASK) >> L4_TAG_T_SHIFT;
}
L4_INLINE L4_MsgTag_t L4_MsgTagAddLabel(L4_MsgTag_t tag, L4_Word_t label)
{
    return L4_TagOfRaw((tag.raw & 0xFFFF) | label << L4_TAG_LABEL_SHIFT);
}
L4_INLINE L4_MsgTag_t L4_MsgTagAddLabelTo(L4_MsgTag_t *tag, L4_Word_t label)
{
    return *tag = L4_MsgTagAddLabel(*tag, label);
}
L4_INLINE L4_Bool_t L4_IsMsgTagEqual(L4_MsgTag_t a, L4_MsgTag_t b) { return a.raw == b.raw; }
L4_INLINE L4_Bool_t L4_IsMsgTagNotEqual(L4_MsgTag_t a, L4_MsgTag_t b) { return a.raw != b.raw; }

L4_INLINE L4_Bool_t L4_IpcSucceeded(L4_MsgTag_t tag) { return (tag.raw & L4_TAG_ERROR) == 0; }
L4_INLINE L4_Bool_t L4_IpcFailed(L4_MsgTag_t tag) { return (tag.raw & L4_TAG_ERROR) != 0; }
L4_INLINE L4_Bool_t L4_IpcPropagated(L4_MsgTag_t tag) { return (tag.raw & L4_TAG_PROPAGATED) != 0; }
L4_INLINE L4_Bool_t L4_IpcRedirected(L4_MsgTag_t tag) { return (tag.raw & L4_TAG_REDIRECTED) != 0; }
L4_INLINE L4_Bool_t L4_IpcXcpu(L4_MsgTag_t tag) { return (tag.raw & L4_TAG_XCPU) != 0; }
L4_INLINE void L4_Set_Propagation(L4_MsgTag_t *tag) { tag->raw |= L4_TAG_PROPAGATED; }
/* True if a received message has u + t <= 63. */
L4_INLINE L4_Bool_t L4_IsMsgTagValid(L4_MsgTag_t tag)
{
    return L4_UntypedWords(tag) + L4_TypedWords(tag) < L4_NUM_MRS;
}

/* ---- map and grant items, two words: | send base / 1024 | 0 | 4 or 5 | C |, the send fpage */
typedef union {
    L4_Word_t raw[2];
    struct {
        L4_Word_t C : 1, type : 3, zero : 6, b : 22;
        L4_Fpage_t snd_fpage;
    } X;
} L4_MapItem_t;
typedef L4_MapItem_t L4_GrantItem_t;
L4_STATIC_ASSERT(sizeof(L4_MapItem_t) == 8, "a map item is two words");

L4_INLINE L4_MapItem_t L4_MapItem(L4_Fpage_t f, L4_Word_t send_base)
{
    return (L4_MapItem_t){.raw = {(send_base & L4_FPAGE_BASE_MASK) | L4_ITEM_MAP, f.raw}};
}
L4_INLINE L4_GrantItem_t L4_GrantItem(L4_Fpage_t f, L4_Word_t send_base)
{
    return (L4_GrantItem_t){.raw = {(send_base & L4_FPAGE_BASE_MASK) | L4_ITEM_GRANT, f.raw}};
}
L4_INLINE L4_Bool_t L4_IsMapItem(L4_MapItem_t m)
{
    return (m.raw[0] & L4_ITEM_TYPE_MASK) == L4_ITEM_MAP;
}
L4_INLINE L4_Bool_t L4_IsGrantItem(L4_GrantItem_t g)
{
    return (g.raw[0] & L4_ITEM_TYPE_MASK) == L4_ITEM_GRANT;
}
L4_INLINE L4_Fpage_t L4_MapItemSndFpage(L4_MapItem_t m) { return L4_FpageOfRaw(m.raw[1]); }
L4_INLINE L4_Word_t L4_MapItemSndBase(L4_MapItem_t m) { return m.raw[0] & L4_FPAGE_BASE_MASK; }
L4_INLINE L4_Fpage_t L4_GrantItemSndFpage(L4_GrantItem_t g) { return L4_FpageOfRaw(g.raw[1]); }
L4_INLINE L4_Word_t L4_GrantItemSndBase(L4_GrantItem_t g) { return g.raw[0] & L4_FPAGE_BASE_MASK; }

/* ---- string items
 *   31       10  9  8     4  3  2 1  0
 *  |  length   | c |   j   | 0 | hh | C |
 * Then j + 1 addresses follow.  If c = 1, another descriptor follows. */
typedef union {
    L4_Word_t raw[2];
    struct {
        L4_Word_t C : 1, hint : 2, zero : 1, j : 5, c : 1, string_length : 22;
        union {
            void *string_ptr;
            L4_Word_t substring_ptr[1];
        } str;
    } X;
} L4_StringItem_t;
typedef L4_Word_t L4_CacheAllocationHint_t;
L4_STATIC_ASSERT(sizeof(L4_StringItem_t) == 8, "a simple string item is two words");

#define L4_UseDefaultCacheLineAllocation 0
#define L4_AllocateNewCacheLines         2
#define L4_DoNotAllocateNewCacheLines    4
#define L4_AllocateOnlyNewL1CacheLines   6

L4_INLINE L4_StringItem_t L4_StringItem(L4_Word_t size, void *address)
{
    return (L4_StringItem_t){.raw = {size << L4_STRING_LENGTH_SHIFT, (L4_Word_t)address}};
}
L4_INLINE L4_Bool_t L4_IsStringItem(const L4_StringItem_t *s)
{
    return (s->raw[0] & L4_ITEM_STRING_BIT) == 0;
}
L4_INLINE L4_Bool_t L4_CompoundString(const L4_StringItem_t *s)
{
    return (s->raw[0] & L4_STRING_COMPOUND) != 0;
}
L4_INLINE L4_Word_t L4_Substrings(const L4_StringItem_t *s)
{
    return ((s->raw[0] & L4_STRING_J_MASK) >> L4_STRING_J_SHIFT) + 1;
}
L4_INLINE L4_Word_t L4_StringLength(const L4_StringItem_t *s)
{
    return s->raw[0] >> L4_STRING_LENGTH_SHIFT;
}
L4_INLINE void *L4_Substring(const L4_StringItem_t *s, L4_Word_t n)
{
    return (void *)(&s->raw[1])[n];
}
L4_INLINE L4_CacheAllocationHint_t L4_CacheAllocationHint(L4_StringItem_t s)
{
    return s.raw[0] & 6;
}
L4_INLINE L4_StringItem_t L4_AddCacheAllocationHint(L4_StringItem_t s,
                                                    L4_CacheAllocationHint_t hint)
{
    s.raw[0] = (s.raw[0] & ~6ul) | (hint & 6);
    return s;
}
L4_INLINE L4_StringItem_t L4_AddCacheAllocationHintTo(L4_StringItem_t *s,
                                                      L4_CacheAllocationHint_t hint)
{
    return *s = L4_AddCacheAllocationHint(*s, hint);
}
/* Adds one more substring of the same length to *dest.  Pre: *dest has room for the address. */
L4_INLINE void L4_AddSubstringAddressTo(L4_StringItem_t *dest, void *address)
{
    (&dest->raw[1])[L4_Substrings(dest)] = (L4_Word_t)address;
    dest->raw[0] += 1 << L4_STRING_J_SHIFT;
}
/* Appends string *item, with all its substrings, to *dest.  Pre: the buffer behind *dest has
 * room. */
void L4_AddSubstringTo(L4_StringItem_t *dest, const L4_StringItem_t *item);
L4_INLINE L4_StringItem_t *L4_AddSubstring(L4_StringItem_t *dest, const L4_StringItem_t *item)
{
    L4_AddSubstringTo(dest, item);
    return dest;
}

/* ---- acceptor, BR0: | receive window 31:4 | 0 | c | s | */
typedef union {
    L4_Word_t raw;
    struct {
        L4_Word_t s : 1, c : 1, zero : 2, RcvWindow : 28;
    } X;
} L4_Acceptor_t;

#define L4_UntypedWordsAcceptor ((L4_Acceptor_t){.raw = 0})
#define L4_StringItemsAcceptor  ((L4_Acceptor_t){.raw = L4_ACCEPT_STRINGS})

L4_INLINE L4_Acceptor_t L4_MapGrantItems(L4_Fpage_t window)
{
    return (L4_Acceptor_t){.raw = window.raw & L4_ACCEPT_WINDOW_MASK};
}
/* Returns what l or r accepts, with r's window if r has one. */
L4_INLINE L4_Acceptor_t L4_AddAcceptor(L4_Acceptor_t l, L4_Acceptor_t r)
{
    L4_Word_t window = (r.raw & L4_ACCEPT_WINDOW_MASK) ? r.raw : l.raw;
    return (L4_Acceptor_t){.raw = (window & L4_ACCEPT_WINDOW_MASK) | ((l.raw | r.raw) & 0xF)};
}
L4_INLINE L4_Acceptor_t L4_AddAcceptorTo(L4_Acceptor_t *l, L4_Acceptor_t r)
{
    return *l = L4_AddAcceptor(*l, r);
}
L4_INLINE L4_Acceptor_t L4_RemoveAcceptor(L4_Acceptor_t l, L4_Acceptor_t r)
{
    L4_Word_t window = (r.raw & L4_ACCEPT_WINDOW_MASK) ? 0 : l.raw & L4_ACCEPT_WINDOW_MASK;
    return (L4_Acceptor_t){.raw = window | (l.raw & ~r.raw & 0xF)};
}
L4_INLINE L4_Acceptor_t L4_RemoveAcceptorFrom(L4_Acceptor_t *l, L4_Acceptor_t r)
{
    return *l = L4_RemoveAcceptor(*l, r);
}
L4_INLINE L4_Bool_t L4_HasStringItems(L4_Acceptor_t a) { return (a.raw & L4_ACCEPT_STRINGS) != 0; }
L4_INLINE L4_Bool_t L4_HasMapGrantItems(L4_Acceptor_t a)
{
    return (a.raw & L4_ACCEPT_WINDOW_MASK) != 0;
}
L4_INLINE L4_Fpage_t L4_RcvWindow(L4_Acceptor_t a)
{
    return L4_FpageOfRaw(a.raw & L4_ACCEPT_WINDOW_MASK);
}

#endif
