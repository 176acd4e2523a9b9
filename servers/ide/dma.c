/* SPDX-License-Identifier: MIT */
/* Each channel has three registers: command, status, and the address of a table of pieces of
 * memory.  No piece may cross 64 KB; the pieces here are pages. */
#include "dma.h"
#include "ports.h"

enum {
    PAGE = 4096,
    MASTER_COMMAND = 0,
    MASTER_STATUS = 2,
    MASTER_TABLE = 4,
    COMMAND_START = 1,
    COMMAND_TO_MEMORY = 8,
    STATUS_ACTIVE = 1,          /* the transfer is not complete */
    STATUS_FAILED = 2,
    STATUS_INTERRUPT = 4,       /* this bit and the one before are cleared by writing ones */
    DRIVES_DO_DMA = 0x60,       /* bits of the BIOS, which stay as they are */
    LAST_PIECE = 1u << 31,
};

struct hurd_deva_dma dma_memory;
uint8_t *dma_pages;

struct piece {
    uint32_t address;
    uint32_t bytes;             /* bits 0-15 are the number, bit 31 is LAST_PIECE */
};

void dma_stop(const struct channel *c)
{
    if (!c->bus_master)
        return;
    port_out8(c->bus_master + MASTER_COMMAND, 0);
    uint8_t kept = port_in8(c->bus_master + MASTER_STATUS) & DRIVES_DO_DMA;
    port_out8(c->bus_master + MASTER_STATUS, kept | STATUS_FAILED | STATUS_INTERRUPT);
}

void dma_prepare(const struct channel *c, uint32_t bytes, bool to_memory)
{
    volatile struct piece *piece = (volatile struct piece *) (dma_pages + dma_data_pages() * PAGE);
    dma_stop(c);
    for (unsigned i = 0; bytes > 0; i++) {
        uint32_t size = bytes < PAGE ? bytes : PAGE;
        bytes -= size;
        piece[i].address = dma_memory.physical[i];
        piece[i].bytes = size | (bytes ? 0 : LAST_PIECE);
    }
    port_out32(c->bus_master + MASTER_TABLE, dma_memory.physical[dma_data_pages()]);
    port_out8(c->bus_master + MASTER_COMMAND, to_memory ? COMMAND_TO_MEMORY : 0);
}

void dma_start(const struct channel *c, bool to_memory)
{
    port_out8(c->bus_master + MASTER_COMMAND,
              COMMAND_START | (to_memory ? COMMAND_TO_MEMORY : 0));
}

bool dma_interrupted(const struct channel *c)
{
    return port_in8(c->bus_master + MASTER_STATUS) & STATUS_INTERRUPT;
}

bool dma_failed(const struct channel *c)
{
    return port_in8(c->bus_master + MASTER_STATUS) & (STATUS_FAILED | STATUS_ACTIVE);
}
