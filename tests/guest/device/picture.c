/* SPDX-License-Identifier: MIT */
/* The screen, with this program as its driver.  On a machine without a screen there is none. */
#include "tests/guest/device/device.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <hurd/console.h>
#include <hurd/mm.h>
#include <l4/thread.h>

#include "servers/screen/vga.h"

static const struct hurd_device screen = {
    .number = 43, .class = HURD_DEVICE_CONSOLE, .count = 2,
    .resource = { { HURD_RESOURCE_PORTS, SCREEN_PORTS, 2 },
                  { HURD_RESOURCE_MEMORY, SCREEN_PHYSICAL, SCREEN_BYTES } },
};

static L4_Word_t pager(void)
{
    return L4_GlobalIdOf(L4_Pager()).raw;
}

static uint16_t *window(void)
{
    char *area = mmap(NULL, 2 * SCREEN_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return (uint16_t *) (((uintptr_t) area + SCREEN_BYTES - 1) & ~(uintptr_t) (SCREEN_BYTES - 1));
}

static int map_at(L4_Word_t handle, L4_Word_t base, L4_Word_t bytes, uint16_t *at)
{
    return hurd_deva_memory_map(deva(), handle, base, bytes, L4_Fpage((L4_Word_t) at, SCREEN_BYTES));
}

static const uint16_t *picture_of(L4_Word_t handle)
{
    L4_Word_t words[64] = { handle };
    uintptr_t at = 0;
    EXPECT_EQ(request(HURD_CONSOLE_PICTURE, 1, words), 0);
    EXPECT_EQ(hurd_vm_map_container(&at, SCREEN_BYTES, 0, HURD_VM_READ, words[0], 0), 0);
    return (const uint16_t *) at;
}

/* The driver has shown `done` bytes of changes.  Waits for the next ones. */
static struct hurd_console_change change_after(L4_Word_t handle, L4_Word_t done)
{
    L4_Word_t words[4] = { handle, done, 0 };
    struct hurd_console_change change = { 0, 0, 0 };
    EXPECT_EQ(hurd_cap_rpc(deva(), HURD_CONSOLE_EXCHANGE, 3, words, 4, words, NULL), 0);
    EXPECT_EQ(words[0], 0);                             /* no room: a screen says nothing */
    EXPECT_EQ(words[1], sizeof change);
    memcpy(&change, words + 2, sizeof change);
    return change;
}

static void print(const char *text)
{
    EXPECT_EQ(hurd_deva_write(deva(), console(), text, strlen(text), NULL), 0);
}

/* deva has the screen, and shows its picture: nothing of what we left there is to be seen. */
static bool card_is_as_the_picture(L4_Word_t handle, const uint16_t *picture)
{
    uint16_t *card = window();
    EXPECT_EQ(map_at(handle, SCREEN_PHYSICAL, SCREEN_BYTES, card), 0);
    return !memcmp(card, picture, SCREEN_CELLS * sizeof card[0]);
}

void screen_is_given_to_its_driver_as_a_whole(void)
{
    struct hurd_device d = screen, keyboard = {
        .number = 41, .class = HURD_DEVICE_CONSOLE, .count = 1,
        .resource = { { HURD_RESOURCE_PORTS, 0x60, 1 } },
    };
    L4_Word_t handle;
    d.resource[1].size = 2 * SCREEN_BYTES;
    EXPECT_EQ(grant(&d, &handle), EINVAL);
    d.resource[1] = (struct hurd_resource) { HURD_RESOURCE_PORTS, 0x60, 1 };    /* of another part */
    EXPECT_EQ(grant(&d, &handle), EINVAL);
    d = screen;
    d.class = HURD_DEVICE_OTHER;
    EXPECT_EQ(grant(&d, &handle), EBUSY);
    EXPECT_EQ(grant(&screen, &handle), 0);
    EXPECT_EQ(map_at(handle, SCREEN_PHYSICAL, SCREEN_BYTES / 2, window()), EINVAL);
    EXPECT_EQ(map_at(handle, SCREEN_PHYSICAL + SCREEN_BYTES, SCREEN_BYTES, window()), EPERM);
    EXPECT_EQ(map_at(master(), SCREEN_PHYSICAL, SCREEN_BYTES, window()), EBUSY);
    EXPECT_EQ(REQUEST(HURD_DEVA_PORTS_MAP, handle, L4_IoFpageLog2(0x3D0, 3).raw), EPERM);
    EXPECT_EQ(REQUEST(HURD_DEVA_PORTS_MAP, master(), L4_IoFpageLog2(SCREEN_PORTS, 1).raw), EBUSY);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_PICTURE, handle, 0), EINVAL);
    drop(handle);
    EXPECT_EQ(grant(&keyboard, &handle), 0);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_PICTURE, handle), EINVAL);
    EXPECT_EQ(map_at(handle, SCREEN_PHYSICAL, SCREEN_BYTES, window()), EPERM);
    drop(handle);
    keyboard.class = HURD_DEVICE_OTHER;
    keyboard.resource[0].base = 0x2F8;
    EXPECT_EQ(grant(&keyboard, &handle), 0);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_PICTURE, handle), EPERM);
    drop(handle);
}

void screen_of_a_driver_changes_as_deva_says(void)
{
    L4_Word_t handle;
    EXPECT_EQ(grant(&screen, &handle), 0);
    const uint16_t *picture = picture_of(handle);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_DRIVE, handle, pager()), 0);
    struct hurd_console_change first = change_after(handle, 0);
    EXPECT_EQ(first.from, 0);
    EXPECT_EQ(first.to, SCREEN_CELLS);
    EXPECT_EQ(first.cursor < SCREEN_CELLS, true);
    print("\033[2J\033[H");
    change_after(handle, sizeof first);
    print("\033[3;1Ha");
    print("bc");                                        /* both are one change */
    struct hurd_console_change next = change_after(handle, sizeof next);
    EXPECT_EQ(next.from, 2 * SCREEN_COLUMNS);
    EXPECT_EQ(next.to, 2 * SCREEN_COLUMNS + 3);
    EXPECT_EQ(next.cursor, 2 * SCREEN_COLUMNS + 3);
    EXPECT_EQ(picture[2 * SCREEN_COLUMNS + 2], 0x0700 | 'c');
    print("\n");
    next = change_after(handle, sizeof next);
    EXPECT_EQ(next.from >= next.to, true);
    EXPECT_EQ(next.cursor, 3 * SCREEN_COLUMNS);
    EXPECT_EQ(REQUEST(HURD_CONSOLE_EXCHANGE, handle, 0, 1, 'x'), EINVAL);
    drop(handle);
}

void screen_is_drawn_anew_when_its_driver_makes_no_sense(void)
{
    L4_Word_t handle;
    EXPECT_EQ(grant(&screen, &handle), 0);
    const uint16_t *picture = picture_of(handle);
    EXPECT_EQ(card_is_as_the_picture(handle, picture), true);
    for (L4_Word_t done = 1; done <= 7; done += 6) {    /* more than was said, in both cases */
        uint16_t *card = window();
        EXPECT_EQ(REQUEST(HURD_CONSOLE_DRIVE, handle, pager()), 0);
        EXPECT_EQ(map_at(handle, SCREEN_PHYSICAL, SCREEN_BYTES, card), 0);
        memset(card, 0x5A, SCREEN_BYTES);
        print("what nobody has shown\n");
        if (done > 1)
            change_after(handle, 0);
        EXPECT_EQ(REQUEST(HURD_CONSOLE_EXCHANGE, handle, done, 0), EINVAL);
        EXPECT_EQ(card_is_as_the_picture(handle, picture), true);
    }
    drop(handle);
}
