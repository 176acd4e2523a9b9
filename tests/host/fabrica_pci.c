/* SPDX-License-Identifier: MIT */
/* links: servers/fabrica/pci.c servers/fabrica/tree.c */
/* words: 32 */
/* The PCI bus on a machine made of C: devices, bridges, base registers, and devices that come, go,
 * or make no sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "servers/fabrica/pci.h"
#include "servers/fabrica/tree.h"

/* ---- the machine ---- */

enum { FUNCTIONS = 16, COMMAND = 1, BASE = 4 };

static struct function {
    uint16_t address;
    bool here;
    uint32_t word[64];
    uint32_t fixed[6];          /* bits of the base registers that stay as they are */
    uint32_t kind[6];           /* their lowest bits */
} functions[FUNCTIONS];
static unsigned count;
static bool decoded_while_probed;

static struct function *find(uint16_t address)
{
    for (unsigned i = 0; i < count; i++) {
        if (functions[i].here && functions[i].address == address)
            return &functions[i];
    }
    return NULL;
}

uint32_t pci_read(uint16_t address, unsigned offset)
{
    struct function *f = find(address);
    return f ? f->word[offset / 4] : ~0u;
}

void pci_write(uint16_t address, unsigned offset, uint32_t value)
{
    struct function *f = find(address);
    unsigned n = offset / 4;
    if (!f)
        return;
    if (n >= BASE && n < BASE + 6) {
        unsigned i = n - BASE;
        if (value == ~0u && f->word[COMMAND] & 3 && f->word[2] >> 24 != 3)
            decoded_while_probed = true;
        f->word[n] = (value & ~f->fixed[i]) | f->kind[i];
    } else if (n == COMMAND) {
        f->word[n] = value & 0xFFFF;
    }
}

static struct function *plug(uint16_t address, uint32_t id, uint32_t class, uint32_t header)
{
    struct function *f = &functions[count++];
    *f = (struct function) { .address = address, .here = true };
    f->word[0] = id;
    f->word[COMMAND] = 3;
    f->word[2] = class << 8;
    f->word[3] = header << 16;
    for (unsigned i = 0; i < 6; i++)
        f->fixed[i] = ~0u;
    return f;
}

static void base(struct function *f, unsigned i, uint32_t value, uint32_t size, uint32_t kind)
{
    f->fixed[i] = size - 1;
    f->kind[i] = kind;
    f->word[BASE + i] = value | kind;
}

static void begin(void)
{
    count = 0;
    tree_count = 0;
    decoded_while_probed = false;
    tree_add(0, HURD_BUS_ROOT, "pci");
}

static void expect_owns(const struct node *n, unsigned i, enum hurd_resource_kind kind, uint32_t at,
                        uint32_t size)
{
    assert_true(i < n->count);
    assert_int_equal(n->resource[i].kind, kind);
    assert_int_equal(n->resource[i].base, at);
    assert_int_equal(n->resource[i].size, size);
}

/* ---- the tests ---- */

static void base_registers_become_ports_and_memory(void **state)
{
    (void) state;
    begin();
    struct function *f = plug(3 << 3, 0x813910EC, 0x020000, 0);
    base(f, 0, 0xC000, 0x100, 1);
    base(f, 1, 0xFEBD1000, 0x100, 0);           /* smaller than a page */
    base(f, 2, 0xFD000000, 0x1000000, 8);       /* prefetchable */
    f->word[15] = 0x010B;                       /* INTA, line 11 */
    pci_scan(0);
    assert_int_equal(tree_count, 2);
    const struct node *n = &tree[1];
    assert_int_equal(n->id, 0x10EC8139);
    assert_int_equal(n->class, 0x020000);
    assert_int_equal(n->pin, 1);
    assert_string_equal(n->name, "net");
    assert_int_equal(n->count, 4);
    expect_owns(n, 0, HURD_RESOURCE_PORTS, 0xC000, 0x100);
    expect_owns(n, 1, HURD_RESOURCE_MEMORY, 0xFEBD1000, 0x1000);
    expect_owns(n, 2, HURD_RESOURCE_MEMORY, 0xFD000000, 0x1000000);
    expect_owns(n, 3, HURD_RESOURCE_IRQ, 11, 1);
    assert_int_equal(f->word[BASE], 0xC001);    /* as it was */
    assert_int_equal(f->word[BASE + 2], 0xFD000008);
    assert_int_equal(f->word[COMMAND], 3);
    assert_false(decoded_while_probed);
}

static void registers_of_64_bits_count_twice(void **state)
{
    (void) state;
    begin();
    struct function *f = plug(1 << 3, 0x10011AF4, 0x010000, 0);
    base(f, 0, 0xFE000000, 0x4000, 4);
    base(f, 1, 0, 1, 0);                        /* the upper half: all bits can be set */
    base(f, 2, 0xFE008000, 0x4000, 4);
    f->word[BASE + 3] = 1;                      /* above 4 GB */
    base(f, 4, 0xD000, 0x20, 1);
    pci_scan(0);
    assert_int_equal(tree[1].count, 2);
    expect_owns(&tree[1], 0, HURD_RESOURCE_MEMORY, 0xFE000000, 0x4000);
    expect_owns(&tree[1], 1, HURD_RESOURCE_PORTS, 0xD000, 0x20);
}

static void registers_without_an_address_are_nothing(void **state)
{
    (void) state;
    begin();
    struct function *f = plug(1 << 3, 0x12345678, 0xFF0000, 0);
    base(f, 0, 0, 0x20, 1);
    base(f, 1, 0, 0x1000, 0);
    f->word[15] = 0x01FF;
    pci_scan(0);
    assert_int_equal(tree[1].count, 0);
    assert_int_equal(tree[1].pin, 1);
    f->word[15] = 0x0902;                       /* no such pin */
    tree_count = 1;
    pci_scan(0);
    assert_int_equal(tree[1].pin, 0);
}

static void disk_controllers_have_the_old_places_unless_they_are_native(void **state)
{
    (void) state;
    begin();
    struct function *f = plug(1 << 3 | 1, 0x70108086, 0x010180, 0);
    plug(1 << 3, 0x70008086, 0x060100, 0x80);
    base(f, 4, 0xC040, 16, 1);
    f->word[15] = 0x010E;                       /* a pin that it does not use */
    pci_scan(0);
    const struct node *n = tree_find(HURD_BUS_PCI, 1 << 3 | 1);
    assert_non_null(n);
    assert_int_equal(n->count, 7);
    expect_owns(n, 0, HURD_RESOURCE_PORTS, 0x1F0, 8);
    expect_owns(n, 1, HURD_RESOURCE_PORTS, 0x3F6, 1);
    expect_owns(n, 2, HURD_RESOURCE_IRQ, 14, 0);
    expect_owns(n, 3, HURD_RESOURCE_PORTS, 0x170, 8);
    expect_owns(n, 6, HURD_RESOURCE_PORTS, 0xC040, 16);
    begin();
    f = plug(1 << 3, 0x12348086, 0x010185, 0);
    base(f, 0, 0xD000, 8, 1);
    base(f, 1, 0xD010, 4, 1);
    base(f, 2, 0xD020, 8, 1);
    base(f, 3, 0xD030, 4, 1);
    base(f, 4, 0xD040, 16, 1);
    f->word[15] = 0x010A;
    pci_scan(0);
    assert_int_equal(tree[1].count, 6);
    expect_owns(&tree[1], 0, HURD_RESOURCE_PORTS, 0xD000, 8);
    expect_owns(&tree[1], 1, HURD_RESOURCE_PORTS, 0xD012, 1);
    expect_owns(&tree[1], 3, HURD_RESOURCE_PORTS, 0xD032, 1);
    expect_owns(&tree[1], 4, HURD_RESOURCE_PORTS, 0xD040, 16);
    expect_owns(&tree[1], 5, HURD_RESOURCE_IRQ, 10, 1);
}

static void functions_are_looked_for_only_where_the_header_says_so(void **state)
{
    (void) state;
    begin();
    plug(1 << 3, 1, 0, 0);
    plug(1 << 3 | 1, 2, 0, 0);          /* behind a device of one function: its echo */
    plug(2 << 3, 3, 0, 0x80);
    plug(2 << 3 | 7, 4, 0, 0);
    pci_scan(0);
    assert_int_equal(tree_count, 4);
    assert_null(tree_find(HURD_BUS_PCI, 1 << 3 | 1));
    assert_non_null(tree_find(HURD_BUS_PCI, 2 << 3 | 7));
}

static void busses_behind_bridges_are_found_once(void **state)
{
    (void) state;
    begin();
    plug(1 << 3, 0x11111234, 0x060400, 1)->word[6] = 0x020200;  /* to bus 2 */
    plug(2 << 3, 0x22221234, 0x060400, 1)->word[6] = 0x000000;  /* to itself */
    plug(2 << 8, 0x33331234, 0x060400, 1)->word[6] = 0x070702;  /* to bus 7 */
    plug(7 << 8 | 3 << 3, 0x44441234, 0x060400, 1)->word[6] = 0x020207;  /* back to bus 2 */
    plug(7 << 8 | 4 << 3, 0x55551234, 0x020000, 0);
    pci_scan(0);
    assert_int_equal(tree_count, 6);
    assert_non_null(tree_find(HURD_BUS_PCI, 7 << 8 | 4 << 3));
}

static void devices_come_and_go(void **state)
{
    (void) state;
    begin();
    plug(1 << 3, 0x11111234, 0x020000, 0);
    struct function *f = plug(2 << 3, 0x22221234, 0x020000, 0);
    pci_scan(0);
    assert_int_equal(tree_count, 3);
    f->here = false;
    plug(3 << 3, 0x33331234, 0x020000, 0);
    pci_scan(0);
    assert_int_equal(tree_count, 4);
    assert_true(tree[1].seen && !tree[2].seen && tree[3].seen);
    tree[2].present = false;
    f->here = true;
    f->word[0] = 0x44441234;            /* another card in the same slot */
    pci_scan(0);
    assert_int_equal(tree_count, 5);
    assert_int_equal(tree[4].id, 0x12344444);
    functions[0].word[0] = 0x55551234;  /* exchanged between two scans */
    pci_scan(0);
    assert_int_equal(tree_count, 6);
    assert_false(tree[1].seen);
    tree[1].present = false;
    pci_scan(0);
    assert_true(tree[5].seen);
}

static void a_bus_master_is_let_and_stopped(void **state)
{
    (void) state;
    begin();
    struct function *f = plug(1 << 3, 0x11111234, 0x020000, 0);
    base(f, 0, 0xC000, 0x20, 1);
    f->word[COMMAND] = 0x0400;          /* INTx off is not ours to say */
    pci_scan(0);
    pci_enable(&tree[1], true);
    assert_int_equal(f->word[COMMAND], 0x0405);
    pci_quiet(&tree[1]);
    assert_int_equal(f->word[COMMAND], 0x0401);
    pci_enable(&tree[1], false);
    assert_int_equal(f->word[COMMAND], 0x0401);
}

static void a_full_tree_takes_no_more(void **state)
{
    (void) state;
    begin();
    plug(1 << 3, 0x11111234, 0x020000, 0);
    while (tree_add(0, HURD_BUS_ISA, "x"))
        continue;
    pci_scan(0);
    assert_int_equal(tree_count, HURD_BUS_DEVICES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base_registers_become_ports_and_memory),
        cmocka_unit_test(registers_of_64_bits_count_twice),
        cmocka_unit_test(registers_without_an_address_are_nothing),
        cmocka_unit_test(disk_controllers_have_the_old_places_unless_they_are_native),
        cmocka_unit_test(functions_are_looked_for_only_where_the_header_says_so),
        cmocka_unit_test(busses_behind_bridges_are_found_once),
        cmocka_unit_test(devices_come_and_go),
        cmocka_unit_test(a_bus_master_is_let_and_stopped),
        cmocka_unit_test(a_full_tree_takes_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
