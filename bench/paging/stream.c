/* SPDX-License-Identifier: MIT */
/* Multimedia: every 40 ms an item of a stream has to be decoded, and between items something else
 * reads its way through a large file. The decoder needs the item's page, some tables, and the last
 * picture. Time is virtual: the modelled disk's, and that of the instructions. */
#include "lab.h"
#include "apps/policies/scan_policy.h"

enum {
    ITEMS = 100, PERIOD = 40000, FRAMES = 256,
    TABLES = 61, PICTURE = 40, HOG = 2000,
    FOR_ITEMS = 4, FOR_HOG = FRAMES - FOR_ITEMS - TABLES - PICTURE,
};

static struct lab_store movie, tables, picture, hog;

static void fill(uint32_t page, uint32_t *words)
{
    for (uint32_t i = 0; i < WORDS; i++)
        words[i] = page * 2654435761u + i;
}

static void look(const struct lab_store *s, uint32_t page)
{
    lab_check(lab_words(s, page)[page % WORDS] == page * 2654435761u + page % WORDS,
              "a page is wrong");
}

/* Tables are used in no order. */
static void decode(uint32_t item)
{
    look(&movie, item);
    for (uint32_t i = 0; i < TABLES; i++)
        look(&tables, i * 17 % TABLES);
    for (uint32_t i = 0; i < PICTURE; i++) {
        volatile uint32_t *words = lab_words(&picture, i);
        lab_check(words[3] == item * (i + 1), "the last picture is wrong");
        words[3] += i + 1;
    }
}

/* Before the first item, a player fills its tables. */
static void warm_up(void)
{
    for (uint32_t i = 0; i < TABLES; i++)
        look(&tables, i);
    for (uint32_t i = 0; i < PICTURE; i++)
        lab_check(lab_words(&picture, i)[3] == 0, "the first picture is wrong");
}

static void run(const char *name, bool own)
{
    uint32_t read = 0;
    lab_open(&movie, ITEMS, LAB_READABLE, fill);
    lab_open(&tables, TABLES, LAB_READABLE, fill);
    lab_open(&picture, PICTURE, LAB_WRITABLE, NULL);
    lab_open(&hog, HOG, LAB_READABLE, fill);
    unsigned policy = lab_policy(&movie, &hurd_policy_clock, own ? FOR_ITEMS : FRAMES, 0);
    if (own) {
        policy = lab_policy(&tables, &hurd_policy_clock, TABLES + PICTURE, 0);
        lab_policy(&hog, &scan_policy, FOR_HOG, 0);
    } else {
        lab_share(&hog, policy);
        lab_share(&tables, policy);
    }
    lab_share(&picture, policy);
    warm_up();
    lab_start();
    for (uint32_t item = 0; item < ITEMS; item++) {
        while (lab_time() < (uint64_t)(item + 1) * PERIOD)
            look(&hog, read++ % HOG);
        decode(item);
        if (lab_time() > (uint64_t)(item + 2) * PERIOD)
            lab_late();
    }
    lab_report("stream", name, FRAMES);
    lab_close(&hog);
    lab_close(&picture);
    lab_close(&tables);
    lab_close(&movie);
}

void stream(void)
{
    run("clock", false);
    run("own", true);
}
