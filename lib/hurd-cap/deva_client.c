/* SPDX-License-Identifier: MIT */
/* The client functions for deva, include/hurd/deva.h.  After: servers/deva.  They are calls with
 * untyped words only.  So they need no receive window (except ports_map and memory_map) and no
 * memory. */
#include <errno.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <hurd/deva.h>

/* MR0 of a request with this label and so many untyped words. */
static L4_Word_t request_tag(L4_Word_t label, L4_Word_t words)
{
    return label << 16 | words;
}

static L4_Word_t message_word(int index)
{
    L4_Word_t word;
    L4_StoreMR(index + 1, &word);
    return word;
}

/* Calls the server with the message in the message registers.  Returns 0 if at least `least` words
 * came back, else an errno.  `success` is the label of a good reply. */
static int call(L4_ThreadId_t server, L4_Word_t success, L4_Word_t least)
{
    L4_MsgTag_t tag = L4_Call(server);
    if (L4_IpcFailed(tag))
        return EIO;
    if (L4_Label(tag) == HURD_DEVA_ERROR) {
        int err = L4_UntypedWords(tag) > 0 ? (int) message_word(0) : 0;
        return err ? err : EIO;
    }
    if (L4_Label(tag) != success || L4_UntypedWords(tag) < least)
        return EPROTO;
    return 0;
}

int hurd_deva_putchar(L4_ThreadId_t server, L4_Word_t device, char c)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_IO_WRITE, 2));
    L4_LoadMR(1, device);
    L4_LoadMR(2, (unsigned char) c);
    return call(server, HURD_DEVA_IO_WRITE, 0);
}

int hurd_deva_getchar(L4_ThreadId_t server, L4_Word_t device, char *c)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_IO_READ, 1));
    L4_LoadMR(1, device);
    int err = call(server, 0, 1);
    if (!err)
        *c = (char) message_word(0);
    return err;
}

/* Puts the bytes into the message registers from 3 on, behind the handle and their number. */
static void load_bytes(L4_Word_t label, L4_Word_t handle, const unsigned char *text, L4_Word_t size)
{
    L4_Word_t words = (size + 3) / 4;
    L4_LoadMR(0, request_tag(label, 2 + words));
    L4_LoadMR(1, handle);
    L4_LoadMR(2, size);
    for (L4_Word_t w = 0; w < words; w++) {
        L4_Word_t packed = 0;
        for (L4_Word_t b = 0; b < 4 && 4 * w + b < size; b++)
            packed |= (L4_Word_t) text[4 * w + b] << 8 * b;
        L4_LoadMR((int) (3 + w), packed);
    }
}

/* Sends one message of at most HURD_DEVA_CHUNK bytes.  *done is the number of bytes that deva
 * took. */
static int write_chunk(L4_ThreadId_t server, L4_Word_t device, const unsigned char *text,
                       L4_Word_t size, L4_Word_t *done)
{
    load_bytes(HURD_DEVA_WRITE_MANY, device, text, size);
    int err = call(server, 0, 1);
    if (err)
        return err;
    *done = message_word(0);
    return *done > 0 && *done <= size ? 0 : EPROTO;
}

int hurd_deva_write(L4_ThreadId_t server, L4_Word_t device, const void *text, L4_Word_t size,
                    L4_Word_t *done)
{
    L4_Word_t total = 0;
    int err = 0;
    while (total < size && !err) {
        L4_Word_t left = size - total;
        L4_Word_t now = 0;
        err = write_chunk(server, device, (const unsigned char *) text + total,
                          left < HURD_DEVA_CHUNK ? left : HURD_DEVA_CHUNK, &now);
        if (!err)
            total += now;
    }
    if (done)
        *done = total;
    return err;
}

static int read_by(L4_Word_t label, L4_ThreadId_t server, L4_Word_t device, void *text,
                   L4_Word_t limit, L4_Word_t flags, L4_Word_t *got)
{
    *got = 0;
    if (limit == 0)
        return EINVAL;
    if (limit > HURD_DEVA_CHUNK)
        limit = HURD_DEVA_CHUNK;
    L4_LoadMR(0, request_tag(label, 3));
    L4_LoadMR(1, device);
    L4_LoadMR(2, limit);
    L4_LoadMR(3, flags);
    int err = call(server, 0, 1);
    if (err)
        return err;
    L4_Word_t count = message_word(0);
    if (count > limit)
        return EPROTO;
    for (L4_Word_t i = 0; i < count; i++) {
        L4_Word_t word = message_word((int) (1 + i / 4));
        ((unsigned char *) text)[i] = (unsigned char) (word >> i % 4 * 8);
    }
    *got = count;
    return 0;
}

int hurd_deva_read(L4_ThreadId_t server, L4_Word_t device, void *text, L4_Word_t limit,
                   L4_Word_t flags, L4_Word_t *got)
{
    return read_by(HURD_DEVA_READ_MANY, server, device, text, limit, flags, got);
}

int hurd_deva_read_raw(L4_ThreadId_t server, L4_Word_t device, void *text, L4_Word_t limit,
                       L4_Word_t flags, L4_Word_t *got)
{
    return read_by(HURD_DEVA_READ_RAW, server, device, text, limit, flags, got);
}

int hurd_deva_info(L4_ThreadId_t server, L4_Word_t device, L4_Word_t *kind, L4_Word_t *parts)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_INFO, 1));
    L4_LoadMR(1, device);
    int err = call(server, 0, 2);
    if (!err) {
        *kind = message_word(0);
        *parts = message_word(1);
    }
    return err;
}

int hurd_deva_foreground(L4_ThreadId_t server, L4_Word_t master, L4_Word_t task_id,
                         struct hurd_deva_typed *typed)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_FOREGROUND, 2));
    L4_LoadMR(1, master);
    L4_LoadMR(2, task_id);
    int err = call(server, 0, 3);
    if (!err)
        L4_StoreMRs(1, 3, (L4_Word_t *) typed);
    return err;
}

int hurd_deva_console_group(L4_ThreadId_t server, L4_Word_t device, L4_Word_t *group)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_CONSOLE_GROUP,
                             *group == HURD_DEVA_FOREGROUND_ASK ? 1 : 2));
    L4_LoadMR(1, device);
    L4_LoadMR(2, *group);
    int err = call(server, 0, 1);
    if (!err)
        *group = message_word(0);
    return err;
}

enum { MODES = sizeof(struct hurd_deva_modes) / sizeof(L4_Word_t) };

int hurd_deva_get_modes(L4_ThreadId_t server, L4_Word_t device, struct hurd_deva_modes *modes)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_MODES, 1));
    L4_LoadMR(1, device);
    int err = call(server, 0, MODES);
    if (!err)
        L4_StoreMRs(1, MODES, (L4_Word_t *) modes);
    return err;
}

int hurd_deva_set_modes(L4_ThreadId_t server, L4_Word_t device,
                        const struct hurd_deva_modes *modes)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_MODES, 1 + MODES));
    L4_LoadMR(1, device);
    L4_LoadMRs(2, MODES, (const L4_Word_t *) modes);
    return call(server, 0, MODES);
}

int hurd_deva_console_inject(L4_ThreadId_t server, L4_Word_t device, L4_Word_t task_id,
                             L4_Word_t *handle)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_CONSOLE_INJECT, 2));
    L4_LoadMR(1, device);
    L4_LoadMR(2, task_id);
    int err = call(server, 0, 1);
    if (!err)
        *handle = message_word(0);
    return err;
}

int hurd_deva_irq_attach(L4_ThreadId_t server, L4_Word_t master, L4_Word_t irq,
                         L4_ThreadId_t handler)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_IRQ_ATTACH, 3));
    L4_LoadMR(1, master);
    L4_LoadMR(2, irq);
    L4_LoadMR(3, handler.raw);
    return call(server, 0, 0);
}

int hurd_deva_irq_detach(L4_ThreadId_t server, L4_Word_t master, L4_Word_t irq)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_IRQ_DETACH, 2));
    L4_LoadMR(1, master);
    L4_LoadMR(2, irq);
    return call(server, 0, 0);
}

int hurd_deva_keymap(L4_ThreadId_t server, L4_Word_t master, L4_Word_t *layout)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_KEYMAP, 2));
    L4_LoadMR(1, master);
    L4_LoadMR(2, *layout);
    int err = call(server, 0, 1);
    if (!err)
        *layout = message_word(0);
    return err;
}

int hurd_deva_status(L4_ThreadId_t server, L4_Word_t master, const char *text, L4_Word_t size)
{
    if (size > HURD_DEVA_STATUS_MOST)
        return EINVAL;
    load_bytes(HURD_DEVA_STATUS, master, (const unsigned char *) text, size);
    return call(server, 0, 0);
}

int hurd_deva_ports_map(L4_ThreadId_t server, L4_Word_t master, L4_Word_t io_fpage)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_PORTS_MAP, 2));
    L4_LoadMR(1, master);
    L4_LoadMR(2, io_fpage);
    return call(server, 0, 0);
}

int hurd_deva_block_register(L4_ThreadId_t server, L4_Word_t master, L4_ThreadId_t thread,
                             L4_Word_t disk, L4_Word_t disks)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_BLOCK_REGISTER, 4));
    L4_LoadMR(1, master);
    L4_LoadMR(2, thread.raw);
    L4_LoadMR(3, disk);
    L4_LoadMR(4, disks);
    return call(server, 0, 0);
}

int hurd_deva_block_find(L4_ThreadId_t server, L4_Word_t device, L4_ThreadId_t *thread,
                         L4_Word_t *drivers)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_BLOCK_FIND, 1));
    L4_LoadMR(1, device);
    int err = call(server, 0, 2);
    if (!err) {
        thread->raw = message_word(0);
        *drivers = message_word(1);
    }
    return err;
}

int hurd_deva_block_check(L4_ThreadId_t server, L4_Word_t master, L4_Word_t task_id,
                          L4_Word_t handle, struct hurd_deva_extent *extent)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_BLOCK_CHECK, 3));
    L4_LoadMR(1, master);
    L4_LoadMR(2, task_id);
    L4_LoadMR(3, handle);
    int err = call(server, 0, 5);
    if (!err)
        *extent = (struct hurd_deva_extent) { message_word(0), message_word(1), message_word(2),
                                              message_word(3), message_word(4) };
    return err;
}

int hurd_deva_block_grant(L4_ThreadId_t server, L4_Word_t master, L4_Word_t task_id,
                          const struct hurd_deva_extent *extent, L4_Word_t *handle)
{
    L4_LoadMR(0, request_tag(HURD_DEVA_BLOCK_GRANT, 6));
    L4_LoadMR(1, master);
    L4_LoadMR(2, task_id);
    L4_LoadMR(3, extent->disk);
    L4_LoadMR(4, extent->first);
    L4_LoadMR(5, extent->sectors);
    L4_LoadMR(6, extent->rights);
    int err = call(server, 0, 1);
    if (!err)
        *handle = message_word(0);
    return err;
}

int hurd_deva_dma_pages(L4_ThreadId_t server, L4_Word_t master, L4_Word_t pages, L4_Word_t limit,
                        struct hurd_deva_dma *memory)
{
    if (pages < 1 || pages > HURD_DEVA_DMA_MOST) /* no more have a place in *memory */
        return EINVAL;
    L4_LoadMR(0, request_tag(HURD_DEVA_DMA_MEMORY, 3));
    L4_LoadMR(1, master);
    L4_LoadMR(2, pages);
    L4_LoadMR(3, limit);
    int err = call(server, 0, 2 + pages);
    if (err)
        return err;
    memory->container = message_word(0);
    memory->pages = message_word(1);
    for (L4_Word_t i = 0; i < pages; i++)
        memory->physical[i] = message_word(2 + i);
    return memory->pages == pages ? 0 : EPROTO;
}

int hurd_deva_dma_memory(L4_ThreadId_t server, L4_Word_t master, struct hurd_deva_dma *memory)
{
    return hurd_deva_dma_pages(server, master, HURD_DEVA_DMA_PAGES, 0, memory);
}

int hurd_deva_memory_map(L4_ThreadId_t server, L4_Word_t master, L4_Word_t physical,
                         L4_Word_t bytes, L4_Fpage_t window)
{
    L4_Acceptor_t before = L4_Accepted();
    L4_Accept(L4_MapGrantItems(window));
    L4_LoadMR(0, request_tag(HURD_DEVA_MEMORY_MAP, 3));
    L4_LoadMR(1, master);
    L4_LoadMR(2, physical);
    L4_LoadMR(3, bytes);
    int err = call(server, 0, 0);
    L4_Accept(before);
    return err;
}
