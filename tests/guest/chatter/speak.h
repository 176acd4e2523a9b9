/* SPDX-License-Identifier: MIT */
/* What the files of this room share. */
#ifndef CHATTER_SPEAK_H
#define CHATTER_SPEAK_H

#include <stdbool.h>
#include <stdint.h>

#include <l4/ipc.h>
#include <l4/thread.h>

#define PAGE 4096u

/* A request that means something: its label, and a letter for each word (speak.c says which). */
struct phrase {
    uint16_t label;
    const char *words;
    enum { PLAIN, GIVES /* word 0 of the reply is a handle */, WAITS /* perhaps for ever */,
           RARE /* it may end the speaker */ } kind;
};

struct language {
    const char *name;
    const struct phrase *phrases;       /* the last one has no words */
    uint16_t unspoken[2];               /* labels that would only fill the screen */
};

extern const struct language physmem_language, task_language, deva_language, files_language;

struct tally {
    L4_Word_t messages, good, refused, strange, unanswered;
};

/* What a child knows of its servers. */
struct world {
    L4_ThreadId_t physmem, task, deva, files;   /* files nil: there is none */
    L4_Word_t control, memory, self, console;   /* handles: at physmem two, at task, at deva */
    L4_Word_t container;                        /* of the speaker's own, on `control` */
    L4_Word_t root, buffer;                     /* handles at `files` */
    uintptr_t window;                           /* WINDOW bytes where mappings may come */
};
#define WINDOW (64u * PAGE)

/* Sends so many messages by lot; after each 64 of them it tells `report`. */
void speak(const struct world *w, uint32_t seed, L4_Word_t messages, void (*report)(const struct tally *));

#endif
