/* SPDX-License-Identifier: MIT */
/* Messages in memory.  Words 1..u are untyped, words u+1..u+t are typed.  What does not fit is
 * dropped. */
#include <l4/message.h>

#define LAST_WORD (L4_NUM_MRS - 1)

static void counts_set(L4_Msg_t *m, L4_Word_t u, L4_Word_t t)
{
    m->raw[0] = (m->raw[0] & ~(L4_Word_t)(L4_TAG_U_MASK | L4_TAG_T_MASK)) | t << L4_TAG_T_SHIFT | u;
}

/* Returns the number of words of a string item with all its descriptors.  Only `limit` words can be
 * read. */
static L4_Word_t string_words(const L4_Word_t *s, L4_Word_t limit)
{
    L4_Word_t n = 0;
    bool compound;
    do {
        if (n >= limit)
            return limit + 1;
        compound = (s[n] & L4_STRING_COMPOUND) != 0;
        n += 2 + ((s[n] & L4_STRING_J_MASK) >> L4_STRING_J_SHIFT);
    } while (compound);
    return n;
}

/* In the last item C = 0 ("no item follows"), in those before it C = 1.  To find the last item, the
 * function goes through all items. */
static void more_bits_set(L4_Msg_t *m)
{
    L4_Word_t first = L4_UntypedWords(m->tag) + 1, end = first + L4_TypedWords(m->tag);
    for (L4_Word_t i = first; i < end && i <= LAST_WORD;) {
        L4_Word_t *item = &m->raw[i];
        if (item[0] & L4_ITEM_STRING_BIT) {
            i += 2;
        } else {
            i += string_words(item, LAST_WORD + 1 - i);
        }
        item[0] = i < end ? item[0] | L4_ITEM_MORE : item[0] & ~(L4_Word_t)L4_ITEM_MORE;
    }
}

static void item_append(L4_Msg_t *m, const L4_Word_t *words, L4_Word_t n)
{
    L4_Word_t u = L4_UntypedWords(m->tag), t = L4_TypedWords(m->tag);
    if (u + t + n > LAST_WORD)
        return;
    for (L4_Word_t i = 0; i < n; i++)
        m->raw[u + t + 1 + i] = words[i];
    counts_set(m, u, t + n);
    more_bits_set(m);
}

void L4_MsgAppendWord(L4_Msg_t *m, L4_Word_t word)
{
    L4_Word_t u = L4_UntypedWords(m->tag), t = L4_TypedWords(m->tag);
    if (u + t + 1 > LAST_WORD)
        return;
    for (L4_Word_t i = u + t; i > u; i--)
        m->raw[i + 1] = m->raw[i];
    m->raw[u + 1] = word;
    counts_set(m, u + 1, t);
}

void L4_MsgAppendMapItem(L4_Msg_t *m, L4_MapItem_t item) { item_append(m, item.raw, 2); }

void L4_MsgAppendGrantItem(L4_Msg_t *m, L4_GrantItem_t item) { item_append(m, item.raw, 2); }

void L4_MsgAppendSimpleStringItem(L4_Msg_t *m, L4_StringItem_t item)
{
    item.raw[0] &= ~(L4_Word_t)(L4_STRING_COMPOUND | L4_STRING_J_MASK);
    item_append(m, item.raw, 2);
}

void L4_MsgAppendStringItem(L4_Msg_t *m, const L4_StringItem_t *item)
{
    item_append(m, item->raw, string_words(item->raw, LAST_WORD));
}

void L4_MsgPut(L4_Msg_t *m, L4_Word_t label, int u, const L4_Word_t *untyped, int t,
               const void *items)
{
    const L4_Word_t *typed = items;
    if (u < 0 || u > LAST_WORD || t < 0 || t > LAST_WORD - u)
        return;
    m->raw[0] = label << L4_TAG_LABEL_SHIFT;
    counts_set(m, (L4_Word_t)u, (L4_Word_t)t);
    for (int i = 0; i < u; i++)
        m->raw[1 + i] = untyped[i];
    for (int i = 0; i < t; i++)
        m->raw[1 + u + i] = typed[i];
}

void L4_MsgGet(const L4_Msg_t *m, L4_Word_t *untyped, void *items)
{
    L4_Word_t u = L4_UntypedWords(m->tag), n = __L4_MsgWords(m->tag), *typed = items;
    for (L4_Word_t i = 0; i < u && i < n; i++)
        untyped[i] = m->raw[1 + i];
    for (L4_Word_t i = u; i < n; i++)
        typed[i - u] = m->raw[1 + i];
}

/* Returns the place of typed word t, a number behind LAST_WORD if a message has no such word. */
static L4_Word_t place_of(const L4_Msg_t *m, L4_Word_t t)
{
    return L4_UntypedWords(m->tag) + 1 + (t <= LAST_WORD ? t : LAST_WORD);
}

static void item_put(L4_Msg_t *m, L4_Word_t t, const L4_Word_t *words, L4_Word_t n)
{
    L4_Word_t at = place_of(m, t);
    for (L4_Word_t i = 0; i < n && at + i <= LAST_WORD; i++)
        m->raw[at + i] = words[i];
}

void L4_MsgPutMapItem(L4_Msg_t *m, L4_Word_t t, L4_MapItem_t item) { item_put(m, t, item.raw, 2); }
void L4_MsgPutGrantItem(L4_Msg_t *m, L4_Word_t t, L4_GrantItem_t item)
{
    item_put(m, t, item.raw, 2);
}
void L4_MsgPutSimpleStringItem(L4_Msg_t *m, L4_Word_t t, L4_StringItem_t item)
{
    item_put(m, t, item.raw, 2);
}
void L4_MsgPutStringItem(L4_Msg_t *m, L4_Word_t t, const L4_StringItem_t *item)
{
    item_put(m, t, item->raw, string_words(item->raw, LAST_WORD));
}

static L4_Word_t item_get(const L4_Msg_t *m, L4_Word_t t, L4_Word_t *words, L4_Word_t n)
{
    L4_Word_t at = place_of(m, t);
    for (L4_Word_t i = 0; i < n; i++)
        words[i] = at + i <= LAST_WORD ? m->raw[at + i] : 0;
    return n;
}

L4_Word_t L4_MsgGetMapItem(const L4_Msg_t *m, L4_Word_t t, L4_MapItem_t *item)
{
    return item_get(m, t, item->raw, 2);
}
L4_Word_t L4_MsgGetGrantItem(const L4_Msg_t *m, L4_Word_t t, L4_GrantItem_t *item)
{
    return item_get(m, t, item->raw, 2);
}
L4_Word_t L4_MsgGetStringItem(const L4_Msg_t *m, L4_Word_t t, L4_StringItem_t *item)
{
    L4_Word_t at = place_of(m, t);
    if (at > LAST_WORD)
        return 0;
    L4_Word_t n = string_words(&m->raw[at], LAST_WORD - at + 1);
    return at + n - 1 <= LAST_WORD ? item_get(m, t, item->raw, n) : 0;
}

/* Adds the bytes of string *item to *dest as more substrings, in a further descriptor. */
void L4_AddSubstringTo(L4_StringItem_t *dest, const L4_StringItem_t *item)
{
    L4_Word_t *last = dest->raw;
    while (*last & L4_STRING_COMPOUND)
        last += 2 + ((*last & L4_STRING_J_MASK) >> L4_STRING_J_SHIFT);
    L4_Word_t j = (*last & L4_STRING_J_MASK) >> L4_STRING_J_SHIFT;
    bool simple = (item->raw[0] & (L4_STRING_COMPOUND | L4_STRING_J_MASK)) == 0;
    if (simple && L4_StringLength(item) == *last >> L4_STRING_LENGTH_SHIFT && j < 31) {
        last[2 + j] = item->raw[1];
        *last += 1 << L4_STRING_J_SHIFT;
        return;
    }
    L4_Word_t n = string_words(item->raw, LAST_WORD);
    *last |= L4_STRING_COMPOUND;
    for (L4_Word_t i = 0; i < n; i++)
        last[2 + j + i] = item->raw[i];
}

/* ---- receive buffers: br[0] is the number of words in use; br[1] and the following go to BR1 and
 * the following */
void L4_MsgBufferClear(L4_MsgBuffer_t *b) { b->raw[0] = 0; }

static void buffer_append(L4_MsgBuffer_t *b, const L4_Word_t *words, L4_Word_t n)
{
    L4_Word_t used = b->raw[0];
    if (used + n > L4_NUM_BRS - 1)
        return;
    for (L4_Word_t i = 1, step; i <= used; i += step) { /* every buffer before it says that more
                                                           follow */
        step = string_words(&b->raw[i], used);
        b->raw[i] |= L4_ITEM_MORE;
    }
    for (L4_Word_t i = 0; i < n; i++)
        b->raw[used + 1 + i] = words[i];
    b->raw[used + 1] &= ~(L4_Word_t)L4_ITEM_MORE;
    b->raw[0] = used + n;
}

void L4_MsgBufferAppendSimpleRcvString(L4_MsgBuffer_t *b, L4_StringItem_t s)
{
    s.raw[0] &= ~(L4_Word_t)(L4_STRING_COMPOUND | L4_STRING_J_MASK);
    buffer_append(b, s.raw, 2);
}

void L4_MsgBufferAppendRcvString(L4_MsgBuffer_t *b, const L4_StringItem_t *s)
{
    buffer_append(b, s->raw, string_words(s->raw, L4_NUM_BRS - 1));
}

void L4_AcceptStrings(L4_Acceptor_t acceptor, const L4_MsgBuffer_t *b)
{
    L4_Word_t n = b->raw[0] < L4_NUM_BRS ? b->raw[0] : L4_NUM_BRS - 1;
    L4_Accept(acceptor);
    L4_LoadBRs(1, (int)n, b->raw + 1);
}
