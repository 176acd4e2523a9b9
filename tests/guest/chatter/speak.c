/* SPDX-License-Identifier: MIT */
/* One child's talk: messages drawn by lot, to four servers, mostly such as could be meant.  Every
 * reply has to be of a form that its protocol knows. */
#include "speak.h"

#include <errno.h>
#include <hurd/cap.h>
#include <hurd/physmem.h>
#include <l4/message.h>
#include <stdlib.h>

#include "tests/guest/lot.h"

enum {
    HANDLES = 16, WORDS_MOST = 60, ERRNOS = 200,
    PATIENCE = 20000000, SHORT = 3000,      /* us: for a reply, and for one that may never come */
    REPORT = 64,
    TEXT = 0x2f612f61,                      /* "a/a/" */
};

enum { PHYSMEM, TASK, DEVA, FILES, SERVERS };

static const struct language *const languages[SERVERS] = {&physmem_language, &task_language,
                                                          &deva_language, &files_language};
static const struct world *world;
static L4_Word_t handle[SERVERS][HANDLES];
static struct tally tally;
static L4_ThreadId_t friend;                /* a thread that `task` has made for us */
static unsigned named;                      /* the last handle that was drawn from handle[] */

static L4_Word_t home(unsigned server)
{
    const L4_Word_t homes[SERVERS] = {world->container, world->self, world->console, world->root};
    return homes[server];
}

/* ---- words ---- */

static L4_Word_t any_word(void)
{
    static const L4_Word_t edges[] = {0, 1, 2, 3, 7, 8, 31, 63, 64, 65, 4095, 4096, 4097, 0x3ffff,
                                      0x40000, 0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff};
    switch (draw(4)) {
    case 0:  return edges[draw(sizeof edges / sizeof edges[0])];
    case 1:  return handle[draw(SERVERS)][draw(HANDLES)];
    case 2:  return L4_MyGlobalId().raw;
    default: return draw(UINT32_MAX);
    }
}

/* What the task cannot do without is named seldom. */
static L4_Word_t handle_draw(unsigned server)
{
    const L4_Word_t own[SERVERS] = {world->control, world->self, world->console, 0};
    if (draw(200) == 0)
        return server == PHYSMEM && draw(2) ? world->memory : own[server];
    if (draw(24) == 0)
        return draw(40);
    if (server == PHYSMEM && draw(6) == 0)
        return draw(2) ? world->container : world->control;
    named = draw(HANDLES);
    return handle[server][named];
}

static L4_Word_t task_draw(void)
{
    switch (draw(4)) {
    case 0:  return 0;
    case 1:  return 1 + draw(5);
    case 2:  return L4_Version(L4_MyGlobalId());
    default: return 513 + draw(64);
    }
}

static L4_Word_t word_draw(unsigned server, char what)
{
    static const L4_Word_t flags[] = {0, HURD_PM_SQUASH, HURD_PM_PARTIAL, HURD_PM_SHARED, HURD_PM_MOVE,
                                      HURD_PM_EXTRA, HURD_PM_WIRED, HURD_PM_ALL_OR_NONE,
                                      HURD_PM_SQUASH | HURD_PM_SHARED, HURD_PM_SQUASH | HURD_PM_PARTIAL,
                                      HURD_PM_SQUASH | HURD_PM_MOVE, HURD_PM_PINNED};
    if (draw(20) == 0)
        return any_word();
    switch (what) {
    case 'h': return handle_draw(server);
    case 'c': return draw(3) ? world->control : handle_draw(server);
    case 'b': return draw(4) ? world->buffer : handle_draw(server);
    case 'z': return draw(8) ? 0 : any_word();
    case 'p': return draw(8) ? draw(40) * PAGE : draw(0x100000) * PAGE;
    case 's': return (1 + (draw(8) ? draw(8) : draw(200))) * PAGE;
    case 'f': return flags[draw(sizeof flags / sizeof flags[0])];
    case 'r': return 1 + draw(7);
    case 'm': return world->window + draw(WINDOW / PAGE) * PAGE;
    case 't': return task_draw();
    case 'T': return draw(2) ? L4_MyGlobalId().raw : friend.raw;
    case 'n': return draw(4) ? draw(8) : draw(300);
    case 'x': return TEXT;
    default:  return any_word();
    }
}

/* ---- a message ---- */

static unsigned words_load(unsigned server, const char *words)
{
    unsigned n = 0;
    for (; words[n]; n++)
        L4_LoadMR((int)n + 1, word_draw(server, words[n]));
    if (draw(24) == 0)
        n = draw(WORDS_MOST);               /* what was in the registers before */
    else if (words[0] && words[n - 1] == 'x')
        for (unsigned more = draw(4); more--; n++)
            L4_LoadMR((int)n + 1, TEXT);
    return n;
}

static bool is_spoken(const struct language *l, L4_Word_t label)
{
    return label != l->unspoken[0] && label != l->unspoken[1];
}

static const struct phrase *phrase_draw(const struct language *l)
{
    unsigned n = 0;
    while (l->phrases[n].words)
        n++;
    const struct phrase *p = &l->phrases[draw(n)];
    return p->kind != RARE || draw(50) == 0 ? p : &l->phrases[0];
}

static void learn(unsigned server, L4_Word_t label, bool gives, L4_MsgTag_t tag)
{
    L4_Word_t answer = L4_Label(tag), first = L4_UntypedWords(tag) ? L4_MR(1) : 0;
    bool refusal = server == PHYSMEM ? answer > 0 && answer < ERRNOS
                                     : answer == HURD_CAP_ERROR && first > 0 && first < ERRNOS;
    if (refusal) {
        tally.refused++;
        if ((server == PHYSMEM ? answer : first) == EBADF)
            handle[server][named] = home(server);   /* it was dead, perhaps */
    } else if (answer == 0 || (server == DEVA && answer == label)) {
        tally.good++;
        if (gives && L4_UntypedWords(tag))
            handle[server][draw(HANDLES)] = first;
        if (gives && server == TASK)
            friend = L4_ThreadIdOfRaw(first);
    } else {
        tally.strange++;
    }
}

static void message(void)
{
    const L4_ThreadId_t ids[SERVERS] = {world->physmem, world->task, world->deva, world->files};
    unsigned server = draw(8) < 4 ? PHYSMEM : draw(SERVERS);
    if (L4_IsNilThread(ids[server]))
        server = PHYSMEM;
    const struct language *l = languages[server];
    const struct phrase *p = phrase_draw(l);
    L4_Word_t label = draw(32) ? p->label : draw(0xff00);
    if (!is_spoken(l, label))
        return;
    unsigned n = words_load(server, p->words);
    bool patient = p->kind != WAITS && label == p->label && draw(12);
    L4_Time_t patience = L4_TimePeriod(patient ? PATIENCE : SHORT);
    if (draw(2))
        L4_Accept(L4_MapGrantItems(L4_FpageLog2(world->window, 18)));
    else
        L4_Accept(L4_UntypedWordsAcceptor);
    L4_LoadMR(0, L4_MakeTag(label, n, 0).raw);
    L4_MsgTag_t tag = L4_Call_Timeouts(ids[server], patience, patience);
    L4_Accept(L4_UntypedWordsAcceptor);
    tally.messages++;
    if (L4_IpcSucceeded(tag))
        learn(server, label, p->kind == GIVES, tag);
    else
        tally.unanswered += patient && (L4_ErrorCode() & 0xf) == 3;     /* timeout, receive phase */
}

void speak(const struct world *w, uint32_t seed, L4_Word_t messages, void (*report)(const struct tally *))
{
    world = w;
    lot_seed(seed);
    for (unsigned i = 0; i < SERVERS * HANDLES; i++)
        handle[i / HANDLES][i % HANDLES] = home(i / HANDLES);
    for (L4_Word_t i = 0; i < messages; i++) {
        message();
        if (tally.messages >= REPORT || i + 1 == messages) {
            report(&tally);
            tally = (struct tally){0};
        }
    }
}
