/* SPDX-License-Identifier: MIT */
/* deverrors NUMBER VERSION: sends wrong requests to the framework, whose first thread has that id,
 * and to the drivers of the clock, the speaker and the network card, and compares the errors. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <hurd/bus.h>
#include <hurd/cap.h>
#include <hurd/clock.h>
#include <hurd/net.h>
#include <hurd/speaker.h>
#include <hurd/startup.h>

static unsigned checks, wrong;

static void check(int line, int err, int wanted)
{
    checks++;
    if (err == wanted)
        return;
    wrong++;
    printf("deverrors: line %d: error %d, wanted %d\n", line, err, wanted);
}

static int ask(L4_ThreadId_t server, unsigned label, unsigned n, const L4_Word_t *words)
{
    L4_Word_t out[63];
    return hurd_cap_rpc(server, label, n, words, 63, out, NULL);
}

#define ASK(server, label, ...)                                                                    \
    ask(server, label, sizeof((L4_Word_t[]) { 0, ##__VA_ARGS__ }) / sizeof(L4_Word_t) - 1,         \
        (L4_Word_t[]) { 0, ##__VA_ARGS__ } + 1)
#define CHECK(expression, wanted) check(__LINE__, expression, wanted)

static L4_ThreadId_t driver(enum hurd_device_class class)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    struct hurd_driver found = { .drivers = 0 };
    CHECK(hurd_driver_find(L4_ThreadIdOfRaw(console.server), console.cap, class, 0, &found), 0);
    return found.thread;
}

static void framework(L4_ThreadId_t fabrica)
{
    L4_Word_t kind, device;
    struct hurd_bus_device d;
    CHECK(hurd_bus_device(fabrica, 0, &d), 0);
    CHECK(hurd_bus_device(fabrica, 999, &d), ENOENT);
    CHECK(ASK(fabrica, HURD_BUS_DEVICE), EINVAL);
    CHECK(ASK(fabrica, HURD_BUS_DEVICE, 0, 0), EINVAL);
    CHECK(hurd_bus_rescan(fabrica, &kind, &device), EPERM);
    CHECK(hurd_bus_drive(fabrica, 3, HURD_BUS_STOP), EPERM);
    CHECK(hurd_bus_event(fabrica, 0, &kind, &device), 0);
    CHECK(hurd_bus_event(fabrica, 999, &kind, &device), EAGAIN);
    CHECK(ASK(fabrica, HURD_BUS_EVENT), EINVAL);
    CHECK(ASK(fabrica, HURD_BUS_EVENT, 0, 0), EINVAL);
    CHECK(ASK(fabrica, 1095, 0), EBADF);
    CHECK(ASK(fabrica, HURD_CAP_GIVE, 0, 5), EBADF);
    CHECK(ASK(fabrica, HURD_CAP_TASK_DIED, 5), EPERM);
}

static void clock_and_speaker(L4_ThreadId_t clock, L4_ThreadId_t speaker)
{
    CHECK(ASK(clock, HURD_CLOCK_READ), 0);
    CHECK(ASK(clock, HURD_CLOCK_READ, 1), EINVAL);
    CHECK(ASK(clock, HURD_SPEAKER_BEEP, 440, 10), EBADF);
    CHECK(ASK(speaker, HURD_DEVICE_ALIVE), 0);
    CHECK(ASK(speaker, HURD_SPEAKER_BEEP, 440, 10), 0);
    CHECK(ASK(speaker, HURD_SPEAKER_BEEP, 440), EINVAL);
    CHECK(ASK(speaker, HURD_SPEAKER_BEEP, 440, 10, 1), EINVAL);
    CHECK(ASK(speaker, HURD_SPEAKER_BEEP, HURD_SPEAKER_LOWEST - 1, 10), EINVAL);
    CHECK(ASK(speaker, HURD_SPEAKER_BEEP, HURD_SPEAKER_HIGHEST + 1, 10), EINVAL);
    CHECK(ASK(speaker, HURD_SPEAKER_BEEP, 440, 0), EINVAL);
    CHECK(ASK(speaker, HURD_SPEAKER_BEEP, 440, HURD_SPEAKER_LONGEST + 1), EINVAL);
    CHECK(ASK(speaker, HURD_DEVICE_INTERRUPT, 8), EBADF);       /* only deva may say that */
}

static void net(L4_ThreadId_t card)
{
    CHECK(ASK(card, HURD_NET_INFO), 0);
    CHECK(ASK(card, HURD_NET_INFO, 0), EINVAL);
    CHECK(ASK(card, HURD_NET_WRITE, 240, 4, 0), EPERM);         /* no frame has begun */
    CHECK(ASK(card, HURD_NET_SEND, 60), EPERM);
    CHECK(ASK(card, HURD_NET_READ, 0), EPERM);
    CHECK(ASK(card, HURD_NET_RECEIVE), EAGAIN);
    CHECK(ASK(card, HURD_NET_RECEIVE, 0), EINVAL);
    CHECK(ASK(card, HURD_NET_READ), EINVAL);
    CHECK(ASK(card, HURD_NET_READ, HURD_NET_FRAME + 1), EINVAL);
    CHECK(ASK(card, HURD_NET_WRITE, 0, 0), EINVAL);
    CHECK(ASK(card, HURD_NET_WRITE, 0, 4), EINVAL);
    CHECK(ASK(card, HURD_NET_WRITE, 0, 4, 0, 0), EINVAL);
    CHECK(ASK(card, HURD_NET_WRITE, 0, HURD_NET_PIECE + 1, 0), EINVAL);
    CHECK(ASK(card, HURD_NET_WRITE, HURD_NET_FRAME - 3, 4, 0), EINVAL);
    CHECK(ASK(card, HURD_NET_WRITE, (L4_Word_t) -2, 4, 0), EINVAL);
    CHECK(ASK(card, HURD_NET_WRITE, 0, 4, 0), 0);
    CHECK(ASK(card, HURD_NET_WRITE, HURD_NET_FRAME - 4, 4, 0), 0);
    CHECK(ASK(card, HURD_NET_SEND), EINVAL);
    CHECK(ASK(card, HURD_NET_SEND, HURD_NET_LEAST - 1), EINVAL);
    CHECK(ASK(card, HURD_NET_SEND, HURD_NET_FRAME + 1), EINVAL);
    CHECK(ASK(card, HURD_NET_SEND, HURD_NET_FRAME), 0);
    CHECK(ASK(card, HURD_NET_SEND, HURD_NET_FRAME), EPERM);     /* it is sent */
    CHECK(ASK(card, HURD_NET_READ + 1, 0), EBADF);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return EXIT_FAILURE;
    framework(L4_GlobalId(strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10)));
    clock_and_speaker(driver(HURD_DEVICE_CLOCK), driver(HURD_DEVICE_SPEAKER));
    net(driver(HURD_DEVICE_NET));
    printf("deverrors: %u of %u errors are right\n", checks - wrong, checks);
    return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
