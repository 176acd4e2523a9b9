/* SPDX-License-Identifier: MIT */
/* links: lib/block/mbr.c */
/* Partition tables, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/block/mbr.h"

#define DISK 100000u

static uint8_t sector[512];
static struct mbr_partition partition[MBR_PARTITIONS];

static int fresh(void **state)
{
    (void) state;
    memset(sector, 0, sizeof sector);
    memset(partition, 0xA5, sizeof partition);
    sector[510] = 0x55;
    sector[511] = 0xAA;
    return 0;
}

static void put(int index, uint8_t type, uint32_t first, uint32_t count)
{
    uint8_t *record = sector + 446 + 16 * index;
    record[4] = type;
    for (int i = 0; i < 4; i++) {
        record[8 + i] = (uint8_t) (first >> 8 * i);
        record[12 + i] = (uint8_t) (count >> 8 * i);
    }
}

static void expect_refused(const char *wanted)
{
    const char *problem = mbr_read(sector, DISK, partition);
    assert_non_null(problem);
    assert_string_equal(problem, wanted);
    for (int i = 0; i < MBR_PARTITIONS; i++) {
        assert_int_equal(partition[i].type, 0);
        assert_int_equal(partition[i].count, 0);
    }
}

static void a_table_without_partitions_is_empty(void **state)
{
    (void) state;
    assert_null(mbr_read(sector, DISK, partition));
    for (int i = 0; i < MBR_PARTITIONS; i++)
        assert_int_equal(partition[i].type, 0);
}

static void partitions_are_read_in_their_order(void **state)
{
    (void) state;
    put(0, 0x82, 2048, 4096);
    put(1, 0x83, 6144, DISK - 6144);
    put(3, 0x0C, 1, 2047);
    sector[446 + 16] = 0x80;
    assert_null(mbr_read(sector, DISK, partition));
    assert_int_equal(partition[0].type, MBR_TYPE_SWAP);
    assert_int_equal(partition[0].first, 2048);
    assert_int_equal(partition[0].count, 4096);
    assert_false(partition[0].bootable);
    assert_true(partition[1].bootable);
    assert_int_equal(partition[1].count, DISK - 6144);
    assert_int_equal(partition[2].type, 0);
    assert_int_equal(partition[3].first, 1);
}

static void a_partition_of_no_sectors_is_none(void **state)
{
    (void) state;
    put(0, 0x83, 0, 0);
    assert_null(mbr_read(sector, DISK, partition));
    assert_int_equal(partition[0].type, 0);
}

static void a_sector_without_its_signature_is_no_table(void **state)
{
    (void) state;
    put(0, 0x83, 2048, 100);
    sector[511] = 0;
    expect_refused("there is no partition table");
    sector[511] = 0xAA;
    sector[510] = 0;
    expect_refused("there is no partition table");
}

static void partitions_beyond_the_disk_are_refused(void **state)
{
    (void) state;
    put(0, 0x83, 2048, DISK - 2047);
    expect_refused("a partition ends behind the disk");
    put(0, 0x83, DISK, 1);
    expect_refused("a partition ends behind the disk");
    put(0, 0x83, 0xFFFFFFFF, 2);
    expect_refused("a partition ends behind the disk");
    put(0, 0x83, 2, 0xFFFFFFFF);
    expect_refused("a partition ends behind the disk");
}

static void partitions_that_overlap_are_refused(void **state)
{
    (void) state;
    put(0, 0x83, 2048, 100);
    put(2, 0x82, 2147, 100);
    expect_refused("two partitions overlap");
    put(2, 0x82, 2000, 49);
    expect_refused("two partitions overlap");
    put(2, 0x82, 2148, 100);
    assert_null(mbr_read(sector, DISK, partition));
}

static void a_partition_over_the_table_is_refused(void **state)
{
    (void) state;
    put(1, 0x83, 0, 100);
    expect_refused("a partition covers the partition table");
}

static void known_types_have_names(void **state)
{
    (void) state;
    assert_string_equal(mbr_type_name(0x82), "swap");
    assert_string_equal(mbr_type_name(0x83), "Linux file system");
    assert_string_equal(mbr_type_name(0x0C), "FAT32");
    assert_null(mbr_type_name(0x99));
    assert_null(mbr_type_name(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_table_without_partitions_is_empty, fresh),
        cmocka_unit_test_setup(partitions_are_read_in_their_order, fresh),
        cmocka_unit_test_setup(a_partition_of_no_sectors_is_none, fresh),
        cmocka_unit_test_setup(a_sector_without_its_signature_is_no_table, fresh),
        cmocka_unit_test_setup(partitions_beyond_the_disk_are_refused, fresh),
        cmocka_unit_test_setup(partitions_that_overlap_are_refused, fresh),
        cmocka_unit_test_setup(a_partition_over_the_table_is_refused, fresh),
        cmocka_unit_test_setup(known_types_have_names, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
