/* SPDX-License-Identifier: MIT */
/* The table.  Spec 4.2 (what ExchangeRegisters aborts), 4.3 (deletion, version change, migration), 5.2, 5.3, 5.6, 6.1, 6.2.
 * A test is a state; what is not named there is not noticed by the victim (`calm`) and its partner. */
#include "stage.h"

enum {
    NO_RECEIVER = 4, NO_SENDER = 5, SEND_CANCELLED = 6, RECEIVE_CANCELLED = 7, SEND_ABORTED = 14, RECEIVE_ABORTED = 15
};

#define EVERY_END_OF_IT(x)                                                                         \
    [RENAMED] = x, [MOVED] = x, [MOVED_LAST] = x, [ABORTED] = x
#define GONE(x) [DELETED] = x, [DELETED_LAST] = x

/* ---- it runs */

ROW(victim_that_is_ready, .victim = spins, .shows = L4_SCHED_RUNNING, .calm = GOES_ON)

ROW(victim_that_is_ready_and_sent_to, .victim = spins, .partner = sends, .shows = L4_SCHED_RUNNING, .calm = GOES_ON,
    .partner_sees = {GONE(NO_RECEIVER), [RENAMED] = NO_RECEIVER})

ROW(victim_that_is_ready_and_waited_for, .victim = spins, .partner = receives, .shows = L4_SCHED_RUNNING,
    .calm = GOES_ON, .partner_sees = {GONE(NO_SENDER), [RENAMED] = NO_SENDER})

ROW(victim_that_runs_and_does_it_itself, .victim = acts, .partner = sends, .acts = true, .shows = L4_SCHED_RUNNING,
    .calm = DONE, .partner_sees = {GONE(NO_RECEIVER), [RENAMED] = NO_RECEIVER})

/* The third one has woken up, the victim has noted that, and still it has not run. */
static bool held_back(void)
{
    return L4_ThreadStatus(cast[THIRD].id) == L4_SCHED_RUNNING && cast[VICTIM].flags == cast[THIRD].count + 1;
}

ROW(victim_that_delays_its_preemption, .victim = spins_on, .third = naps, .delay = 60000, .settled = held_back,
    .shows = L4_SCHED_RUNNING, .calm = GOES_ON)

/* ---- it sends */

ROW(victim_that_waits_to_send, .victim = sends, .partner = asleep, .first = PARTNER, .shows = L4_SCHED_PENDING_SEND,
    .victim_sees = {EVERY_END_OF_IT(SEND_CANCELLED), [PARTNER_DELETED] = NO_RECEIVER, [PARTNER_RENAMED] = NO_RECEIVER})

ROW(victim_that_waits_to_send_to_one_who_is_engaged, .victim = sends, .partner = receives_string,
    .partners_pager = pages, .missing = PARTNER, .asked = 1, .third = sends_string, .first = PARTNER,
    .shows = L4_SCHED_PENDING_SEND,
    .victim_sees = {EVERY_END_OF_IT(SEND_CANCELLED), [PARTNER_DELETED] = NO_RECEIVER, [PARTNER_RENAMED] = NO_RECEIVER})

/* The message lies with the redirector, and without one it waits for the next. */
ROW(victim_whose_message_waits_for_the_redirector, .victim = sends, .partner = asleep, .redirector = asleep,
    .first = PARTNER, .shows = L4_SCHED_PENDING_SEND,
    .victim_sees = {EVERY_END_OF_IT(SEND_CANCELLED), [PARTNER_DELETED] = NO_RECEIVER, [PARTNER_RENAMED] = NO_RECEIVER})

ROW(victim_whose_call_the_redirector_has_taken, .victim = calls, .partner = asleep, .redirector = hears_once,
    .first = PARTNER, .shows = L4_SCHED_WAITING,
    .victim_sees = {EVERY_END_OF_IT(RECEIVE_CANCELLED), [PARTNER_DELETED] = NO_SENDER, [PARTNER_RENAMED] = NO_SENDER})

/* ---- it receives */

ROW(victim_that_receives_from_one, .victim = receives, .partner = asleep, .shows = L4_SCHED_WAITING,
    .victim_sees = {EVERY_END_OF_IT(RECEIVE_CANCELLED), [PARTNER_DELETED] = NO_SENDER, [PARTNER_RENAMED] = NO_SENDER})

ROW(victim_that_receives_from_anybody, .victim = waits, .partner = asleep, .shows = L4_SCHED_WAITING,
    .victim_sees = {EVERY_END_OF_IT(RECEIVE_CANCELLED)})

ROW(victim_that_receives_from_its_own_space, .victim = waits_locally, .partner = sends, .shows = L4_SCHED_WAITING,
    .victim_sees = {EVERY_END_OF_IT(RECEIVE_CANCELLED)},
    .partner_sees = {GONE(NO_RECEIVER), [RENAMED] = NO_RECEIVER})

ROW(victim_that_receives_with_a_timeout, .victim = receives_for_a_while, .partner = asleep, .timed = true,
    .shows = L4_SCHED_WAITING,
    .victim_sees = {EVERY_END_OF_IT(RECEIVE_CANCELLED), [PARTNER_DELETED] = NO_SENDER, [PARTNER_RENAMED] = NO_SENDER})

ROW(victim_that_sleeps, .victim = sleeps, .timed = true, .shows = L4_SCHED_WAITING,
    .victim_sees = {EVERY_END_OF_IT(RECEIVE_CANCELLED)})

ROW(victim_that_waits_for_an_interrupt, .victim = hears_interrupt, .irq = true, .shows = L4_SCHED_WAITING,
    .victim_sees = {EVERY_END_OF_IT(RECEIVE_CANCELLED)})

static bool rings(void)
{
    rtc_on();
    L4_Sleep(L4_TimePeriod(10000));
    rtc_off();
    return true;
}

ROW(victim_for_whom_an_interrupt_waits, .victim = asleep, .irq = true, .settled = rings, .shows = L4_SCHED_WAITING,
    .victim_sees = {EVERY_END_OF_IT(RECEIVE_CANCELLED)})

/* ---- it asks its pager or handler */

ROW(victim_whose_fault_the_pager_has, .victim = touches, .pager = pages, .asked = 1, .shows = L4_SCHED_RUNNING,
    .victim_sees = {EVERY_END_OF_IT(ASKS_AGAIN), [PAGER_DELETED] = HALTS})

ROW(victim_whose_fault_waits_for_the_pager, .victim = touches, .pager = asleep, .shows = L4_SCHED_RUNNING,
    .victim_sees = {[PAGER_DELETED] = HALTS})

ROW(victim_whose_exception_the_handler_has, .victim = traps, .pager = pages, .asked = 1, .shows = L4_SCHED_RUNNING,
    .victim_sees = {EVERY_END_OF_IT(ASKS_AGAIN), [PAGER_DELETED] = HALTS})

/* ---- it copies a string and a page is missing: four times its own, four times the partner's; in each half both directions, and
 * the one that comes second runs the copy */

#define SENDS_COPY                                                                                 \
    .victim = sends_string, .partner = receives_string, .pager = pages, .partners_pager = pages, .asked = 1,               \
    .shows = L4_SCHED_SENDING
#define RECEIVES_COPY                                                                              \
    .victim = receives_string, .partner = sends_string, .pager = pages, .partners_pager = pages, .asked = 1,               \
    .shows = L4_SCHED_RECEIVING
#define ENDS_COPY(mine, its, ...)                                                                  \
    .victim_sees = {EVERY_END_OF_IT(mine), [PARTNER_DELETED] = mine, [PARTNER_RENAMED] = mine, __VA_ARGS__},               \
    .partner_sees = {GONE(its), EVERY_END_OF_IT(its)
#define PAGER_TOO(its) , [PAGER_DELETED] = its}
#define NOT_PAGER }

ROW(victim_that_sends_a_string_and_lacks_a_page, SENDS_COPY, .missing = VICTIM, .first = PARTNER,
    ENDS_COPY(SEND_ABORTED, RECEIVE_ABORTED, [PAGER_DELETED] = SEND_ABORTED) PAGER_TOO(RECEIVE_ABORTED))

ROW(victim_that_receives_a_string_and_lacks_a_page, RECEIVES_COPY, .missing = VICTIM, .first = VICTIM,
    ENDS_COPY(RECEIVE_ABORTED, SEND_ABORTED, [PAGER_DELETED] = RECEIVE_ABORTED) PAGER_TOO(SEND_ABORTED))

ROW(victim_that_sends_a_string_to_a_late_receiver_and_lacks_a_page, SENDS_COPY, .missing = VICTIM, .first = VICTIM,
    ENDS_COPY(SEND_ABORTED, RECEIVE_ABORTED, [PAGER_DELETED] = SEND_ABORTED) PAGER_TOO(RECEIVE_ABORTED))

ROW(victim_that_receives_a_string_late_and_lacks_a_page, RECEIVES_COPY, .missing = VICTIM, .first = PARTNER,
    ENDS_COPY(RECEIVE_ABORTED, SEND_ABORTED, [PAGER_DELETED] = RECEIVE_ABORTED) PAGER_TOO(SEND_ABORTED))

ROW(victim_that_sends_a_string_to_one_who_lacks_a_page, SENDS_COPY, .missing = PARTNER, .first = PARTNER,
    ENDS_COPY(SEND_ABORTED, RECEIVE_ABORTED, ) NOT_PAGER)

ROW(victim_that_receives_a_string_from_one_who_lacks_a_page, RECEIVES_COPY, .missing = PARTNER, .first = VICTIM,
    ENDS_COPY(RECEIVE_ABORTED, SEND_ABORTED, ) NOT_PAGER)

ROW(victim_that_sends_a_string_to_a_late_receiver_who_lacks_a_page, SENDS_COPY, .missing = PARTNER, .first = VICTIM,
    ENDS_COPY(SEND_ABORTED, RECEIVE_ABORTED, ) NOT_PAGER)

ROW(victim_that_receives_a_string_late_from_one_who_lacks_a_page, RECEIVES_COPY, .missing = PARTNER, .first = PARTNER,
    ENDS_COPY(RECEIVE_ABORTED, SEND_ABORTED, ) NOT_PAGER)

/* ---- one of the two is preempted in a long copy: the one that comes second runs it.  The thread that runs it is moved when it is over. */

#define LONG(mine, its, ...)                                                                                               \
    .roomy = true, .missing = NOBODY, .calm = DONE,                                                                        \
    .victim_sees = {[RENAMED] = mine, [ABORTED] = mine, [PARTNER_DELETED] = mine, [PARTNER_RENAMED] = mine, __VA_ARGS__},  \
    .partner_sees = {GONE(its), [RENAMED] = its, [ABORTED] = its, [STOPPED] = DONE, [SCHEDULER_DELETED] = DONE,
#define MOVED_BY(its) [MOVED] = its, [MOVED_LAST] = its }

ROW(victim_preempted_while_it_sends_a_long_string, .victim = sends_long, .partner = receives_long, .first = PARTNER,
    .shows = L4_SCHED_SENDING, LONG(SEND_ABORTED, RECEIVE_ABORTED, ) MOVED_BY(DONE))

ROW(victim_preempted_while_it_receives_a_long_string, .victim = receives_long, .partner = sends_long, .first = PARTNER,
    .shows = L4_SCHED_RECEIVING, LONG(RECEIVE_ABORTED, SEND_ABORTED, ) MOVED_BY(DONE))

ROW(victim_whose_receiver_is_preempted_in_a_long_string, .victim = sends_long, .partner = receives_long, .first = VICTIM,
    .shows = L4_SCHED_SENDING,
    LONG(SEND_ABORTED, RECEIVE_ABORTED, [MOVED] = SEND_ABORTED, [MOVED_LAST] = SEND_ABORTED) MOVED_BY(RECEIVE_ABORTED))

ROW(victim_whose_sender_is_preempted_in_a_long_string, .victim = receives_long, .partner = sends_long, .first = VICTIM,
    .shows = L4_SCHED_RECEIVING,
    LONG(RECEIVE_ABORTED, SEND_ABORTED, [MOVED] = RECEIVE_ABORTED, [MOVED_LAST] = RECEIVE_ABORTED) MOVED_BY(SEND_ABORTED))

/* ---- it does not run */

static bool stands_still(void)
{
    L4_Word_t count = cast[VICTIM].count;
    L4_Sleep(L4_TimePeriod(4000));
    return cast[VICTIM].count == count && count;
}

static bool scheduler_knows(void) { return cast[SCHEDULER].count && stands_still(); }

/* Whatever happens: without a new quantum it does not run, with one it does (finish()). */
ROW(victim_whose_scheduler_does_not_hear_that_its_quantum_is_over, .victim = spins, .scheduler = asleep,
    .quantum = 10000, .settled = stands_still, .shows = L4_SCHED_RUNNING, .calm = STILL)

ROW(victim_whose_scheduler_has_heard_that_its_quantum_is_over, .victim = spins, .scheduler = hears_once,
    .quantum = 10000, .settled = scheduler_knows, .shows = L4_SCHED_RUNNING, .calm = STILL)

ROW(victim_that_is_halted, .victim = spins, .halted = true, .shows = L4_SCHED_INACTIVE, .calm = GOES_ON)

ROW(victim_that_is_halted_and_receives, .victim = receives, .partner = asleep, .halted = true,
    .shows = L4_SCHED_INACTIVE,
    .victim_sees = {EVERY_END_OF_IT(RECEIVE_CANCELLED), [PARTNER_DELETED] = NO_SENDER, [PARTNER_RENAMED] = NO_SENDER})

ROW(victim_that_is_inactive, .victim = spins, .inactive = true, .shows = L4_SCHED_INACTIVE)

ROW(victim_that_is_inactive_and_sent_to, .victim = spins, .partner = sends, .inactive = true,
    .shows = L4_SCHED_INACTIVE, .partner_sees = {GONE(NO_RECEIVER), [RENAMED] = NO_RECEIVER})

/* ---- somebody else, the partner, is about to move it, and is preempted: its space has much to unmap */

ROW(victim_that_is_being_moved, .victim = spins_laden, .partner = moves, .laden = true, .first = VICTIM,
    .shows = L4_SCHED_RUNNING, .calm = GOES_ON,
    .partner_sees = {[DELETED_LAST] = WHATEVER, [RENAMED] = DONE, [MOVED_LAST] = DONE, [ABORTED] = DONE,
                     [STOPPED] = DONE, [SCHEDULER_DELETED] = DONE})
