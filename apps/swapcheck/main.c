/* SPDX-License-Identifier: MIT */
/* Sends pages of a container of its own to disk and has them back, and looks at every word:
 *      run swapcheck [PAGES [FRAMES [ROUNDS [SEED]]]]
 * FRAMES of the PAGES are in core at most.  Each round takes a page by lot, has it brought in, looks
 * at it, perhaps writes it anew, and sends another one out.  The status is 0 only if all pages were as
 * they should be and no page on disk is left. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>

enum {
    PAGE = 4096,
    WORDS = PAGE / 4,
    PAGES_MOST = 16384,
    BATCH = 8,                  /* pages that go out together */
};

static L4_ThreadId_t physmem;
static L4_Word_t control, container;
static uint32_t *window;        /* one page, where the page looked at is mapped */
static uint32_t version[PAGES_MOST];
static bool in_core[PAGES_MOST];
static unsigned long pages, frames, core, came, went, refused, wrong;
static uint32_t random_state;

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7FEB352D;
    x ^= x >> 15;
    x *= 0x846CA68B;
    return x ^ x >> 16;
}

static uint32_t draw(uint32_t limit)
{
    random_state += 0x9E3779B9;
    return mix(random_state) % limit;
}

static uint32_t pattern(uint32_t page, unsigned n)
{
    return mix(page * WORDS + n) ^ version[page] * 0x9E3779B9;
}

static void complain(const char *what, uint32_t page, int err)
{
    if (refused + wrong < 10)
        printf("swapcheck: page %lu: %s: %s\n", (unsigned long) page, what, strerror(err));
}

static bool map(uint32_t page, L4_Word_t rights)
{
    int err = hurd_pm_container_map(physmem, container, rights, (L4_Word_t) window, page * PAGE,
                                    PAGE, NULL);
    if (err)
        complain("cannot be mapped", page, err);
    refused += err != 0;
    return !err;
}

static void verify(uint32_t page)
{
    if (!map(page, HURD_PM_READ))
        return;
    for (unsigned n = 0; n < WORDS; n++) {
        if (window[n] != pattern(page, n)) {
            complain("is wrong", page, 0);
            wrong++;
            return;
        }
    }
}

static void renew(uint32_t page)
{
    if (!map(page, HURD_PM_READ | HURD_PM_WRITE))
        return;
    version[page]++;
    for (unsigned n = 0; n < WORDS; n++)
        window[n] = pattern(page, n);
}

static void send_out(uint32_t page)
{
    L4_Word_t amount = 0, first = page / BATCH * BATCH;
    int err = hurd_pm_swap_out(physmem, container, first * PAGE, BATCH * PAGE, 0, &amount);
    for (L4_Word_t i = first; i < first + amount / PAGE && i < pages; i++) {
        core -= in_core[i];
        went += in_core[i];
        in_core[i] = false;
    }
    if (err)
        complain("does not go out", first + amount / PAGE, err);
    refused += err != 0;
}

static bool bring_in(uint32_t page)
{
    if (in_core[page])
        return true;
    while (core + 1 > frames && !refused)
        send_out(draw(pages));
    int err = hurd_pm_swap_in(physmem, container, page * PAGE, PAGE, 0, NULL);
    if (err)
        complain("does not come in", page, err);
    refused += err != 0;
    core += !err;
    came += !err;
    in_core[page] = !err;
    return !err;
}

static int prepare(void)
{
    uintptr_t address = 0;
    int err = hurd_vm_allocate(&address, PAGE, 0, 0);
    window = (uint32_t *) address;
    if (!err)
        err = hurd_pm_container_create(physmem, control, 0, &container);
    for (uint32_t page = 0; page < pages && !err && !refused; page++) {
        while (core + 1 > frames && !refused)
            send_out(draw(page));
        err = hurd_pm_container_allocate(physmem, container, 0, page * PAGE, PAGE, NULL);
        core++;
        in_core[page] = true;
        if (!err)
            renew(page);
    }
    return err;
}

static void work(unsigned long rounds)
{
    for (unsigned long i = 0; i < rounds && !refused && !wrong; i++) {
        uint32_t page = draw(pages);
        if (!bring_in(page))
            return;
        verify(page);
        if (draw(2))
            renew(page);
    }
    for (uint32_t page = 0; page < pages && !refused && !wrong; page++)
        if (bring_in(page))
            verify(page);
}

static unsigned long argument(int argc, char **argv, int n, unsigned long otherwise)
{
    return argc > n ? strtoul(argv[n], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    physmem = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    control = __hurd_startup_data->physmem_control.cap;
    pages = argument(argc, argv, 1, 64);
    frames = argument(argc, argv, 2, 24);
    random_state = argument(argc, argv, 4, 1);
    if (pages < BATCH || pages > PAGES_MOST || frames < 2 * BATCH) {
        printf("swapcheck: %d to %d pages, and at least %d frames\n", BATCH, PAGES_MOST, 2 * BATCH);
        return EXIT_FAILURE;
    }
    int err = prepare();
    if (err)
        printf("swapcheck: %s\n", strerror(err));
    else
        work(argument(argc, argv, 3, 200));
    hurd_pm_container_destroy(physmem, container);
    struct hurd_pm_swap_info info = { 0 };
    hurd_pm_swap_info(physmem, control, &info);
    printf("swapcheck: %lu pages went out, %lu came in; %lu refused, %lu wrong, %lu left on disk\n",
           went, came, refused, wrong, info.used);
    if (err || refused || wrong || info.used)
        return EXIT_FAILURE;
    printf("swapcheck: all data intact\n");
    return EXIT_SUCCESS;
}
