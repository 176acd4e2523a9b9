/* SPDX-License-Identifier: MIT */
/* Messages and receive buffers that are put together in memory: L4_Msg_t and L4_MsgBuffer_t of X.2.
 * A message has 63 words.  What does not fit is dropped, so no function writes behind its
 * buffer. */
#ifndef L4_MESSAGE_H
#define L4_MESSAGE_H

#include <l4/items.h>
#include <l4/vregs.h>

typedef union {
    L4_Word_t raw[L4_NUM_MRS];
    L4_Word_t msg[L4_NUM_MRS];
    L4_MsgTag_t tag;
} L4_Msg_t;
L4_STATIC_ASSERT(sizeof(L4_Msg_t) == 4 * L4_NUM_MRS, "a message is all MRs");

L4_INLINE void L4_MsgClear(L4_Msg_t *m) { m->raw[0] = 0; }
L4_INLINE L4_MsgTag_t L4_MsgMsgTag(const L4_Msg_t *m) { return m->tag; }
L4_INLINE void L4_Set_MsgMsgTag(L4_Msg_t *m, L4_MsgTag_t tag) { m->tag = tag; }
L4_INLINE L4_Word_t L4_MsgLabel(const L4_Msg_t *m) { return L4_Label(m->tag); }
L4_INLINE L4_Word_t L4_MsgMsgLabel(const L4_Msg_t *m) { return L4_Label(m->tag); }
L4_INLINE void L4_Set_MsgLabel(L4_Msg_t *m, L4_Word_t label)
{
    L4_MsgTagAddLabelTo(&m->tag, label);
}
L4_INLINE void L4_Set_MsgMsgLabel(L4_Msg_t *m, L4_Word_t label)
{
    L4_MsgTagAddLabelTo(&m->tag, label);
}

/* Returns the words in use without the tag: at most 63, whatever the tag says. */
L4_INLINE L4_Word_t __L4_MsgWords(L4_MsgTag_t tag)
{
    L4_Word_t n = L4_UntypedWords(tag) + L4_TypedWords(tag);
    return n < L4_NUM_MRS ? n : L4_NUM_MRS - 1;
}

/* ---- copying between a message in memory and the message registers */
L4_INLINE void L4_MsgLoad(const L4_Msg_t *m)
{
    L4_LoadMRs(0, (int)__L4_MsgWords(m->tag) + 1, m->raw);
}
/* tag: the tag that the IPC returned.  The other words come from the message registers. */
L4_INLINE void L4_MsgStore(L4_MsgTag_t tag, L4_Msg_t *m)
{
    L4_StoreMRs(1, (int)__L4_MsgWords(tag), m->raw + 1);
    m->tag = tag;
}

/* ---- building a message.  Untyped words come before typed items, which move up. */
void L4_MsgAppendWord(L4_Msg_t *m, L4_Word_t word);
void L4_MsgAppendMapItem(L4_Msg_t *m, L4_MapItem_t item);
void L4_MsgAppendGrantItem(L4_Msg_t *m, L4_GrantItem_t item);
void L4_MsgAppendSimpleStringItem(L4_Msg_t *m, L4_StringItem_t item);
/* compound, with substrings */
void L4_MsgAppendStringItem(L4_Msg_t *m, const L4_StringItem_t *item);
/* Makes a whole message: u untyped words, t words of typed items.  A pointer may be NULL if its
 * number is 0. */
void L4_MsgPut(L4_Msg_t *m, L4_Word_t label, int u, const L4_Word_t *untyped, int t,
               const void *items);
void L4_MsgGet(const L4_Msg_t *m, L4_Word_t *untyped, void *items);

/* Untyped words count from 0.  Typed words count from 0, too; they are behind the untyped ones. */
L4_INLINE L4_Word_t L4_MsgWord(const L4_Msg_t *m, L4_Word_t u) { return m->raw[(u + 1) & 63]; }
L4_INLINE void L4_MsgPutWord(L4_Msg_t *m, L4_Word_t u, L4_Word_t word)
{
    m->raw[(u + 1) & 63] = word;
}
L4_INLINE void L4_MsgGetWord(const L4_Msg_t *m, L4_Word_t u, L4_Word_t *word)
{
    *word = L4_MsgWord(m, u);
}
void L4_MsgPutMapItem(L4_Msg_t *m, L4_Word_t t, L4_MapItem_t item);
void L4_MsgPutGrantItem(L4_Msg_t *m, L4_Word_t t, L4_GrantItem_t item);
void L4_MsgPutSimpleStringItem(L4_Msg_t *m, L4_Word_t t, L4_StringItem_t item);
void L4_MsgPutStringItem(L4_Msg_t *m, L4_Word_t t, const L4_StringItem_t *item);
/* Each function returns the number of words of the item. */
L4_Word_t L4_MsgGetMapItem(const L4_Msg_t *m, L4_Word_t t, L4_MapItem_t *item);
L4_Word_t L4_MsgGetGrantItem(const L4_Msg_t *m, L4_Word_t t, L4_GrantItem_t *item);
L4_Word_t L4_MsgGetStringItem(const L4_Msg_t *m, L4_Word_t t, L4_StringItem_t *item);

/* ---- receive buffers, BR1 .. BR32 */
typedef union {
    L4_Word_t raw[L4_NUM_BRS];
    L4_Word_t br[L4_NUM_BRS]; /* br[0] is not used: L4_AcceptStrings gets the acceptor as an
                                 argument */
    L4_StringItem_t string[16];
} L4_MsgBuffer_t;

/* A cleared buffer has no items.  An item that has no room any more is left out: a buffer has 32
 * words, a simple string takes two of them, a compound one as many as it says. */
void L4_MsgBufferClear(L4_MsgBuffer_t *b);
void L4_MsgBufferAppendSimpleRcvString(L4_MsgBuffer_t *b, L4_StringItem_t s);
void L4_MsgBufferAppendRcvString(L4_MsgBuffer_t *b, const L4_StringItem_t *s);
/* Sets BR0 to the acceptor, and BR1 and the following from the buffer. */
void L4_AcceptStrings(L4_Acceptor_t acceptor, const L4_MsgBuffer_t *b);

#endif
