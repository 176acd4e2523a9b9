/* SPDX-License-Identifier: MIT */
/* The words of IDENTIFY DEVICE that the driver needs.  ATA-4, 8.12.  Most words are optional.
 * Older drives have zeroes or rubbish in words that were defined later.  So a word counts only if
 * another word says that it is valid. */
#include "identify.h"

#include <string.h>

enum {
    MODEL = 27,                 /* 20 words; the first character is in the high byte */
    MULTIPLE = 47,              /* low byte: the most sectors between two interrupts */
    MULTIPLE_MOST = 16,
    CAPABILITIES = 49,          /* bit 8 DMA, bit 9 LBA */
    VALID = 53,                 /* bit 1: words 64-70 are valid; bit 2: word 88 is valid */
    SECTORS = 60,               /* two words, the low one first */
    MULTIWORD = 63,             /* bits 0-2: the modes that the drive has */
    ULTRA = 88,
    ULTRA_MOST = 2,             /* a cable with 40 wires carries no more */
    SECTORS_MOST = 1u << 28,
};

static int highest_bit(unsigned bits)
{
    int n = -1;
    for (; bits; bits >>= 1)
        n++;
    return n;
}

/* Returns a power of two, because some drives take nothing else. */
static uint8_t best_multiple(const uint16_t *w)
{
    unsigned most = w[MULTIPLE] & 0xFF;
    return most <= 1 ? 1 : 1u << highest_bit(most < MULTIPLE_MOST ? most : MULTIPLE_MOST);
}

static uint8_t best_mode(const uint16_t *w)
{
    if (!(w[CAPABILITIES] & 1 << 8))
        return 0;
    int ultra = w[VALID] & 1 << 2 ? highest_bit(w[ULTRA] & 0x3F) : -1;
    if (ultra >= 0)
        return 0x40 + (ultra < ULTRA_MOST ? ultra : ULTRA_MOST);
    int multi = highest_bit(w[MULTIWORD] & 7);
    return multi >= 0 ? 0x20 + multi : 0;
}

/* Copies the model without the blanks at its end.  A byte that is no character becomes a question
 * mark. */
static void model_read(const uint16_t *w, char model[40])
{
    memset(model, 0, 40);
    int length = 0;
    for (int i = 0; i < 40; i++) {
        char c = (char) (i % 2 ? w[MODEL + i / 2] & 0xFF : w[MODEL + i / 2] >> 8);
        if (c == '\0')
            c = ' ';
        model[i] = c >= ' ' && c <= '~' ? c : '?';
        if (c != ' ')
            length = i + 1;
    }
    memset(model + length, 0, 40 - length);
}

void identify_read(const uint16_t words[IDENTIFY_WORDS], struct identity *identity)
{
    uint32_t sectors = words[SECTORS] | (uint32_t) words[SECTORS + 1] << 16;
    bool lba = words[CAPABILITIES] & 1 << 9;
    identity->sectors = !lba ? 0 : sectors < SECTORS_MOST ? sectors : SECTORS_MOST;
    identity->dma_mode = best_mode(words);
    identity->multiple = best_multiple(words);
    model_read(words, identity->model);
}
