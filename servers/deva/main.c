/* SPDX-License-Identifier: MIT */
/* The life of deva.  It gets the hardware from wortel, becomes the console, gives the boot tasks
 * their capabilities, and serves.  One thread does all of this: requests, interrupts and text from
 * wortel are messages to it.  Protocols: include/hurd/deva.h, include/hurd/wortel.h. */
#include "block.h"
#include "console.h"
#include "device.h"
#include "dma.h"
#include "favour.h"
#include "foreground.h"
#include "ranges.h"
#include "interrupts.h"
#include "master.h"
#include "omega0.h"
#include "parts.h"
#include "ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <hurd/deva.h>
#include <hurd/device.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#define PRIORITY 150

void port_pause(void)
{
    L4_Sleep(L4_TimePeriod(1000));
}

/* ---- messages that are not requests of clients ---- */

/* Text that other servers gave to wortel: 0 count, 1.. packed bytes. */
static int serve_log(struct hurd_cap_call *call)
{
    L4_Word_t size = call->words > 0 ? call->arg[0] : 0;
    if (size <= HURD_DEVA_CHUNK && call->words == 1 + (size + 3) / 4)
        console_write((const char *) &call->arg[1], size);
    return HURD_CAP_NO_REPLY;
}

/* Messages from senders of version 1.  The reply to an interrupt has no words and acknowledges
 * it. */
static int serve_other(struct hurd_cap_call *call)
{
    if (interrupt_serve(call->from))
        return 0;
    if (interrupt_serve_shared(call->from))
        return HURD_CAP_NO_REPLY;
    if (L4_IsThreadEqual(call->from, hurd_wortel_thread()) && call->label == HURD_DEVA_LOG)
        return serve_log(call);
    return EOPNOTSUPP;
}

/* One way, from `task`. */
static int serve_group_is(struct hurd_cap_call *call)
{
    if (call->task != HURD_TASK_TASK)
        return EPERM;
    if (call->words == 2)
        foreground_note_group(call->arg[0], call->arg[1]);
    return HURD_CAP_NO_REPLY;
}

/* Requests for which the kind of the capability does not matter, or that have none. */
static int serve_any(struct hurd_cap_call *call)
{
    parts_spoken(call->from);
    console_forget_reader(call->from);
    switch (call->label) {
    case HURD_DEVICE_DRIVER_FIND:
        return device_serve_find(call);
    case HURD_DEVICE_IRQ_DONE:
        return interrupt_serve_done(call);
    case HURD_TASK_GROUP_IS:
        return serve_group_is(call);
    default:
        return EOPNOTSUPP;
    }
}

static unsigned forget_task(unsigned task)
{
    console_forget_task(task);
    device_forget_task(task);
    interrupt_forget_task(task);
    block_forget_task(task);
    dma_forget_task(task);
    ranges_forget_task(task);
    parts_forget_task(task);
    favour_forget_task(task);
    return 0;
}

struct hurd_cap_server deva = {
    .table = { .alloc = hurd_cap_heap_alloc, .free = hurd_cap_heap_free },
    .root = serve_any,
    .other = serve_other,
    .cancel = console_cancel,
    .task_died = forget_task,
};

/* ---- boot ---- */

static L4_Word_t wortel_cap(void)
{
    return __hurd_startup_data->wortel.cap;
}

/* Returns the address of the card's memory in deva's space; NULL if there is none.  mmap gives an
 * address range without access, so no page is ever put there. */
static uint16_t *map_card(void)
{
    void *window = mmap(NULL, SCREEN_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (window == MAP_FAILED)
        return NULL;
    L4_Fpage_t fpage = L4_Fpage((L4_Word_t) window, SCREEN_BYTES);
    if (hurd_wortel_get_io_mem(wortel_cap(), SCREEN_PHYSICAL, SCREEN_BYTES, fpage.raw)) {
        munmap(window, SCREEN_BYTES);
        return NULL;
    }
    return window;
}

/* Memory for the cells, in a container, so that the screen's driver can see them. */
static uint16_t *make_picture(void)
{
    uintptr_t at = 0;
    return hurd_vm_new_container(&at, SCREEN_BYTES, &console.picture) ? NULL : (uint16_t *) at;
}

static void become_console(void)
{
    bool serial = !master_take_ports(L4_IoFpageLog2(0x3f8, 3).raw);
    bool keyboard = !master_take_ports(L4_IoFpageLog2(0x60, 0).raw) &&
                    !master_take_ports(L4_IoFpageLog2(0x64, 0).raw);
    bool cursor = !master_take_ports(L4_IoFpageLog2(SCREEN_PORTS, 1).raw);
    console.card = cursor ? map_card() : NULL;
    uint16_t *cells = console.card ? make_picture() : NULL;
    hurd_wortel_console_take(wortel_cap());
    console_init(serial, keyboard, cells);
}

/* A device without an interrupt is read whenever a reader asks. */
static void attach_interrupts(void)
{
    if (console.uart.present && interrupt_attach(IRQ_SERIAL, L4_MyGlobalId()))
        printf("deva: the serial port has no interrupt: it is read only when a program reads\n");
    if (console.keyboard.present && interrupt_attach(IRQ_KEYBOARD, L4_MyGlobalId()))
        printf("deva: the keyboard has no interrupt: it is read only when a program reads\n");
    console_receive();
}

static void announce(void)
{
    char line[128];
    int length = snprintf(line, sizeof line, "deva: console on%s%s%s\n",
                          console.uart.present ? console.uart.has_fifo ? " COM1 (16550A)" : " COM1"
                                               : " no serial port",
                          console.screen.cells ? ", VGA 80x25" : ", no screen",
                          console.keyboard.present ? ", PS/2 keyboard" : ", no keyboard");
    console_write(line, (unsigned) length);
    if (!console.screen.cells || console.keyboard.present)
        return;
    length = snprintf(line, sizeof line, "deva: %sthe BIOS can make a USB keyboard a PS/2 one\n"
                      "      (\"USB legacy support\" in its setup)\n",
                      console.uart.present ? "type at COM1, or: " : "");
    console_write(line, (unsigned) length);
}

/* wortel names the boot tasks one after the other; after the last one it asks for the master
 * capability. */
static int hand_out_capabilities(void)
{
    L4_ThreadId_t wortel = hurd_wortel_thread();
    L4_Word_t is_master = 0;
    while (!is_master) {
        L4_Word_t answer[2], handle;
        unsigned got;
        int err = hurd_cap_rpc(
            wortel, HURD_WORTEL_LABEL(HURD_WORTEL_GET_DEVA_CAP_REQUEST, wortel_cap()), 0, NULL, 2,
            answer, &got);
        if (!err && got < 2)
            err = EPROTO;
        if (err)
            return err;
        is_master = answer[1];
        err = is_master ? master_give_master(answer[0], &handle)
                        : master_give_console(answer[0], &handle);
        if (!err)
            err = hurd_cap_rpc(wortel,
                               HURD_WORTEL_LABEL(HURD_WORTEL_GET_DEVA_CAP_REPLY, wortel_cap()), 1,
                               &handle, 0, NULL, NULL);
        if (err)
            return err;
    }
    return 0;
}

static int bootstrap_final(void)
{
    return hurd_cap_rpc(hurd_wortel_thread(),
                        HURD_WORTEL_LABEL(HURD_WORTEL_BOOTSTRAP_FINAL, wortel_cap()), 0, NULL, 0,
                        NULL, NULL);
}

/* Waits for the next message.  With a shared interrupt or news for a driver on its way, deva
 * replies first: a client that still waits for its reply must not get them in its place. */
static L4_MsgTag_t next_message(bool reply, L4_ThreadId_t *from)
{
    L4_Accept(L4_UntypedWordsAcceptor);
    if (!omega0_masked() && !parts_need_pass() && favour_pass() == UINT32_MAX)
        return reply ? L4_ReplyWait(*from, from) : L4_Wait(from);
    if (reply)
        L4_Reply(*from);
    uint32_t us = parts_pass(), lines = interrupts_pass(), favours = favour_pass();
    us = us < lines ? us : lines;
    us = us < favours ? us : favours;
    return us == UINT32_MAX ? L4_Wait(from) : L4_Wait_Timeout(L4_TimePeriod(us), from);
}

static _Noreturn void serve(void)
{
    L4_ThreadId_t from = L4_nilthread;
    bool reply = false;
    for (;;) {
        L4_MsgTag_t tag = next_message(reply, &from);
        reply = L4_IpcSucceeded(tag) && hurd_cap_serve(&deva, from, tag);
    }
}

int main(void)
{
    hurd_mm_data_touch();
    interrupts_init();
    become_console();
    announce();
    attach_interrupts();
    hurd_wortel_priority(wortel_cap(), L4_MyGlobalId(), PRIORITY);
    master_init();
    int err = hand_out_capabilities();
    if (!err)
        err = bootstrap_final();
    if (err) {
        printf("deva: a request to wortel or its reply failed (%s), so deva cannot start\n",
               strerror(err));
        return EXIT_FAILURE;
    }
    serve();
}
