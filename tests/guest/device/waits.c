/* SPDX-License-Identifier: MIT */
/* How long a client waits for a driver that itself waits for its device.  For tests/system.
 *      waits speaker   BEEPS tones of TONE ms
 *      waits clock     asks once for the time
 *      waits FILE      reads it, PIECE bytes at a time
 * Says the microseconds of one request, on average. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hurd/clock.h>
#include <hurd/device.h>
#include <hurd/speaker.h>
#include <hurd/startup.h>
#include <l4/schedule.h>

enum { BEEPS = 20, TONE = 10, HERTZ = 440, PIECE = 16384 };

static char bytes[PIECE];

static int beep_all(unsigned *requests)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    struct hurd_driver driver;
    int err = hurd_driver_find(L4_ThreadIdOfRaw(console.server), console.cap, HURD_DEVICE_SPEAKER,
                               0, &driver);
    for (*requests = 0; !err && *requests < BEEPS; ++*requests)
        err = hurd_speaker_beep(driver.thread, HERTZ, TONE);
    return err;
}

static int ask_clock(unsigned *requests)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    struct hurd_clock_time time;
    struct hurd_driver driver;
    *requests = 1;
    int err = hurd_driver_find(L4_ThreadIdOfRaw(console.server), console.cap, HURD_DEVICE_CLOCK, 0,
                               &driver);
    return err ? err : hurd_clock_read(driver.thread, &time);
}

static int read_all(const char *path, unsigned *requests)
{
    ssize_t got;
    int f = open(path, O_RDONLY);
    if (f < 0)
        return errno;
    for (*requests = 0; (got = read(f, bytes, PIECE)) > 0; ++*requests)
        ;
    int err = got < 0 ? errno : 0;
    close(f);
    return err;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "speaker";
    unsigned requests = 0;
    uint64_t start = L4_SystemClock().raw;
    int err = !strcmp(what, "speaker") ? beep_all(&requests)
              : !strcmp(what, "clock") ? ask_clock(&requests) : read_all(what, &requests);
    if (err || requests == 0) {
        printf("waits: %s: %s\n", what, strerror(err));
        return EXIT_FAILURE;
    }
    printf("waits: %u requests, %lu us each\n", requests,
           (unsigned long) ((L4_SystemClock().raw - start) / requests));
    return EXIT_SUCCESS;
}
