/* SPDX-License-Identifier: MIT */
/* links: */
/* Fpage arithmetic against the tables of 1.2, 1.3 and 5.11, in 64 bits and by other means. */
#include "input.h"
#include "kernel/fpage.h"

void panic(const char *format, ...)
{
    fprintf(stderr, "panic: %s\n", format);
    abort();
}

struct range {
    uint64_t base, size; /* size 0: nothing */
};

static struct range memory_of(uint32_t f)
{
    unsigned s = f >> 4 & 63;
    if ((f & ~15u) == 0x10)
        return (struct range){0, 1ull << 32};
    if (s < 12 || s > 32)
        return (struct range){0, 0};
    uint64_t size = 1ull << s;
    return (struct range){(f & 0xFFFFFC00u) / size * size, size};
}

static void check_memory(uint32_t send, uint32_t window, uint32_t send_base)
{
    struct range s = memory_of(send), r = memory_of(window);
    word_t mask = fpage_mask(send);
    REQUIRE((mask ? mask + 1ull : 0) == s.size);
    if (s.size)
        REQUIRE(fpage_base(send) == s.base);
    REQUIRE(fpage_is_complete(send) == ((send & ~15u) == 0x10));
    REQUIRE(fpage_rights(send) == (send & 7));
    if (!s.size || !r.size) {
        REQUIRE(fpage_transfer(send, window, send_base).mask == 0);
        return;
    }
    struct transfer t = fpage_transfer(send, window, send_base);
    uint64_t small = s.size < r.size ? s.size : r.size, large = s.size < r.size ? r.size : s.size;
    uint64_t spot = send_base % large / small * small; /* "send base mod 2^R with low S bits cleared" */
    REQUIRE(t.mask + 1ull == small);
    REQUIRE(t.from == s.base + (s.size > r.size ? spot : 0));
    REQUIRE(t.to == r.base + (s.size < r.size ? spot : 0));
    REQUIRE(t.from >= s.base && t.from + small <= s.base + s.size);
    REQUIRE(t.to >= r.base && t.to + small <= r.base + r.size);
}

static void check_io(uint32_t f)
{
    REQUIRE(fpage_is_io(f) == ((f >> 4 & 63) == 2));
    if (!fpage_is_io(f))
        return;
    uint32_t s = f >> 10 & 63, ports = s > 16 ? 65536 : 1u << s, port = (f >> 16) / ports * ports;
    REQUIRE(io_fpage_log2(f) == s);
    REQUIRE(io_fpage_first(f) == port);
    REQUIRE(io_fpage_last(f) == port + ports - 1);
    REQUIRE(io_fpage_last(f) <= 65535);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    while (input_left(&in)) {
        unsigned shape = take(&in, 1);
        uint32_t send = take(&in, 4), window = take(&in, 4), base = take(&in, 4);
        if (shape & 1)
            send = (send & ~0x3F0u) | (12 + (send >> 4 & 63) % 21) << 4;
        if (shape & 2)
            window = (window & ~0x3F0u) | (12 + (window >> 4 & 63) % 21) << 4;
        if (shape & 4)
            window = 0x10;
        if (shape & 8)
            send = 0x10 | (send & 7);
        check_memory(send, window, base);
        check_io(shape & 16 ? (send & ~0x3F0u) | 0x20 : send);
    }
    return 0;
}
