/* links: lib/l4/message.c */
/* flags: -Iinclude */
/* words: 32 */
/* SPDX-License-Identifier: MIT */
/* Encodings of the ABI: times, fpages, ids, tags, items.  Numbers from spec section 8, not from const.h. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <l4/bootinfo.h>
#include <l4/kip.h>
#include <l4/message.h>

static void periods_take_the_smallest_exponent(void **state)
{
    (void)state;
    assert_int_equal(L4_TimePeriod(1).raw, 1);
    assert_int_equal(L4_TimePeriod(1023).raw, 1023);
    assert_int_equal(L4_TimePeriod(1024).raw, 1 << 10 | 512);
    assert_int_equal(L4_TimePeriod(1000000).raw, 10 << 10 | 976);
    assert_int_equal(L4_TimePeriod(1023ull << 31).raw, 0x7FFF);
    assert_int_equal(L4_TimePeriod(1024ull << 31).raw, 0);
    assert_int_equal(L4_TimePeriod(~0ull).raw, 0);
    assert_int_equal(L4_TimePeriod(0).raw, 0x0400);
}

static void periods_decode_in_64_bits(void **state)
{
    (void)state;
    assert_true(L4_PeriodUsec(L4_TimeOfRaw(0x7FFF)) == 1023ull << 31);
    assert_true(L4_PeriodUsec(L4_TimeOfRaw(0x0400)) == 0);
    assert_true(L4_PeriodUsec(L4_Never) == ~0ull);
    for (uint64_t us = 1; us < 1ull << 40; us = us * 3 + 1) {
        uint64_t back = L4_PeriodUsec(L4_TimePeriod(us));
        assert_true(back <= us && us - back <= us >> 9);
    }
}

static void points_name_the_instant_while_they_are_meaningful(void **state)
{
    (void)state;
    for (uint64_t now = 1; now < 1ull << 45; now = now * 5 + 3)
        for (uint64_t ahead = 1; ahead < 1023ull << 15; ahead = ahead * 3 + 1) {
            L4_Time_t t = L4_TimePointFrom(L4_ClockOfRaw(now), L4_ClockOfRaw(now + ahead));
            assert_true(L4_IsTimePoint(t));
            uint64_t at = L4_PointClock(t, L4_ClockOfRaw(now));
            assert_true(at <= now + ahead && now + ahead - at <= ahead / 256 + 1);
        }
    assert_int_equal(L4_TimePointFrom(L4_ClockOfRaw(0), L4_ClockOfRaw(1ull << 40)).raw, 0);
}

static void a_point_in_the_past_stays_past(void **state)
{
    L4_Time_t t = L4_TimePointFrom(L4_ClockOfRaw(123456789), L4_ClockOfRaw(5));
    (void)state;
    assert_true(L4_PointClock(t, L4_ClockOfRaw(123456789)) <= 123456789);
    assert_true(L4_PointClock(t, L4_ClockOfRaw(123456789 + 1000000)) <= 123456789 + 1000000);
}

static void timeouts_are_send_over_receive(void **state)
{
    (void)state;
    assert_int_equal(L4_Timeouts(L4_ZeroTime, L4_Never), 0x04000000);
    assert_int_equal(L4_Timeouts(L4_Never, L4_ZeroTime), 0x00000400);
}

static void fpages_round_their_base_down(void **state)
{
    (void)state;
    assert_int_equal(L4_FpageLog2(0x12345678, 12).raw, 0x123450C0);
    assert_int_equal(L4_Fpage(0x12345678, 0x400000).raw, 0x12000160);
    assert_int_equal(L4_Address(L4_FpageOfRaw(0x12345160)), 0x12000000);
    assert_int_equal(L4_Size(L4_FpageOfRaw(0x12000160)), 0x400000);
    assert_int_equal(L4_CompleteAddressSpace.raw, 0x10);
    assert_int_equal(L4_FpageAddRights(L4_CompleteAddressSpace, L4_FullyAccessible).raw, 0x17);
    assert_int_equal(L4_FpageLog2(0x7FFFFFFF, 32).raw, 0x200);
    assert_int_equal(L4_FpageLog2(~0ul, 12).raw, 0xFFFFFCC0); /* sigma0's "any" */
}

static void io_fpages_have_2_in_the_size_field(void **state)
{
    (void)state;
    assert_int_equal(L4_IoFpageLog2(0, 16).raw, 0x4020);
    assert_int_equal(L4_IoFpage(0x3F8, 8).raw, 0x03F80C20);
    assert_true(L4_IsIoFpage(L4_IoFpage(0x3F8, 8)));
    assert_false(L4_IsIoFpage(L4_FpageLog2(0x3F8000, 12)));
    assert_int_equal(L4_IoFpagePort(L4_IoFpage(0x3F9, 8)), 0x3F8);
    assert_int_equal(L4_IoFpageSize(L4_CompleteIoSpace), 65536);
}

static void ids_are_number_over_version(void **state)
{
    (void)state;
    assert_int_equal(L4_GlobalId(48, 1).raw, 48 << 14 | 1);
    assert_int_equal(L4_GlobalId(48, 1).global.X.thread_no, 48);
    assert_int_equal(L4_anythread.raw, 0xFFFFFFFF);
    assert_int_equal(L4_anylocalthread.raw, 0xFFFFFFC0);
    assert_true(L4_IsLocalId(L4_anylocalthread) && L4_IsGlobalId(L4_anythread));
}

static void tags_and_items_have_the_spec_s_bits(void **state)
{
    (void)state;
    assert_int_equal(L4_MakeTag(0xFFE2, 2, 0).raw, 0xFFE20002);
    assert_int_equal(L4_MakeTag(0, 0, 2).raw, 2 << 6);
    L4_MsgTag_t tag = L4_TagOfRaw(0xABCD8FFF);
    assert_int_equal(tag.X.label, 0xABCD);
    assert_int_equal(tag.X.u, 63);
    assert_int_equal(tag.X.t, 63);
    assert_true(L4_IpcFailed(tag) && !L4_IpcPropagated(tag) && !L4_IsMsgTagValid(tag));
    assert_int_equal(L4_MapItem(L4_FpageOfRaw(0x1234), 0x5FFF).raw[0], 0x5C08);
    assert_int_equal(L4_GrantItem(L4_FpageOfRaw(0x1234), 0x5FFF).raw[0], 0x5C0A);
    assert_int_equal(L4_StringItem(3, (void *)0x88).raw[0], 3 << 10);
    assert_int_equal(L4_MapGrantItems(L4_FpageOfRaw(0x17)).raw, 0x10);
    L4_Acceptor_t both = L4_AddAcceptor(L4_StringItemsAcceptor,
                                        L4_MapGrantItems(L4_CompleteAddressSpace));
    assert_int_equal(both.raw, 0x11);
    assert_int_equal(L4_RemoveAcceptor(both, L4_StringItemsAcceptor).raw, 0x10);
}

static void untyped_words_go_in_front_of_items(void **state)
{
    L4_Msg_t m;
    (void)state;
    L4_MsgClear(&m);
    L4_MsgAppendMapItem(&m, L4_MapItem(L4_FpageOfRaw(0x1000), 0x2000));
    L4_MsgAppendWord(&m, 7);
    L4_MsgAppendGrantItem(&m, L4_GrantItem(L4_FpageOfRaw(0x3000), 0x4000));
    L4_Set_MsgLabel(&m, 5);
    assert_int_equal(m.tag.raw, 5 << 16 | 4 << 6 | 1);
    assert_int_equal(m.raw[1], 7);
    assert_int_equal(m.raw[2], 0x2000 | 9); /* map, another item follows */
    assert_int_equal(m.raw[3], 0x1000);
    assert_int_equal(m.raw[4], 0x4000 | 0xA); /* grant, the last */
    assert_int_equal(m.raw[5], 0x3000);
}

static void more_bits_follow_compound_strings(void **state)
{
    static L4_Word_t compound[] = {4 << 10 | 0x200, 0x100, 8 << 10 | 1 << 4, 0x200, 0x300};
    L4_Msg_t m;
    (void)state;
    L4_MsgClear(&m);
    L4_MsgAppendStringItem(&m, (const L4_StringItem_t *)compound);
    L4_MsgAppendSimpleStringItem(&m, L4_StringItem(9, (void *)0x400));
    assert_int_equal(L4_TypedWords(m.tag), 7);
    assert_int_equal(m.raw[1], 4 << 10 | 0x200 | 1);
    assert_int_equal(m.raw[6], 9 << 10);
}

static void messages_never_grow_over_63_words(void **state)
{
    struct {
        L4_Msg_t m;
        L4_Word_t guard[4];
    } s;
    (void)state;
    memset(&s, 0, sizeof s);
    for (L4_Word_t i = 0; i < 100; i++)
        L4_MsgAppendWord(&s.m, i);
    L4_MsgAppendMapItem(&s.m, L4_MapItem(L4_Nilpage, 0));
    L4_MsgPutMapItem(&s.m, 0, L4_MapItem(L4_FpageOfRaw(1), 1));
    L4_MsgPut(&s.m, 1, 40, s.m.raw, 40, s.m.raw);
    assert_int_equal(L4_UntypedWords(s.m.tag), 63);
    assert_int_equal(L4_TypedWords(s.m.tag), 0);
    assert_int_equal(s.m.raw[63], 62);
    assert_int_equal(s.guard[0] | s.guard[1] | s.guard[2] | s.guard[3], 0);
}

static void numbers_of_words_whose_sum_wraps_are_too_many(void **state)
{
    L4_Msg_t m;
    (void)state;
    L4_MsgClear(&m);
    L4_MsgAppendWord(&m, 7);
    L4_Word_t tag = m.tag.raw;
    L4_MsgPut(&m, 1, INT_MAX, NULL, INT_MAX, NULL);
    L4_MsgPut(&m, 1, -1, NULL, 0, NULL);
    L4_MsgPut(&m, 1, 1, NULL, INT_MAX, NULL);
    assert_int_equal(m.tag.raw, tag);
}

/* Typed word t is word 2 + t here: these wrap to the tag, to word 1, and to the word behind both. */
static void typed_words_whose_place_wraps_are_dropped(void **state)
{
    L4_Msg_t m;
    L4_MapItem_t item;
    L4_StringItem_t string;
    (void)state;
    memset(&m, 0, sizeof m);
    L4_MsgAppendWord(&m, 7);
    L4_Word_t tag = m.tag.raw;
    for (L4_Word_t t = (L4_Word_t)-4; t != 0; t++) {
        L4_MsgPutMapItem(&m, t, L4_MapItem(L4_FpageOfRaw(0x1000), 0x2000));
        L4_MsgPutSimpleStringItem(&m, t, L4_StringItem(3, (void *)0x400));
        assert_int_equal(m.tag.raw, tag);
        assert_int_equal(m.raw[1], 7);
        assert_int_equal(m.raw[2], 0);
        L4_MsgGetMapItem(&m, t, &item);
        assert_int_equal(item.raw[0] | item.raw[1], 0);
        assert_int_equal(L4_MsgGetStringItem(&m, t, &string), 0);
    }
}

/* The message ends in the beginning of a string with 31 substrings; behind the message is no memory. */
static void a_string_cut_off_by_the_message_s_end_is_not_followed(void **state)
{
    L4_Word_t typed[61] = {0};
    L4_Msg_t *m = malloc(sizeof *m);
    (void)state;
    typed[58] = 0x200 | 31 << 4;
    L4_MsgPut(m, 1, 0, NULL, 61, typed);
    L4_MsgAppendGrantItem(m, L4_GrantItem(L4_FpageOfRaw(0x3000), 0x4000));
    assert_int_equal(L4_TypedWords(m->tag), 63);
    free(m);
}

static void receive_buffers_are_chained(void **state)
{
    L4_MsgBuffer_t b;
    (void)state;
    L4_MsgBufferClear(&b);
    L4_MsgBufferAppendSimpleRcvString(&b, L4_StringItem(10, (void *)0x100));
    L4_MsgBufferAppendSimpleRcvString(&b, L4_StringItem(20, (void *)0x200));
    assert_int_equal(b.raw[0], 4);
    assert_int_equal(b.raw[1], 10 << 10 | 1);
    assert_int_equal(b.raw[3], 20 << 10);
    for (int i = 0; i < 40; i++)
        L4_MsgBufferAppendSimpleRcvString(&b, L4_StringItem(20, (void *)0x200));
    assert_int_equal(b.raw[0], 32);
}

static void substrings_join_a_string_of_one_length(void **state)
{
    L4_Word_t words[8] = {16 << 10, 0x100};
    L4_StringItem_t *s = (L4_StringItem_t *)words, other = L4_StringItem(16, (void *)0x200);
    (void)state;
    L4_AddSubstringTo(s, &other);
    assert_int_equal(words[0], 16 << 10 | 1 << 4);
    assert_int_equal(words[2], 0x200);
    other = L4_StringItem(5, (void *)0x300);
    L4_AddSubstringTo(s, &other);
    assert_int_equal(words[0], 16 << 10 | 0x200 | 1 << 4);
    assert_int_equal(words[3], 5 << 10);
    assert_int_equal(words[4], 0x300);
}

static void memory_descriptors_ignore_their_low_bits(void **state)
{
    L4_MemoryDesc_t d = {.raw = {0x00100002 | 0x3 << 4, 0x001FF000 | 0x155}};
    (void)state;
    assert_int_equal(L4_MemoryDescLow(&d), 0x100000);
    assert_int_equal(L4_MemoryDescHigh(&d), 0x1FF3FF);
    assert_int_equal(L4_MemoryDescType(&d), 2);
    d.raw[0] = 0x0010023E;
    assert_int_equal(L4_MemoryDescType(&d), 0x3E);
    assert_true(L4_IsVirtual(&d));
}

static void kip_words_decode_as_p_publishes_them(void **state)
{
    static L4_KernelInterfacePage_t kip;
    (void)state;
    kip.UtcbAreaInfo.raw = 0x000C2401;
    kip.ThreadInfo.raw = 48 << 20 | 16 << 8 | 17;
    kip.PageInfo.raw = 0x00401006;
    kip.ProcessorInfo.raw = 4u << 28;
    assert_int_equal(L4_UtcbSize(&kip), 512);
    assert_int_equal(L4_UtcbAreaSizeLog2(&kip), 12);
    assert_int_equal(L4_ThreadIdUserBase(&kip), 48);
    assert_int_equal(L4_ThreadIdSystemBase(&kip), 16);
    assert_int_equal(L4_ThreadIdBits(&kip), 17);
    assert_int_equal(L4_PageSizeMask(&kip), 0x00401000);
    assert_int_equal(L4_PageRights(&kip), 6);
    assert_int_equal(L4_NumProcessors(&kip), 1);
    assert_int_equal(kip.ThreadInfo.X.UserBase, 48);
    assert_int_equal(kip.UtcbAreaInfo.X.a, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_take_the_smallest_exponent),
        cmocka_unit_test(periods_decode_in_64_bits),
        cmocka_unit_test(points_name_the_instant_while_they_are_meaningful),
        cmocka_unit_test(a_point_in_the_past_stays_past),
        cmocka_unit_test(timeouts_are_send_over_receive),
        cmocka_unit_test(fpages_round_their_base_down),
        cmocka_unit_test(io_fpages_have_2_in_the_size_field),
        cmocka_unit_test(ids_are_number_over_version),
        cmocka_unit_test(tags_and_items_have_the_spec_s_bits),
        cmocka_unit_test(untyped_words_go_in_front_of_items),
        cmocka_unit_test(more_bits_follow_compound_strings),
        cmocka_unit_test(messages_never_grow_over_63_words),
        cmocka_unit_test(numbers_of_words_whose_sum_wraps_are_too_many),
        cmocka_unit_test(typed_words_whose_place_wraps_are_dropped),
        cmocka_unit_test(a_string_cut_off_by_the_message_s_end_is_not_followed),
        cmocka_unit_test(receive_buffers_are_chained),
        cmocka_unit_test(substrings_join_a_string_of_one_length),
        cmocka_unit_test(memory_descriptors_ignore_their_low_bits),
        cmocka_unit_test(kip_words_decode_as_p_publishes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
