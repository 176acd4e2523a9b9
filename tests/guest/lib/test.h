/* SPDX-License-Identifier: MIT */
/* A root task full of tests.  TEST(name_that_is_a_sentence) { ... EXPECT(...); } in any file is all: main()
 * (supervisor.c) runs each in a thread of its own, watches it, and deletes what it left behind. */
#ifndef TEST_H
#define TEST_H

#include <l4/l4.h>
#include <l4/serial.h>

struct test {
    const char *name;
    void (*run)(void);
};

#define TEST(name)                                                                                 \
    static void name(void);                                                                        \
    static const struct test test_##name                                                           \
        __attribute__((used, section("tests"), aligned(4))) = {#name, name};                       \
    static void name(void)

/* A failed check is reported and the test goes on; in helpers of the same space, too. */
#define EXPECT(c) test_expect(!!(c), __FILE__, __LINE__, #c)
#define EXPECT_EQ(a, b)                                                                            \
    test_expect_eq((L4_Word_t)(a), (L4_Word_t)(b), __FILE__, __LINE__, #a " == " #b)
/* Not possible here: the test passes with a remark.  Ends the test. */
#define SKIP(why)                                                                                  \
    do {                                                                                           \
        test_skip(why);                                                                            \
        return;                                                                                    \
    } while (0)

bool test_expect(bool good, const char *file, int line, const char *text);
bool test_expect_eq(L4_Word_t a, L4_Word_t b, const char *file, int line, const char *text);
void test_skip(const char *why);

/* ---- time limits for everything that should happen soon / must not happen */
#define SOON   L4_TimePeriod(3000000)
#define MOMENT L4_TimePeriod(30000)
L4_Word64_t clock_us(void);

/* ---- threads.  All are deleted when the test ends.  Stacks, globals and code are the test's own, also in
 * other spaces: the supervisor maps this program's image there 1:1 on demand. */
L4_ThreadId_t supervisor(void);        /* pager of all that have no other */
L4_ThreadId_t fresh_id(void);          /* nobody's global id */
void *fresh_utcb(void);                /* nobody's UTCB location of our space */
L4_ThreadId_t helper(void (*f)(void)); /* in this space, started */
L4_ThreadId_t helper_inactive(void);
L4_ThreadId_t helper_waiting_for_start(L4_ThreadId_t pager);
L4_ThreadId_t stranger(void (*f)(void)); /* in a space of its own, started */
L4_ThreadId_t stranger_of(L4_ThreadId_t pager, void (*f)(void)); /* the caller must be that pager */
L4_ThreadId_t companion(L4_ThreadId_t stranger, void (*f)(void)); /* one more in its space */
L4_ThreadId_t space_create(void);         /* a thread in a new space without areas */
L4_Word_t areas_set(L4_ThreadId_t space); /* SpaceControl with our own areas */
L4_Word_t activate(L4_ThreadId_t t, L4_ThreadId_t pager);
L4_Word_t thread_delete(L4_ThreadId_t t);
L4_Word_t stack_for(L4_ThreadId_t t, void (*f)(void)); /* the sp to start it with */
void start(L4_ThreadId_t t, void (*f)(void));          /* a thread of this space */
_Noreturn void rest(void);                             /* sleep for ever: the end of every helper */

/* As a pager: serves faults of `from` on this program's image until it faults elsewhere, or sends something
 * else; that message is in the MRs.  A failed tag after SOON. */
L4_MsgTag_t pager_serve(L4_ThreadId_t from);
/* Sends to a thread that may have to fault on the image before it can receive. */
L4_MsgTag_t pager_send(L4_ThreadId_t to, const L4_Msg_t *m);
bool in_image(L4_Word_t address);

/* ---- messages */
L4_MsgTag_t send_words(L4_ThreadId_t to, L4_Word_t label, L4_Word_t w0,
                       L4_Word_t w1);           /* waits SOON */
L4_MsgTag_t expect_message(L4_ThreadId_t from); /* waits SOON */

#endif
