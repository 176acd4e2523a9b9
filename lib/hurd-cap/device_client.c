/* SPDX-License-Identifier: MIT */
/* The client functions for devices, include/hurd/device.h and bus.h.  After: servers/deva,
 * servers/fabrica. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <hurd/bus.h>
#include <hurd/cap.h>
#include <hurd/clock.h>
#include <hurd/device.h>
#include <hurd/speaker.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

enum {
    GRANT_HEAD = 7,
    DESCRIBE_HEAD = 5,
    RESOURCE = sizeof(struct hurd_resource) / sizeof(L4_Word_t),
    LABEL_INTERRUPT = 0xfff0,
    ERRNO_MOST = 4095,
};

int hurd_device_grant(L4_ThreadId_t server, L4_Word_t master, L4_Word_t task_id,
                      const struct hurd_device *d, L4_Word_t *handle)
{
    L4_Word_t in[GRANT_HEAD + RESOURCE * HURD_DEVICE_RESOURCES] = {
        master, task_id, d->number, d->class, d->flags, d->disk, d->disks,
    };
    unsigned got = 0;
    if (d->count > HURD_DEVICE_RESOURCES)
        return EINVAL;
    memcpy(in + GRANT_HEAD, d->resource, d->count * sizeof d->resource[0]);
    int err = hurd_cap_rpc(server, HURD_DEVICE_GRANT, GRANT_HEAD + RESOURCE * d->count, in, 1,
                           handle, &got);
    return !err && got < 1 ? EPROTO : err;
}

int hurd_device_describe(L4_ThreadId_t server, L4_Word_t handle, struct hurd_device *d)
{
    L4_Word_t out[DESCRIBE_HEAD + RESOURCE * HURD_DEVICE_RESOURCES];
    unsigned got = 0;
    int err = hurd_cap_rpc(server, HURD_DEVICE_DESCRIBE, 1, &handle, sizeof out / sizeof out[0],
                           out, &got);
    if (err)
        return err;
    if (got < DESCRIBE_HEAD || (got - DESCRIBE_HEAD) % RESOURCE != 0)
        return EPROTO;
    *d = (struct hurd_device) { out[0], out[1], out[2], out[3], out[4],
                                (got - DESCRIBE_HEAD) / RESOURCE, {{ 0 }} };
    memcpy(d->resource, out + DESCRIBE_HEAD, d->count * sizeof d->resource[0]);
    return 0;
}

int hurd_driver_register(L4_ThreadId_t server, L4_Word_t handle, L4_ThreadId_t thread)
{
    L4_Word_t in[] = { handle, thread.raw };
    return hurd_cap_rpc(server, HURD_DEVICE_DRIVER_REGISTER, 2, in, 0, NULL, NULL);
}

int hurd_driver_favour(L4_ThreadId_t server, L4_Word_t handle, L4_ThreadId_t pager)
{
    L4_Word_t in[] = { handle, pager.raw };
    return hurd_cap_rpc(server, HURD_DEVICE_DRIVER_FAVOUR, 2, in, 0, NULL, NULL);
}

int hurd_driver_find(L4_ThreadId_t server, L4_Word_t handle, enum hurd_device_class class,
                     L4_Word_t which, struct hurd_driver *driver)
{
    L4_Word_t in[] = { handle, class, which }, out[3];
    unsigned got = 0;
    int err = hurd_cap_rpc(server, HURD_DEVICE_DRIVER_FIND, 3, in, 3, out, &got);
    if (!err && got < 3)
        err = EPROTO;
    if (!err)
        *driver = (struct hurd_driver) { L4_ThreadIdOfRaw(out[0]), out[1], out[2] };
    return err;
}

int hurd_driver_archive(L4_ThreadId_t server, L4_Word_t master, L4_Word_t *container,
                        L4_Word_t *bytes)
{
    L4_Word_t out[2];
    unsigned got = 0;
    int err = hurd_cap_rpc(server, HURD_DEVICE_DRIVER_ARCHIVE, 1, &master, 2, out, &got);
    if (!err && got < 2)
        err = EPROTO;
    if (!err) {
        *container = out[0];
        *bytes = out[1];
    }
    return err;
}

int hurd_irq_line(L4_ThreadId_t deva, L4_ThreadId_t from, L4_MsgTag_t tag, L4_Word_t *line)
{
    if (L4_Version(from) == 1 && L4_Label(tag) == LABEL_INTERRUPT) {
        *line = L4_ThreadNo(from);
        return 1;
    }
    if (!L4_IsThreadEqual(from, deva) || L4_Label(tag) != HURD_DEVICE_INTERRUPT ||
        L4_UntypedWords(tag) != 1)
        return 0;
    L4_StoreMR(1, line);
    return 1;
}

void hurd_irq_done(L4_ThreadId_t from, L4_Word_t line, int mine)
{
    if (L4_Version(from) == 1) {
        L4_LoadMR(0, 0);
    } else {
        L4_LoadMR(0, L4_MakeTag(HURD_DEVICE_IRQ_DONE, 2, 0).raw);
        L4_LoadMR(1, line);
        L4_LoadMR(2, mine != 0);
    }
    L4_Send(from);
}

int hurd_bus_device(L4_ThreadId_t server, L4_Word_t number, struct hurd_bus_device *device)
{
    unsigned got = 0;
    int err = hurd_cap_rpc(server, HURD_BUS_DEVICE, 1, &number, sizeof *device / sizeof(L4_Word_t),
                           (L4_Word_t *) device, &got);
    return !err && got < sizeof *device / sizeof(L4_Word_t) ? EPROTO : err;
}

/* A request whose reply has two words. */
static int bus_rpc(L4_ThreadId_t server, unsigned label, unsigned n, const L4_Word_t *in,
                   L4_Word_t *first, L4_Word_t *second)
{
    L4_Word_t out[2] = { 0, 0 };
    unsigned got = 0;
    int err = hurd_cap_rpc(server, label, n, in, 2, out, &got);
    if (!err && got < 2)
        err = EPROTO;
    if (!err) {
        *first = out[0];
        *second = out[1];
    }
    return err;
}

int hurd_bus_rescan(L4_ThreadId_t server, L4_Word_t *inserted, L4_Word_t *removed)
{
    return bus_rpc(server, HURD_BUS_RESCAN, 0, NULL, inserted, removed);
}

int hurd_bus_event(L4_ThreadId_t server, L4_Word_t number, L4_Word_t *kind, L4_Word_t *device)
{
    return bus_rpc(server, HURD_BUS_EVENT, 1, &number, kind, device);
}

int hurd_bus_drive(L4_ThreadId_t server, L4_Word_t number, enum hurd_bus_drive what)
{
    L4_Word_t in[] = { number, what };
    return hurd_cap_rpc(server, HURD_BUS_DRIVE, 2, in, 0, NULL, NULL);
}

/* ---- classes ---- */

int hurd_driver_rpc(L4_ThreadId_t driver, unsigned label, unsigned n, const L4_Word_t *in,
                    unsigned max, L4_Word_t *out, unsigned *got)
{
    L4_Time_t patience = L4_TimePeriod(HURD_DEVICE_PATIENCE);
    L4_LoadMR(0, L4_MakeTag(label, n, 0).raw);
    L4_LoadMRs(1, n, (L4_Word_t *) in);
    L4_MsgTag_t tag = L4_Call_Timeouts(driver, patience, patience);
    if (L4_IpcFailed(tag))
        return L4_IpcErrorCode(L4_ErrorCode()) == L4_IPC_TIMEOUT ? ETIMEDOUT : EIO;
    *got = L4_UntypedWords(tag) < max ? L4_UntypedWords(tag) : max;
    L4_StoreMRs(1, *got, out);
    if (L4_Label(tag) != HURD_CAP_ERROR)
        return L4_Label(tag) ? EPROTO : 0;
    L4_Word_t err = 0;
    if (L4_UntypedWords(tag) > 0)
        L4_StoreMR(1, &err);
    return err - 1 < ERRNO_MOST ? (int) err : EPROTO;
}

int hurd_clock_read(L4_ThreadId_t driver, struct hurd_clock_time *time)
{
    unsigned got = 0;
    int err = hurd_driver_rpc(driver, HURD_CLOCK_READ, 0, NULL, sizeof *time / sizeof(L4_Word_t),
                              (L4_Word_t *) time, &got);
    if (err)
        return err;
    bool sense = got >= sizeof *time / sizeof(L4_Word_t) && time->month - 1 < 12 &&
                 time->day - 1 < 31 && time->hour < 24 && time->minute < 60 && time->second < 60;
    return sense ? 0 : EPROTO;
}

int hurd_speaker_beep(L4_ThreadId_t driver, L4_Word_t hertz, L4_Word_t milliseconds)
{
    L4_Word_t in[] = { hertz, milliseconds };
    unsigned got;
    return hurd_driver_rpc(driver, HURD_SPEAKER_BEEP, 2, in, 0, NULL, &got);
}
