/* SPDX-License-Identifier: MIT */
/* links: servers/fabrica/rules.c servers/fabrica/tree.c servers/fabrica/isa.c */
/* words: 32 */
/* Which driver fits which device, and the device tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "servers/fabrica/isa.h"
#include "servers/fabrica/rules.h"
#include "servers/fabrica/tree.h"

static struct rule rules[RULES];
static unsigned count, wrong;

/* The text is copied to where it ends with the memory, so a byte too far is noticed. */
static void read_text(const char *text)
{
    size_t size = strlen(text);
    char *copy = malloc(size ? size : 1);
    memcpy(copy, text, size);
    count = rules_read(rules, copy, size, &wrong);
    free(copy);
}

static void a_line_is_a_driver(void **state)
{
    (void) state;
    read_text("ide: isa=ide pciclass=0101 class=block dma disks=0-3 frames=192 ask\n"
              "\n"
              "net: pci=10ec:8029\tpci=1050:0940 class=net");
    assert_int_equal(wrong, 0);
    assert_int_equal(count, 2);
    assert_string_equal(rules[0].name, "ide");
    assert_true(rules[0].dma && rules[0].ask);
    assert_int_equal(rules[0].class, HURD_DEVICE_BLOCK);
    assert_int_equal(rules[0].disk, 0);
    assert_int_equal(rules[0].disks, 4);
    assert_int_equal(rules[0].frames, 192);
    assert_int_equal(rules[0].match[1].kind, MATCH_CLASS);
    assert_int_equal(rules[0].match[1].value, 0x0101);
    assert_int_equal(rules[1].match[1].value, 0x10500940);
    assert_int_equal(rules[1].frames, RULE_FRAMES);
    assert_false(rules[1].dma || rules[1].ask);
}

static void a_line_without_sense_is_left_out_and_named(void **state)
{
    static const char *const bad[] = {
        "ide", "ide isa=ide", ":", "a_name_that_is_too_long: isa=x", "x: isa=",
        "x: isa=twelve_bytes", "x: pci=10ec", "x: pci=10ec:802", "x: pci=10ec:80290",
        "x: pci=10ec-8029", "x: pci=+0ec:8029", "x: pciclass=01", "x: pciclass=01g1", "x: class=",
        "x: class=nothing", "x: disks=3", "x: disks=3-2", "x: disks=0-8", "x: disks=-1-2",
        "x: image=", "x: image=0123456789abcdef", "x: frames=0", "x: frames=5000", "x: frames=1x", "x: frames=", "x: what",
        "x: isa=a isa=b isa=c isa=d isa=e", "x: frames=99999999999999999999",
        "x: a_word_that_is_much_longer_than_any_word_that_there_can_be",
    };
    (void) state;
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[160];
        snprintf(text, sizeof text, "first: isa=a\n%s\nlast: isa=b\n", bad[i]);
        read_text(text);
        assert_int_equal(wrong, 2);
        assert_int_equal(count, 2);
        assert_string_equal(rules[1].name, "last");
    }
    read_text("");
    assert_int_equal(count + wrong, 0);
}

static void there_are_so_many_rules_and_no_more(void **state)
{
    char text[40 * RULES] = "";
    (void) state;
    for (unsigned i = 0; i < RULES + 2; i++)
        strcat(text, "x: isa=a\n");
    read_text(text);
    assert_int_equal(count, RULES);
    assert_int_equal(wrong, RULES + 1);
}

static void an_id_counts_more_than_a_class(void **state)
{
    struct node n = { .bus = HURD_BUS_PCI, .id = 0x10EC8029, .class = 0x020000, .name = "net" };
    (void) state;
    read_text("any: pciclass=0200\nne2k: pci=10ec:8029\nisa: isa=net\n");
    assert_string_equal(rules_find(rules, count, &n)->name, "ne2k");
    n.id = 0x80861234;
    assert_string_equal(rules_find(rules, count, &n)->name, "any");
    n.class = 0x020100;
    assert_null(rules_find(rules, count, &n));
    n.bus = HURD_BUS_ISA;
    assert_string_equal(rules_find(rules, count, &n)->name, "isa");
    read_text("first: isa=net\nsecond: isa=net\n");
    assert_string_equal(rules_find(rules, count, &n)->name, "first");
    n.bus = HURD_BUS_ROOT;
    assert_null(rules_find(rules, count, &n));
}

static void the_isa_bus_has_the_disks_only_without_pci(void **state)
{
    (void) state;
    for (int pci = 0; pci < 2; pci++) {
        bool ide = false, rtc = false;
        tree_count = 0;
        isa_scan(0, pci, 0);
        for (unsigned i = 0; i < tree_count; i++) {
            ide |= !strcmp(tree[i].name, "ide");
            rtc |= !strcmp(tree[i].name, "rtc");
        }
        assert_int_equal(ide, !pci);
        assert_true(rtc);
    }
}

static void the_tree_has_limits(void **state)
{
    (void) state;
    tree_count = 0;
    for (unsigned i = 0; i < HURD_BUS_DEVICES; i++)
        assert_non_null(tree_add(0, HURD_BUS_PCI, "a name that is too long"));
    assert_null(tree_add(0, HURD_BUS_PCI, "x"));
    for (unsigned i = 0; i < HURD_DEVICE_RESOURCES; i++)
        assert_true(tree_own(&tree[0], HURD_RESOURCE_PORTS, 16 * i, 16));
    assert_false(tree_own(&tree[0], HURD_RESOURCE_PORTS, 0x1000, 16));
    tree_count = 0;
}

static void no_driver_gets_a_page_that_two_devices_share(void **state)
{
    (void) state;
    tree_count = 0;
    struct node *a = tree_add(0, HURD_BUS_PCI, "a"), *b = tree_add(0, HURD_BUS_PCI, "b");
    tree_own(a, HURD_RESOURCE_MEMORY, 0xFD000000, 0x1000);
    tree_own(a, HURD_RESOURCE_MEMORY, 0xFD004000, 0x4000);
    tree_own(a, HURD_RESOURCE_PORTS, 0xC000, 0x10);
    tree_own(b, HURD_RESOURCE_MEMORY, 0xFD001000, 0x1000);
    tree_own(b, HURD_RESOURCE_MEMORY, 0xFD007000, 0x1000);
    tree_part_pages();
    assert_int_equal(a->count, 2);
    assert_int_equal(a->resource[0].base, 0xFD000000);
    assert_int_equal(a->resource[1].kind, HURD_RESOURCE_PORTS);
    assert_int_equal(b->count, 1);
    assert_int_equal(b->resource[0].base, 0xFD001000);
    tree_count = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_a_driver),
        cmocka_unit_test(a_line_without_sense_is_left_out_and_named),
        cmocka_unit_test(there_are_so_many_rules_and_no_more),
        cmocka_unit_test(an_id_counts_more_than_a_class),
        cmocka_unit_test(the_isa_bus_has_the_disks_only_without_pci),
        cmocka_unit_test(the_tree_has_limits),
        cmocka_unit_test(no_driver_gets_a_page_that_two_devices_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
