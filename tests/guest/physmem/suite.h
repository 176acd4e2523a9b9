/* SPDX-License-Identifier: MIT */
/* What the physmem suite's files share: a fresh control with two containers for each test, a window
 * to map them in, and a friend: a second task that does what it is told. */
#ifndef PHYSMEM_SUITE_H
#define PHYSMEM_SUITE_H

#include <errno.h>
#include <hurd/cap.h>
#include <hurd/physmem.h>
#include <stdbool.h>
#include <stdint.h>

#define PAGE            0x1000u
#define FRAMES          64u             /* guarantee of a test's control */
#define WINDOW_PAGES    64u
#define BAD_HANDLE      0x3fff0u        /* a row of ours that is not used */

extern L4_ThreadId_t pm;
extern L4_Word_t own_control;           /* the program's; each test gets a part of it */
extern L4_Word_t control, a, b;         /* the test's: 64 frames, two containers on it */
extern uintptr_t window;                /* WINDOW_PAGES of our own anonymous memory: what shows where nothing is mapped */

void expect_eq(L4_Word_t is, L4_Word_t wanted, const char *what, const char *file, int line);

#define TEST(name)          static void name(void)
#define EXPECT(cond)        EXPECT_EQ(!!(cond), 1)
#define EXPECT_EQ(is, wanted) \
    expect_eq((L4_Word_t) (is), (L4_Word_t) (wanted), #is, __FILE__, __LINE__)

/* The errno of a raw request; *word = its first word (0 if none). */
int request_words(L4_Word_t label, unsigned n, const L4_Word_t *words, L4_Word_t *word);
#define REQUEST(label, ...) \
    request_words(label, sizeof((L4_Word_t[]) { __VA_ARGS__ }) / sizeof(L4_Word_t), \
                  (L4_Word_t[]) { __VA_ARGS__ }, NULL)

/* Maps pages [page, page + n) of a container at the same place of the window. */
int map(L4_Word_t container, unsigned page, unsigned n, unsigned rights);
volatile uint32_t *at(unsigned page);   /* the first word of a window page */
void window_clear(void);                /* forgets what was mapped in the window */
int allocate(L4_Word_t container, unsigned page, unsigned n);
int deallocate(L4_Word_t container, unsigned page, unsigned n, L4_Word_t *amount);
int copy(L4_Word_t from, unsigned page, L4_Word_t to, unsigned to_page, unsigned n, L4_Word_t flags);
void put(L4_Word_t container, unsigned page, uint32_t value);       /* map for writing, write */
uint32_t get(L4_Word_t container, unsigned page);                   /* map for reading, read */
L4_Word_t free_frames(void);
struct hurd_pm_control_info control_info(L4_Word_t handle);

/* ---- the friend: friend.c ---- */
#define FRIEND_SLOTS 8u                                 /* that it has opened for gifts of ours */
extern L4_Word_t friend_task;                           /* its task id; 0 = it could not be started */
void friend_start(void);
void friend_kill(void);                                 /* returns when it is gone */
int friend_request(L4_Word_t label, unsigned n, const L4_Word_t *words, L4_Word_t *word);
#define FRIEND_REQUEST(word, label, ...) \
    friend_request(label, sizeof((L4_Word_t[]) { __VA_ARGS__ }) / sizeof(L4_Word_t), \
                   (L4_Word_t[]) { __VA_ARGS__ }, word)
/* The same, but nobody waits for its answer: the friend is asked for nothing more. */
void friend_leave(L4_Word_t label, unsigned n, const L4_Word_t *words);
int friend_map(L4_Word_t container, unsigned page, unsigned n, unsigned rights);
uint32_t friend_peek(unsigned page);
void friend_poke(unsigned page, uint32_t value);
int friend_main(const char *parent);

/* ---- the tests ---- */
struct test {
    const char *name;
    void (*run)(void);
    bool friend;                        /* needs one */
};
#define T(name)     { #name, name, false }
#define T2(name)    { #name, name, true }
extern const struct test swap_tests[], swap_errors[], swap_server_tests[];       /* of tests/guest/swap */
extern const struct test container_tests[], copy_tests[], control_tests[], share_tests[], turn_tests[];
extern const struct test extra_tests[];

#endif
