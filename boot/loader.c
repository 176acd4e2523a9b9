/* SPDX-License-Identifier: MIT */
/* The multiboot loader: it gets modules, and starts the kernel as X.2 says.  Spec 6.9, 6.10.
 * Before: GRUB (or QEMU), then start.asm.  After: the trampoline, then the kernel.
 * Nothing is written over RAM before it is known where everything will be:
 *      read    the boot information is copied; the three ELF images are checked where they are
 *      place   destinations are fixed; modules and files in the way move to free places
 *      tell    boot information, KIP fields and memory descriptors go into the kernel's file
 *      leave   the trampoline copies the images to their destinations, even over this loader */
#include "loader.h"
#include <l4/bootinfo.h>
#include <l4/kip.h>

enum { KERNEL, SIGMA0, ROOT, IMAGES };
static const char *const role[IMAGES] = {"kernel", "sigma0", "root task"};

static const uint64_t POOL_LIMIT = 240u << 20;   /* the kernel can reach so much RAM */
static const uint64_t SERVER_LIMIT = 0xBF000000; /* servers see RAM 1:1, below their UTCB areas */
enum {
    POOL_MIN = 1 << 20,
    POOL_MEDIUM = 5 << 19,  /* at least, on a machine with so much RAM: */
    MEDIUM = 11 << 20,      /* (of 12 MB, the firmware takes some) */
    POOL_MAX = 64 << 20,
    TABLES_SUBTYPE = 1,
    SERVER_SUBTYPE = 2,
    MODULE_SUBTYPE = 3,
    DESCRIPTORS_BESIDE = 1, /* all, shared, pool and tables, less three modules that are images */
    KERNEL_DESCRIPTORS = 4, /* so many may the kernel add */
};

static struct given given;
static struct memmap map;
static struct image image[IMAGES];
static struct used final; /* what the kernel will find: destinations, modules, tables */
static struct used now;   /* memory that the loader still needs, and the loader itself */
static struct used wished; /* where the programs behind the root task were linked: it may load
                              them there */
static struct tables tables;
static struct range pool;
static L4_KernelInterfacePage_t *kip; /* in the kernel's file; the file may move: kip_find() */
static uint32_t kip_capacity;         /* the kernel has room for so many memory descriptors */

static uint64_t page_up(uint64_t a) { return (a + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1); }
static uint32_t kilobytes(uint64_t bytes) { return (uint32_t)(bytes >> 10); }

static _Noreturn void fail_memory(const char *what, uint64_t bytes)
{
    fail("Too little memory: %u KB of RAM have no room for %s (%u KB).",
         kilobytes(memmap_total(&map)), what, kilobytes(bytes));
}

/* ---- read */
static void map_print(void)
{
    for (size_t i = 0; i < map.rams; i++)
        print("loader: memory %8x-%8x %u KB\n", (uint32_t)map.ram[i].low,
              (uint32_t)(map.ram[i].high - 1), kilobytes(map.ram[i].high - map.ram[i].low));
    uint64_t far = 0;
    for (size_t i = 0; i < map.rams; i++)
        if (map.ram[i].high > SERVER_LIMIT)
            far += map.ram[i].high -
                   (map.ram[i].low > SERVER_LIMIT ? map.ram[i].low : SERVER_LIMIT);
    if (far)
        print("loader: %u KB of RAM from %8x up are not used: servers cannot reach them\n",
              kilobytes(far), (uint32_t)SERVER_LIMIT);
    if (map.ram_above_4g)
        print("loader: %u MB above 4 GB are not used\n", (uint32_t)(map.ram_above_4g >> 20));
}

static void images_read(void)
{
    if (given.modules < IMAGES)
        fail("Module %u (%s) is missing: the boot menu must name at least a kernel, sigma0 and a "
             "root task.",
             (unsigned)given.modules, role[given.modules]);
    for (int i = 0; i < IMAGES; i++) {
        const struct module *m = &given.module[i];
        const char *error = image_read(&image[i], (const void *)m->start, m->end - m->start);
        if (error)
            fail("Module %u (%s, %s) %s.", (unsigned)i, role[i], module_name(m), error);
    }
}

static void kip_find(void)
{
    uint8_t *file = (uint8_t *)given.module[KERNEL].start;
    uint32_t room, offset = image_find_kip(&image[KERNEL], file, &room);
    if (!offset)
        fail("Module 0 (kernel, %s) has no kernel interface page.",
             module_name(&given.module[KERNEL]));
    kip = (L4_KernelInterfacePage_t *)(file + offset);
    uint32_t array = kip->MemoryInfo.raw >> 16;
    kip_capacity = kip->MemoryInfo.raw & 0xFFFF;
    if (array < L4_KIP_SCHEDULE + 4 || array > room ||
        kip_capacity > (room - array) / sizeof(L4_MemoryDesc_t))
        fail("Module 0 (kernel, %s): its memory descriptors lie outside its interface page.",
             module_name(&given.module[KERNEL]));
}

/* ---- place */
static void destinations_claim(void)
{
    for (int i = 0; i < IMAGES; i++)
        for (size_t s = 0; s < image[i].segments; s++) {
            uint64_t low = image[i].segment[s].paddr, high = low + image[i].segment[s].memsz;
            if (!memmap_has(&map, low, high))
                fail("Too little memory: the %s needs %8x-%8x, where there is no RAM.", role[i],
                     (uint32_t)low, (uint32_t)(high - 1));
            for (int j = 0; j < i; j++)
                if (image_has(&image[j], low, high))
                    fail("Modules %s and %s need the same memory at %8x; link one of them "
                         "elsewhere.",
                         role[j], role[i], (uint32_t)low);
            used_add(&final, low & ~(uint64_t)(PAGE_SIZE - 1), page_up(high));
        }
}

static uint32_t descriptors_beside(void)
{
    struct range piece;
    uint32_t n = DESCRIPTORS_BESIDE;
    for (int i = SIGMA0; i < IMAGES; i++)
        for (size_t s = 0; image_piece(&image[i], &s, &piece); n++)
            ;
    return n;
}

/* RAM that no memory descriptor can name is not used.  The largest pieces stay. */
static void map_limit(void)
{
    uint32_t others = given.modules + descriptors_beside(), before = map.rams;
    if (kip_capacity > others + 2 * KERNEL_DESCRIPTORS)
        others += KERNEL_DESCRIPTORS;
    uint32_t most = kip_capacity > others ? kip_capacity - others : 0;
    uint64_t dropped = memmap_limit(&map, &final, most);
    if (given.left_out)
        print("loader: the memory map is too long: %u entries, %u KB of RAM, are left out\n",
              (unsigned)given.left_out, kilobytes(given.left_out_ram));
    if (dropped)
        print("loader: RAM has more pieces than the kernel can take: %u of them, %u KB, are left "
              "out\n",
              before - (uint32_t)map.rams, kilobytes(dropped));
}

/* Some root tasks load their first servers where these were linked, as wortel does with physmem. */
static void wishes_read(void)
{
    static struct image program;
    for (size_t i = IMAGES; i < given.modules; i++) {
        const struct module *m = &given.module[i];
        if (!image_read(&program, (const void *)m->start, m->end - m->start))
            used_add(&wished, program.low & ~(uint32_t)(PAGE_SIZE - 1), page_up(program.high));
    }
}

/* Returns a place that is in none of the two lists.  If possible, it is also outside the places in
 * `wished`. */
static uint32_t place_best(const struct used *a, const struct used *b, uint64_t size,
                           uint64_t limit)
{
    struct used avoid = *a;
    for (size_t i = 0; b && i < b->n; i++)
        used_add(&avoid, b->range[i].low, b->range[i].high);
    size_t needed = avoid.n;
    for (size_t i = 0; i < wished.n; i++)
        used_add(&avoid, wished.range[i].low, wished.range[i].high);
    uint32_t at = place_find(&map, &avoid, size, limit);
    avoid.n = needed;
    return at ? at : place_find(&map, &avoid, size, limit);
}

/* Copies a module to a place that nothing else has or needs. */
static void module_move(struct module *m, const char *what)
{
    uint32_t size = m->end - m->start;
    uint32_t at = place_best(&now, &final, page_up(size), SERVER_LIMIT);
    if (!at)
        fail_memory(what, size);
    memcpy((void *)at, (const void *)m->start, size);
    memset((void *)(at + size), 0, page_up(size) - size);
    m->start = at;
    m->end = at + size;
    used_add(&now, at, page_up(m->end));
}

/* A module stays where it is if it has whole pages of its own, and no destination is there. */
static bool module_may_stay(size_t i)
{
    const struct module *m = &given.module[i];
    if (m->start & (PAGE_SIZE - 1) || m->start == 0 || m->end > SERVER_LIMIT)
        return false;
    for (size_t j = 0; j < given.modules; j++)
        if (j != i && given.module[j].start < page_up(m->end) && given.module[j].end > m->start)
            return false;
    return memmap_has(&map, m->start, page_up(m->end)) &&
           !used_overlaps(&final, m->start, page_up(m->end));
}

static void modules_place(void)
{
    used_add(&now, (uint32_t)loader_start, (uint32_t)loader_end);
    for (size_t i = 0; i < given.modules; i++)
        used_add(&now, given.module[i].start, given.module[i].end);
    for (size_t i = IMAGES; i < given.modules; i++) {
        struct module *m = &given.module[i];
        if (m->start == m->end)
            continue;
        if (module_may_stay(i)) /* the rest of its last page holds nothing of use */
            memset((void *)m->end, 0, page_up(m->end) - m->end);
        else
            module_move(m, module_name(m));
        used_add(&final, m->start, page_up(m->end));
    }
    for (int i = 0; i < IMAGES; i++) { /* they stay there only until they are loaded */
        struct module *m = &given.module[i];
        if (used_overlaps(&final, m->start, m->end))
            module_move(m, role[i]);
    }
}

static void tables_place(void)
{
    uint32_t size = tables_size(&given);
    uint32_t at = place_best(&now, &final, size, POOL_LIMIT);
    if (!at)
        fail_memory("the boot information", size);
    used_add(&final, at, at + size);
    tables_make(&tables, (void *)at, size, &given, image,
                option_is(option_find(given.cmdline, "bootinfo"), "multiboot"));
}

/* A task takes 72 KB of the pool at least, and some 200 KB of other memory.  With an eighth, a
 * machine of 16 MB would have no pool for programs left while frames are free. */
static uint32_t pool_size(uint64_t ram)
{
    uint64_t eighth = ram / 8 & ~(uint64_t)(PAGE_SIZE - 1);
    uint32_t least = ram < MEDIUM ? POOL_MIN : POOL_MEDIUM;
    return eighth < least ? least : eighth > POOL_MAX ? POOL_MAX : (uint32_t)eighth;
}

/* The kernel's pool is placed last: the loader and the files are free memory when the kernel
 * runs. */
static void pool_place(void)
{
    const char *kmem = option_find(given.cmdline, "kmem");
    uint32_t size, at;
    if (!kmem)
        kmem = option_find(given.module[KERNEL].cmdline, "kmem");
    if (kmem) {
        if (!option_size(kmem, &size) || size == 0)
            fail("The option kmem needs a size, for example kmem=4M.");
        size = (uint32_t)page_up(size);
        at = place_best(&final, NULL, size, POOL_LIMIT);
    } else {
        size = pool_size(memmap_total(&map));
        while (!(at = place_best(&final, NULL, size, POOL_LIMIT)) && size / 2 >= POOL_MIN)
            size = size / 2 & ~(uint32_t)(PAGE_SIZE - 1);
    }
    if (!at)
        fail_memory("the kernel's pool", size);
    pool = (struct range){at, (uint64_t)at + size};
}

/* ---- tell */
static struct {
    L4_MemoryDesc_t *at;
    uint32_t n, capacity;
} descriptors;

/* Adds a descriptor for [low, high), in whole kilobytes.  A later descriptor overrides an earlier
 * one. */
static void descriptor_add(uint64_t low, uint64_t high, uint32_t type)
{
    if (low >= high || low >> 32)
        return;
    if (high > (uint64_t)1 << 32)
        high = (uint64_t)1 << 32;
    if (descriptors.n == descriptors.capacity)
        fail("The kernel has room for %u memory descriptors only.", descriptors.capacity);
    L4_MemoryDesc_t *d = &descriptors.at[descriptors.n++];
    d->raw[0] = ((uint32_t)low & ~0x3FFu) | type;
    d->raw[1] = (uint32_t)(high - 1) & ~0x3FFu;
}

static uint32_t subtype(uint32_t type, uint32_t sub) { return type | sub << L4_MEM_SUBTYPE_SHIFT; }

/* If the kernel's pool, the tables or modules lie at the end of a piece of RAM, the piece is called
 * conventional up to them only.  Programs look for the highest conventional word, and they must be
 * able to use it. */
static uint64_t conventional_end(const struct range *ram)
{
    struct used ours = {.n = 0};
    uint64_t end = ram->high, last;
    used_add(&ours, pool.low, pool.high);
    used_add(&ours, (uint32_t)tables.start, (uint32_t)tables.end);
    for (size_t i = IMAGES; i < given.modules; i++)
        used_add(&ours, given.module[i].start, page_up(given.module[i].end));
    do {
        last = end;
        for (size_t i = 0; i < ours.n; i++)
            if (ours.range[i].low < end && ours.range[i].high >= end)
                end = ours.range[i].low;
    } while (end != last);
    return end;
}

static void descriptors_fill(void)
{
    struct range piece;
    size_t others = given.modules + descriptors_beside() + KERNEL_DESCRIPTORS;
    descriptor_add(0, (uint64_t)1 << 32, L4_MEM_SHARED); /* all that no other descriptor names is
                                                            device memory */
    for (size_t i = 0; i < map.rams; i++)
        descriptor_add(map.ram[i].low, conventional_end(&map.ram[i]), L4_MEM_CONVENTIONAL);
    for (size_t i = 0; i < given.entries; i++) { /* none is RAM: memmap.c took RAM out */
        const struct bios_entry *e = &given.bios[i];
        uint64_t high = e->base + e->length < e->base ? ~(uint64_t)0 : e->base + e->length;
        if (e->type != BIOS_RAM && descriptors.n + others < descriptors.capacity)
            descriptor_add(e->base, high, subtype(L4_MEM_ARCH, e->type & 0xF));
    }
    descriptor_add(0xA0000, 0x100000, L4_MEM_SHARED);
    descriptor_add(pool.low, pool.high, L4_MEM_RESERVED);
    for (int i = SIGMA0; i < IMAGES; i++)
        for (size_t s = 0; image_piece(&image[i], &s, &piece);)
            descriptor_add(piece.low & ~(uint64_t)(PAGE_SIZE - 1), page_up(piece.high),
                           subtype(L4_MEM_BOOTLOADER, SERVER_SUBTYPE));
    for (size_t i = IMAGES; i < given.modules; i++)
        descriptor_add(given.module[i].start, page_up(given.module[i].end),
                       subtype(L4_MEM_BOOTLOADER, MODULE_SUBTYPE));
    descriptor_add((uint32_t)tables.start, (uint32_t)tables.end,
                   subtype(L4_MEM_BOOTLOADER, TABLES_SUBTYPE));
}

/* The KIP has one range for each server: that is the piece with the entry.  The other pieces count
 * as the boot loader's memory, and the server gets them when it touches them. */
static void server_set(L4_KernelRootServer_t *server, const struct image *i)
{
    struct range piece;
    for (size_t s = 0; image_piece(i, &s, &piece);)
        if (i->entry >= piece.low && i->entry < piece.high)
            break;
    server->ip = i->entry;
    server->low = (uint32_t)piece.low;
    server->high = (uint32_t)piece.high;
}

/* Writes all of this into the kernel's file, which the trampoline will copy. */
static void kip_patch(void)
{
    kip_find();
    server_set(&kip->Sigma0, &image[SIGMA0]);
    server_set(&kip->RootServer, &image[ROOT]);
    kip->Sigma1 = (L4_KernelRootServer_t){0};
    kip->BootInfo = tables.bootinfo;
    uint32_t array = kip->MemoryInfo.raw >> 16;
    descriptors.at = (L4_MemoryDesc_t *)((uint8_t *)kip + array);
    descriptors.capacity = kip_capacity;
    descriptors_fill();
    kip->MemoryInfo.raw = array << 16 | descriptors.n;
}

/* ---- leave */
static void images_order(void)
{
    for (int i = 0; i < IMAGES; i++) {
        for (size_t s = 0; s < image[i].segments; s++) {
            const struct segment *g = &image[i].segment[s];
            tables.copies[tables.ncopies++] = (struct copy){
                g->paddr, given.module[i].start + g->file_offset, g->filesz, g->memsz - g->filesz};
        }
        print("loader: %s %8x-%8x, entry %8x (%s)\n", role[i], image[i].low, image[i].high - 1,
              image[i].entry, module_name(&given.module[i]));
    }
}

void loader_main(uint32_t magic, const struct multiboot_info *mbi);
void loader_main(uint32_t magic, const struct multiboot_info *mbi)
{
    given_read(&given, magic, mbi);
    memmap_make(&map, given.bios, given.entries);
    print("loader: Pecan, %u modules, %u KB of RAM\n", (unsigned)given.modules,
          kilobytes(memmap_total(&map)));
    images_read();
    kip_find();
    destinations_claim();
    map_limit();
    map_print();
    wishes_read();
    modules_place();
    tables_place();
    pool_place();
    kip_patch();
    images_order();
    print("loader: kernel pool %8x-%8x, boot information at %8x\n", (uint32_t)pool.low,
          (uint32_t)(pool.high - 1), tables.bootinfo);
    tables.trampoline(tables.copies, image[KERNEL].entry);
}
