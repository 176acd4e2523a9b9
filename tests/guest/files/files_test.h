/* SPDX-License-Identifier: MIT */
/* What the two files of this suite share. */
#ifndef FILES_TEST_H
#define FILES_TEST_H

#include "tests/guest/deva/suite.h"

#include "lib/file/files.h"

enum { PAGE = 4096, NONE = 0x3FFFF };

extern struct files files;
extern L4_ThreadId_t server;

/* The errno of a request with these words; the answer's words replace them. */
int ask(L4_Word_t label, unsigned n, L4_Word_t *words);

#define ASK(label, ...)                                                                           \
    ({                                                                                            \
        L4_Word_t words_[64] = { __VA_ARGS__ };                                                   \
        ask(label, sizeof((L4_Word_t[]) { __VA_ARGS__ }) / sizeof(L4_Word_t), words_);            \
    })

/* ---- pipes_test.c ---- */
void a_pipe_carries_bytes_from_end_to_end(void);
void a_pipe_carries_pages_through_the_container(void);
void short_writes_go_whole_or_not_at_all(void);
void refusals_of_pipes(void);
void a_wait_ends_when_one_of_its_pipes_is_ready(void);
void what_waits_for_a_pipe_is_cancelled(void);
void a_task_may_have_so_many_waits_and_no_more(void);

#endif
