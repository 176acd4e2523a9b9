/* SPDX-License-Identifier: MIT */
/* Spec 5.12: what a server does for a client counts for the client, also when its slice is over meanwhile.  Clients that
 * keep servers of a higher priority busy take no more of the processor than their turns. */
#include "test.h"

enum { CLIENTS = 4, SERVERS = 2 };

static volatile L4_Word_t spins, work, long_time;
static L4_ThreadId_t server[SERVERS];
static volatile unsigned clients, next_client;

static void bystander(void)
{
    for (;;)
        spins++;
}

/* Some two slices and a half. */
static void be_long(void)
{
    for (L4_Word_t n = long_time; n; n--)
        work++;
}

static void serve(void)
{
    L4_ThreadId_t from;
    L4_MsgTag_t tag = L4_Wait(&from);
    for (;;) {
        be_long();
        L4_LoadMR(0, 0);
        tag = L4_Label(tag) ? L4_Wait(&from) : L4_ReplyWait(from, &from);
    }
}

/* Passes a request on to the other server, and the answer back. */
static void serve_by_another(void)
{
    L4_ThreadId_t from;
    L4_Wait(&from);
    for (;;) {
        L4_LoadMR(0, 0);
        L4_Call(server[1]);
        L4_LoadMR(0, 0);
        L4_ReplyWait(from, &from);
    }
}

static void call(void)
{
    for (;;) {
        L4_LoadMR(0, 0);
        L4_Call(server[0]);
    }
}

static void call_either(void)
{
    L4_ThreadId_t mine = server[next_client++ % SERVERS];
    for (;;) {
        L4_LoadMR(0, 0);
        L4_Call(mine);
    }
}

static void send(void)
{
    for (;;) {
        L4_LoadMR(0, 1 << 16);
        L4_Send(server[0]);
    }
}

static L4_ThreadId_t server_of(L4_Word_t priority, void (*f)(void))
{
    L4_ThreadId_t t = helper(f);
    EXPECT(L4_Set_Priority(t, priority));
    return t;
}
static L4_ThreadId_t server_start(void (*f)(void)) { return server_of(140, f); }

/* How much the bystander gets beside so many clients: a quarter of a fair turn at least. */
static void expect_a_turn(void (*client)(void))
{
    L4_Set_Priority(L4_MyGlobalId(), 200);
    helper(bystander);
    L4_Sleep(L4_TimePeriod(20000));
    L4_Word_t before = spins;
    L4_Sleep(L4_TimePeriod(100000));
    long_time = (spins - before) / 4;
    EXPECT(long_time > 0);
    for (int i = 0; i < CLIENTS; i++)
        helper(client);
    L4_Sleep(L4_TimePeriod(50000));
    spins = work = 0;
    L4_Sleep(L4_TimePeriod(1500000));
    L4_Word_t had = spins, others = work;
    serial_printf("# the bystander had %lu of %lu\n", had, had + others);
    EXPECT(others > 0);
    EXPECT(had >= (had + others) / (4 * (CLIENTS + 1)));
}

TEST(overtime_of_one_server_is_its_clients_time)
{
    server[0] = server_start(serve);
    expect_a_turn(call);
}

TEST(overtime_of_a_server_behind_a_server_is_the_clients_time)
{
    server[0] = server_start(serve_by_another);
    server[1] = server_start(serve);
    expect_a_turn(call);
}

/* As between a program, a pager above it, and a server of both. */
TEST(overtime_of_a_server_above_a_server_is_the_clients_time)
{
    server[0] = server_of(120, serve_by_another);
    server[1] = server_start(serve);
    expect_a_turn(call);
}

TEST(overtime_of_two_servers_is_their_clients_time)
{
    next_client = 0;
    for (int i = 0; i < SERVERS; i++)
        server[i] = server_start(serve);
    expect_a_turn(call_either);
}

TEST(overtime_for_a_message_without_an_answer_is_its_senders_time)
{
    server[0] = server_start(serve);
    expect_a_turn(send);
}
