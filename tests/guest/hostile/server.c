/* SPDX-License-Identifier: MIT */
/* A file server that means harm to its clients: ext2fs, as long as it is the root's, or until a
 * path asks for more.  The name "be-KIND", or "be-KIND=HEX", is looked up in it, and from then on
 * its answers are of that kind.  For tests/system/hostile.py. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/cap.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>

#include "servers/ext2fs/server.h"

enum { DELAY = 3000000, NAME_WORD = 4, NAME_MOST = 48,       /* us; words; bytes */
       HANDLES = 256 };

int __real_hurd_cap_serve(struct hurd_cap_server *s, L4_ThreadId_t from, L4_MsgTag_t tag);
int __wrap_hurd_cap_serve(struct hurd_cap_server *s, L4_ThreadId_t from, L4_MsgTag_t tag);

static enum kind { GOOD, MUTE, LATE, ENDLESS, EMPTY, HUGE, MAPS, IMAGE, CIRCLE,
                   DEAD, NOTHING } kind;
static L4_Word_t number;

static void kind_set(const char *name)
{
    static const char *const names[] = { "good", "mute", "late", "endless", "empty", "huge", "maps",
                                         "image", "circle", "dead", "nothing" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(name, names[i], length))
            continue;
        kind = (enum kind) i;
        number = name[length] == '=' ? strtoul(name + length + 1, NULL, 16) : 0;
    }
}

/* Says how many handles init has here. */
static void count(void)
{
    struct hurd_cap_table *table = &server.table;
    struct hurd_cap *cap;
    unsigned held = 0;
    for (uint32_t client = 0; client < table->capacity; client++)
        for (uint32_t i = 0; table->by_index[client] && i < HANDLES; i++)
            held += !hurd_cap_lookup(table, HURD_TASK_INIT, client << HURD_CAP_INDEX_BITS | i, &cap);
    printf("hostile: init has %u handles\n", held);
}

/* The path of a lookup or of a stat, which is short. */
static void listen(L4_MsgTag_t tag)
{
    char name[NAME_MOST + 1] = { 0 };
    unsigned at = L4_Label(tag) == HURD_DIR_LOOKUP ? NAME_WORD : NAME_WORD - 1;
    if (L4_Label(tag) != HURD_DIR_LOOKUP && L4_Label(tag) != HURD_DIR_STAT)
        return;
    unsigned words = L4_UntypedWords(tag) > at ? L4_UntypedWords(tag) - at : 0;
    words = words < NAME_MOST / 4 ? words : NAME_MOST / 4;
    L4_StoreMRs((int) at + 1, (int) words, (L4_Word_t *) name);
    if (!strncmp(name, "be-count", 8))
        count();
    else if (!strncmp(name, "be-", 3))
        kind_set(name + 3);
}

/* A reply with these words. */
static int reply(unsigned label, const L4_Word_t *words, unsigned n)
{
    L4_LoadMR(0, L4_MakeTag(label, n, 0).raw);
    L4_LoadMRs(1, (int) n, (L4_Word_t *) words);
    return 1;
}

static int reply_huge(void)
{
    L4_Word_t words[60];
    memset(words, 0xFF, sizeof words);
    return reply(0, words, sizeof words / sizeof *words);
}

/* The next server is ourselves. */
static int reply_circle(void)
{
    const L4_Word_t words[] = { L4_MyGlobalId().raw, 1, 'x' };
    return reply(EREMOTE, words, 3);
}

/* What the good server has answered, with another word. */
static int bend(unsigned label)
{
    if (kind == ENDLESS && label == HURD_DIR_READ)
        L4_LoadMR(2, 0);
    if (kind == MAPS && label == HURD_IO_MAP)
        L4_LoadMR(2, number);
    if (kind == NOTHING && label == HURD_IO_PAGES) {
        L4_Word_t pages = 1;
        return reply(0, &pages, 1);
    }
    return 1;
}

static int lie(struct hurd_cap_server *s, L4_ThreadId_t from, L4_MsgTag_t tag)
{
    unsigned label = L4_Label(tag);
    if (kind == EMPTY)
        return reply(0, NULL, 0);
    if (kind == HUGE)
        return reply_huge();
    if (kind == CIRCLE && (label == HURD_DIR_LOOKUP || label == HURD_DIR_STAT))
        return reply_circle();
    if (kind == IMAGE && label == HURD_FILE_IMAGE)
        return reply(0, &number, 1);
    if (kind == NOTHING && label == HURD_IO_PAGES)
        return bend(label);                     /* without bringing any */
    return __real_hurd_cap_serve(s, from, tag) && bend(label);
}

int __wrap_hurd_cap_serve(struct hurd_cap_server *s, L4_ThreadId_t from, L4_MsgTag_t tag)
{
    L4_Word_t words[64];
    if (mounts_root_is_ours())
        return __real_hurd_cap_serve(s, from, tag);
    unsigned n = L4_UntypedWords(tag);
    L4_StoreMRs(1, (int) n, words);
    listen(tag);
    if (kind == DEAD)
        exit(1);
    bool connects = L4_Label(tag) == HURD_FS_SLOT || L4_Label(tag) == HURD_FS_BUFFER ||
                    L4_Label(tag) == HURD_CAP_GET_ROOT;
    if (kind == MUTE)
        return 0;
    if (kind == LATE)
        L4_Sleep(L4_TimePeriod(DELAY));          /* it takes what is in the message registers */
    L4_LoadMRs(1, (int) n, words);
    return connects ? __real_hurd_cap_serve(s, from, tag) : lie(s, from, tag);
}
