/* SPDX-License-Identifier: MIT */
/* A program's side of <hurd/block.h>: it finds the driver, shows it the capability and a container,
 * and sends requests.  If the driver goes away meanwhile, the client looks for the next driver and
 * repeats the request there. */
#include <errno.h>
#include <mutex.h>
#include <string.h>

#include <hurd/block.h>
#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/physmem.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

enum {
    PAUSE = 10000,              /* in us, before the next look */
    LOOKS = 2000,               /* so many looks for a driver that has gone, */
    BUSY_TRIES = 2000,          /* and so many tries while a driver's queue is full */
    DRIVER_GONE = -1,           /* no errno has this value */
    CAPABILITIES = 8,           /* so many handles after the console's are looked at */
};

static struct mutex naming;

/* Sends one request.  Returns 0, an errno, or DRIVER_GONE.  *done is set after an error: the
 * sectors that went through.  Blocks. */
static int ask(L4_ThreadId_t driver, L4_Word_t label, unsigned n, const L4_Word_t *in, unsigned max,
               L4_Word_t *out, L4_Word_t *done)
{
    L4_LoadMR(0, L4_MakeTag(label, n, 0).raw);
    L4_LoadMRs(1, n, (L4_Word_t *) in);
    L4_MsgTag_t tag = L4_Call(driver);
    if (L4_IpcFailed(tag))
        return DRIVER_GONE;
    unsigned words = L4_UntypedWords(tag);
    L4_Word_t reply[2] = { 0, 0 };
    L4_StoreMRs(1, words < 2 ? words : 2, reply);
    if (L4_Label(tag) == HURD_BLOCK_ERROR) {
        *done = reply[1];
        return reply[0] ? (int) reply[0] : EIO;
    }
    if (L4_Label(tag) != 0 || words < max)
        return EPROTO;
    L4_StoreMRs(1, max, out);
    return 0;
}

struct showing {
    const struct hurd_block *block;
    L4_Word_t theirs;           /* what the driver calls the container */
};

static int slot_use(void *showing)
{
    struct showing *s = showing;
    const struct hurd_block *b = s->block;
    L4_Word_t none;
    int err = ask(b->driver, HURD_BLOCK_SLOT, 1, &b->volume, 0, NULL, &none);
    return err ? err : hurd_pm_container_share(b->physmem, b->container, L4_Version(b->driver),
                                               b->container_rights, &s->theirs);
}

/* Shares the container with the driver, and names it in BLOCK_BUFFER.  The caller holds `naming`:
 * a driver keeps few containers of a task that have no name yet. */
static int buffer_name(struct hurd_block *b)
{
    L4_Word_t none;
    struct showing s = { b, 0 };
    int err = hurd_cap_slot_use(slot_use, &s);
    if (err)
        return err == ESRCH ? DRIVER_GONE : err;
    const L4_Word_t in[] = { b->volume, s.theirs };
    return ask(b->driver, HURD_BLOCK_BUFFER, 2, in, 1, &b->buffer, &none);
}

static int buffer_make(struct hurd_block *b)
{
    mutex_lock(&naming);
    int err = buffer_name(b);
    mutex_unlock(&naming);
    return err;
}

static int volume_open(struct hurd_block *b)
{
    L4_Word_t drivers, answer[4], none;
    b->driver = L4_nilthread;
    L4_ThreadId_t driver;
    int err = hurd_deva_block_find(b->deva, b->capability, &driver, &drivers);
    if (!err && L4_IsNilThread(driver))
        err = DRIVER_GONE;
    if (err)
        return err;
    err = ask(driver, HURD_BLOCK_OPEN, 1, &b->capability, 4, answer, &none);
    if (err)
        return err;
    b->driver = driver;
    b->volume = answer[0];
    b->sectors = answer[1];
    b->rights = answer[2];
    return 0;
}

static int reopen_once(struct hurd_block *b)
{
    int err = volume_open(b);
    if (!err && !L4_IsNilThread(b->physmem))
        err = buffer_make(b);
    return err;
}

/* Looks until the disk has a driver that replies. */
static int reopen(struct hurd_block *b)
{
    for (int i = 0; i < LOOKS; i++) {
        int err = reopen_once(b);
        if (err != DRIVER_GONE)
            return err;
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    b->driver = L4_nilthread;
    return ETIMEDOUT;
}

/* Sends the same request to one driver after the other. */
static int request(struct hurd_block *b, L4_Word_t label, unsigned n, L4_Word_t *in, unsigned max,
                   L4_Word_t *out, L4_Word_t *done)
{
    int err = L4_IsNilThread(b->driver) ? reopen(b) : 0;
    for (int busy = 0; !err; ) {
        in[0] = b->volume;
        if (n > 2)
            in[1] = b->buffer;
        *done = 0;
        int answer = ask(b->driver, label, n, in, max, out, done);
        if (answer == EAGAIN && busy++ < BUSY_TRIES) {
            L4_Sleep(L4_TimePeriod(PAUSE));
        } else if (answer == DRIVER_GONE) {
            b->reopened++;
            err = reopen(b);
        } else {
            return answer;
        }
    }
    return err;
}

int hurd_block_open(struct hurd_block *b, L4_ThreadId_t deva, L4_Word_t capability)
{
    memset(b, 0, sizeof *b);
    b->deva = deva;
    b->capability = capability;
    return reopen(b);
}

int hurd_block_use(struct hurd_block *b, L4_ThreadId_t physmem, L4_Word_t container,
                   L4_Word_t rights)
{
    b->physmem = physmem;
    b->container = container;
    b->container_rights = rights;
    int err = L4_IsNilThread(b->driver) ? DRIVER_GONE : buffer_make(b);
    return err == DRIVER_GONE ? reopen(b) : err;
}

static int transfer(struct hurd_block *b, L4_Word_t label, L4_Word_t offset, L4_Word_t sector,
                    L4_Word_t sectors, L4_Word_t *done)
{
    L4_Word_t in[] = { 0, 0, offset, sector, sectors }, out = 0, through = 0;
    int err = request(b, label, 5, in, 1, &out, &through);
    if (done)
        *done = err ? through : out;
    return err;
}

int hurd_block_read(struct hurd_block *b, L4_Word_t offset, L4_Word_t sector, L4_Word_t sectors,
                    L4_Word_t *done)
{
    return transfer(b, HURD_BLOCK_READ, offset, sector, sectors, done);
}

int hurd_block_write(struct hurd_block *b, L4_Word_t offset, L4_Word_t sector, L4_Word_t sectors,
                     L4_Word_t *done)
{
    return transfer(b, HURD_BLOCK_WRITE, offset, sector, sectors, done);
}

int hurd_block_flush(struct hurd_block *b)
{
    L4_Word_t in, none;
    return request(b, HURD_BLOCK_FLUSH, 1, &in, 0, NULL, &none);
}

int hurd_block_info(struct hurd_block *b, struct hurd_block_info *info)
{
    L4_Word_t in, none;
    return request(b, HURD_BLOCK_INFO, 1, &in, sizeof *info / sizeof(L4_Word_t),
                   (L4_Word_t *) info, &none);
}

int hurd_block_counters(struct hurd_block *b, struct hurd_block_counters *counters)
{
    L4_Word_t in, none;
    return request(b, HURD_BLOCK_COUNT, 1, &in, sizeof *counters / sizeof(L4_Word_t),
                   (L4_Word_t *) counters, &none);
}

/* The results do not matter: if the driver has gone, it has forgotten this client. */
void hurd_block_close(struct hurd_block *b)
{
    if (!L4_IsNilThread(b->driver)) {
        if (!L4_IsNilThread(b->physmem))
            hurd_cap_drop(b->driver, b->buffer);
        hurd_cap_drop(b->driver, b->volume);
    }
    b->driver = b->physmem = L4_nilthread;
}

int hurd_block_capability(L4_ThreadId_t deva, L4_Word_t console, L4_Word_t *capability)
{
    for (L4_Word_t handle = console + 1; handle <= console + CAPABILITIES; handle++) {
        L4_Word_t kind, parts;
        if (!hurd_deva_info(deva, handle, &kind, &parts) && kind == HURD_DEVA_KIND_BLOCK) {
            *capability = handle;
            return 0;
        }
    }
    return ENOENT;
}
