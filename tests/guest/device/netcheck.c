/* SPDX-License-Identifier: MIT */
/* netcheck [PINGS]: asks QEMU's network for the address of its gateway (ARP), then sends the
 * gateway echo requests (ICMP) of all sizes up to the largest frame, and compares what comes back. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/device.h>
#include <hurd/net.h>
#include <hurd/startup.h>
#include <l4/ipc.h>

enum {
    ETHERNET = 14, IP = 20, ICMP = 8,
    TYPE_ARP = 0x0806, TYPE_IP = 0x0800,
    TRIES = 300,                /* of 10 ms */
    LARGEST = HURD_NET_FRAME - ETHERNET - IP - ICMP,
};

static const uint8_t our_ip[4] = { 10, 0, 2, 15 }, their_ip[4] = { 10, 0, 2, 2 };
static uint8_t ours[8], theirs[6];
static uint8_t frame[HURD_NET_FRAME], reply[HURD_NET_FRAME];
static L4_ThreadId_t driver;

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t) (value >> 8);
    at[1] = (uint8_t) value;
}

static unsigned get16(const uint8_t *at)
{
    return at[0] << 8 | at[1];
}

static unsigned checksum(const uint8_t *data, unsigned bytes)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < bytes; i++)
        sum += i % 2 ? data[i] : data[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return ~sum & 0xFFFF;
}

static void head(const uint8_t *to, unsigned type)
{
    memset(frame, 0, sizeof frame);
    memcpy(frame, to, 6);
    memcpy(frame + 6, ours, 6);
    put16(frame + 12, type);
}

/* Waits for a frame of that type.  Returns its length; 0: none comes. */
static L4_Word_t receive(unsigned type)
{
    for (int i = 0; i < TRIES; i++) {
        L4_Word_t bytes;
        int err = hurd_net_receive(driver, reply, &bytes);
        if (!err && get16(reply + 12) == type)
            return bytes;
        if (err && err != EAGAIN)
            printf("netcheck: receive: %s\n", strerror(err));
        if (err)
            L4_Sleep(L4_TimePeriod(10000));
    }
    return 0;
}

static bool ask_address(void)
{
    static const uint8_t everybody[6] = { 255, 255, 255, 255, 255, 255 };
    static const uint8_t request[] = { 0, 1, 8, 0, 6, 4, 0, 1 };
    head(everybody, TYPE_ARP);
    memcpy(frame + 14, request, sizeof request);
    memcpy(frame + 22, ours, 6);
    memcpy(frame + 28, our_ip, 4);
    memcpy(frame + 38, their_ip, 4);
    int err = hurd_net_send(driver, frame, 42);
    if (err)
        printf("netcheck: send: %s\n", strerror(err));
    if (err || !receive(TYPE_ARP) || memcmp(reply + 28, their_ip, 4))
        return false;
    memcpy(theirs, reply + 22, 6);
    return true;
}

static bool ping(unsigned number, unsigned size)
{
    uint8_t *ip = frame + ETHERNET, *icmp = ip + IP;
    head(theirs, TYPE_IP);
    ip[0] = 0x45, ip[8] = 64, ip[9] = 1;
    put16(ip + 2, IP + ICMP + size);
    memcpy(ip + 12, our_ip, 4);
    memcpy(ip + 16, their_ip, 4);
    put16(ip + 10, checksum(ip, IP));
    icmp[0] = 8;
    put16(icmp + 6, number);
    for (unsigned i = 0; i < size; i++)
        icmp[ICMP + i] = (uint8_t) (number * 31 + i * 7 + (i >> 8));
    put16(icmp + 2, checksum(icmp, ICMP + size));
    if (hurd_net_send(driver, frame, ETHERNET + IP + ICMP + size) || !receive(TYPE_IP))
        return false;
    const uint8_t *answer = reply + ETHERNET + IP;
    return answer[0] == 0 && get16(answer + 6) == number &&
           !memcmp(answer + ICMP, icmp + ICMP, size);
}

int main(int argc, char **argv)
{
    unsigned pings = argc > 1 ? (unsigned) strtoul(argv[1], NULL, 10) : 20, good = 0;
    struct hurd_startup_cap console = __hurd_startup_data->console;
    struct hurd_driver found;
    struct hurd_net_info info;
    int err = hurd_driver_find(L4_ThreadIdOfRaw(console.server), console.cap, HURD_DEVICE_NET, 0,
                               &found);
    driver = found.thread;
    if (err || L4_IsNilThread(driver) || hurd_net_info(driver, &info)) {
        printf("netcheck: there is no network card\n");
        return EXIT_FAILURE;
    }
    memcpy(ours, info.address, sizeof ours);
    if (!ask_address()) {
        printf("netcheck: nobody answers\n");
        return EXIT_FAILURE;
    }
    printf("netcheck: we are %02x:%02x:%02x:%02x:%02x:%02x, the gateway is "
           "%02x:%02x:%02x:%02x:%02x:%02x\n", ours[0], ours[1], ours[2], ours[3], ours[4], ours[5],
           theirs[0], theirs[1], theirs[2], theirs[3], theirs[4], theirs[5]);
    for (unsigned i = 0; i < pings; i++)
        good += ping(i, i + 1 == pings ? (unsigned) LARGEST : i * 97 % LARGEST);
    hurd_net_info(driver, &info);
    printf("netcheck: %u of %u echoes are right; the card received %lu, sent %lu, lost %lu\n", good,
           pings, info.received, info.sent, info.lost);
    return good == pings ? EXIT_SUCCESS : EXIT_FAILURE;
}
